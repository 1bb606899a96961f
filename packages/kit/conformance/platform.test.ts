import { createKitWorld, type KitWorld, type Party } from '@annex/testkit';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { Visitor } from '../../platform/conformance/extension-world.ts';
import type { DoctorReport } from '../src/index.ts';
import { onEachDatabase } from './databases.ts';

const MANY = 14;
/** Requests a second that the platform allows for an account. */
const LIMIT = 150;
/** Views of lists inside objects. */
const LISTS = [
  ...['invoice_line_items', 'subscription_items', 'credit_note_line_items', 'checkout_session_line_items', 'payment_link_line_items'],
  'quote_line_items',
];

/** The kit against the platform of this repository, over HTTP alone: as an extension runs. */
onEachDatabase('the kit and the platform', (opened) => {
  let world: KitWorld;
  let acme: Party;
  const spoken: string[] = [];
  beforeAll(async () => {
    const limit = { all: LIMIT, endpoint: LIMIT };
    const log = (level: string, message: string) => level === 'error' && spoken.push(message);
    const kit = { database: opened.current, limits: { test: limit, live: limit }, limitShare: 1, log };
    world = await createKitWorld({ reports: true, kit });
    acme = world.dana.accounts[0]!;
  });
  afterAll(() => world.close());

  const post = (path: string, form: Record<string, string | number> = {}) => world.api(acme.testKey, `POST ${path}`, form);
  const mode = { livemode: false };
  const acmeWorld = () => ({ account: acme.account, ...mode });

  const fill = async (customers: number): Promise<void> => {
    const { id: product } = await post('/v1/products', { name: 'Lamp' });
    const { id: price } = await post('/v1/prices', { product, currency: 'eur', unit_amount: 900, 'recurring[interval]': 'month' });
    for (let n = 0; n < customers; n++) {
      const { id: customer } = await post('/v1/customers', { email: `c${n}@x.test` });
      const { id: method } = await post('/v1/payment_methods/pm_card_visa/attach', { customer });
      if (n % 3 === 0) await post('/v1/subscriptions', { customer, default_payment_method: method, 'items[0][price]': price });
      if (n % 4 === 1) {
        await post('/v1/payment_intents', {
          customer,
          payment_method: method,
          amount: 500,
          currency: 'eur',
          confirm: 'true',
          off_session: 'true',
        });
      }
    }
    const { id: customer } = await post('/v1/customers', { email: 'many@x.test' });
    const { id: invoice } = await post('/v1/invoices', { customer, currency: 'eur' });
    for (let n = 0; n < MANY; n++) await post('/v1/invoiceitems', { customer, invoice, amount: 100 + n, currency: 'eur' });
    await fillLists(customer, invoice, product);
  };

  /** Lists inside objects, each longer than the ten that Stripe shows. */
  const fillLists = async (customer: string, invoice: string, product: string): Promise<void> => {
    const prices: string[] = [];
    for (let n = 0; n < MANY; n++)
      prices.push((await post('/v1/prices', { product, currency: 'eur', unit_amount: 10 + n, 'recurring[interval]': 'month' })).id);
    const each = (name: string, more: Record<string, string | number> = {}) =>
      Object.fromEntries(
        prices.flatMap((price, n) => Object.entries({ price, ...more }).map(([field, value]) => [`${name}[${n}][${field}]`, value])),
      );
    await post('/v1/payment_methods/pm_card_visa/attach', { customer });
    const { id: method } = await post('/v1/payment_methods/pm_card_visa/attach', { customer });
    await post('/v1/subscriptions', { customer, default_payment_method: method, ...each('items') });
    await post('/v1/subscription_schedules', {
      customer,
      start_date: 'now',
      ...each('phases[0][items]'),
      'phases[0][duration][interval]': 'month',
    });
    const success_url = 'https://acme.example/thanks';
    await post('/v1/checkout/sessions', { customer, mode: 'subscription', success_url, ...each('line_items', { quantity: 1 }) });
    await post('/v1/payment_links', each('line_items', { quantity: 1 }));
    await post('/v1/quotes', { customer, ...each('line_items') });
    const { lines } = await post(`/v1/invoices/${invoice}/finalize`);
    const all = await world.api(acme.testKey, `GET /v1/invoices/${invoice}/lines?limit=100`);
    expect([lines.data.length, lines.has_more, all.data.length]).toEqual([10, true, MANY]);
    const credited = all.data.flatMap(({ id }: { id: string }, n: number) =>
      Object.entries({ type: 'invoice_line_item', invoice_line_item: id, amount: 5 }).map(([field, value]) => [
        `lines[${n}][${field}]`,
        value,
      ]),
    );
    await post('/v1/credit_notes', { invoice, ...Object.fromEntries(credited) });
    const paid = { customer, payment_method: method, amount: 2_000, currency: 'eur', confirm: 'true', off_session: 'true' };
    const { id: payment_intent } = await post('/v1/payment_intents', paid);
    for (let n = 0; n < MANY; n++) await post('/v1/refunds', { payment_intent, amount: 10 });
  };

  /** The owner's browser: our page, sign in, consent, and back. */
  const connect = async (): Promise<string> => {
    const here = new Visitor(world.origin);
    const consentPage = new URL((await here.get('/connect')).headers.get('location')!);
    const there = new Visitor(world.platform.url);
    await there.signIn(world.dana.email, world.dana.password);
    const path = `${consentPage.pathname}${consentPage.search}&always_prompt=true`;
    const back = new URL((await there.submit(path, { account: acme.account, decision: 'allow' })).headers.get('location')!);
    return (await here.get(`${back.pathname}${back.search}`)).text();
  };

  const state = async () => (await world.kit.progress(acme.account, false))?.state;
  const quiet = async (): Promise<void> => {
    await expect.poll(state, { timeout: 30_000 }).toMatch(/done|partial/);
    const left = async () => {
      const { inbox, doubts, ranges } = await world.kit.health();
      return { inbox, doubts, ranges };
    };
    await expect.poll(left, { timeout: 30_000 }).toEqual({ inbox: 0, doubts: 0, ranges: 0 });
  };
  const drift = ({ objects }: DoctorReport) =>
    objects.flatMap(({ object, drift, more }) => (drift.length + more > 0 ? [{ object, drift, more }] : []));

  it('an account is connected in a browser, imported whole, and equal to the source in every object type', async () => {
    await fill(20);
    await world.platform.control.setRateLimits({ test: LIMIT, endpoint: LIMIT });
    expect(await connect()).toBe(`${acme.account} is connected.\n`);
    await quiet();
    const progress = await world.kit.progress(acme.account, false);
    expect(progress?.objects.filter((one) => one.state === 'refused')).toEqual([]);
    const rows = Object.fromEntries(progress!.objects.map((one) => [one.object, one.rows]));
    expect(rows).toMatchObject({ customer: 21, subscription: 9, product: 15, price: 29 });
    expect(progress!.requests).toBeLessThanOrEqual(60);
    const report = await world.kit.doctor(acmeWorld());
    expect(drift(report)).toEqual([]);
    expect(report.objects.filter(({ note }) => note !== undefined)).toEqual([]);
    const { accounts } = await world.platform.control.rateLimits();
    const counted = accounts.find((one) => one.account === acme.account);
    expect(counted).toMatchObject({ refused: 0 });
    expect(counted!.peak).toBeGreaterThan(5);
    await world.platform.control.clearRateLimits();
    // Lists inside objects are whole. Events of the last minutes are read once more after the import: while they are, a row may be in doubt.
    const longest = async (view: string, parent: string) =>
      (
        await world.kit.query(
          `select max(n)::int as n from (select count(*) as n from stripe.${view} where account = $1 group by ${parent}) i`,
          [acme.account],
        )
      )[0]?.n;
    for (const view of LISTS) await expect.poll(() => longest(view, 'parent_id'), { message: view, timeout: 10_000 }).toBe(MANY);
    expect(await longest('refunds', 'payment_intent')).toBe(MANY);
    const phases = "select jsonb_array_length(phases->0->'items') as n from stripe.subscription_schedules where account = $1";
    expect(await world.kit.query(phases, [acme.account])).toEqual([{ n: MANY }]);
  }, 60_000);

  it('what happens on the account is in the mirror within moments, by webhook alone', async () => {
    const { id } = await post('/v1/customers', { email: 'new@x.test' });
    const email = async () =>
      (await world.kit.query('select email from stripe.customers where account = $1 and id = $2', [acme.account, id]))[0];
    await expect.poll(email, { timeout: 20_000 }).toEqual({ email: 'new@x.test' });
    await post(`/v1/customers/${id}`, { email: 'newer@x.test' });
    await expect.poll(email, { timeout: 20_000 }).toEqual({ email: 'newer@x.test' });
    await world.api(acme.testKey, `DELETE /v1/customers/${id}`);
    await expect.poll(email, { timeout: 20_000 }).toBeUndefined();
  });

  it('whatever goes wrong on the way, after catch-up the mirror equals the source', async () => {
    await world.platform.control.setFaults({
      seed: 7,
      rules: [
        { fault: 'duplicate', share: 0.2 },
        { fault: 'reorder', share: 0.5, window: 2 },
        { fault: 'drop', share: 0.1 },
        { fault: 'error', share: 0.05, account: acme.account, method: 'GET' },
        { fault: 'rate_limit', share: 0.03, method: 'GET', account: acme.account, length: 3 },
        { fault: 'slow', share: 0.1, method: 'GET', account: acme.account, from: 0.1, to: 0.4 },
        { fault: 'stale_list', share: 0.3, account: acme.account, behind: 3 },
        { fault: 'clock_skew', share: 0.3, seconds: 45 },
      ],
    });
    await world.kit.import(acmeWorld(), 'again');
    const ids: string[] = [];
    for (let n = 0; n < 120; n++) {
      const at = ids[(n * 7) % Math.max(1, ids.length)];
      if (n % 3 === 0 || at === undefined) ids.push((await post('/v1/customers', { email: `f${n}@x.test` })).id);
      else if (n % 17 === 0) await world.api(acme.testKey, `DELETE /v1/customers/${ids.splice(ids.indexOf(at), 1)[0]}`);
      else await post(`/v1/customers/${at}`, { name: `name ${n}`, 'metadata[n]': n });
    }
    await post('/v1/coupons', { id: 'WELCOME', percent_off: 10, duration: 'once' });
    await world.platform.control.clearFaults();
    await quiet();
    // Held deliveries still come; lost ones are found in the event list.
    await expect.poll(async () => (await world.kit.reconcile(acmeWorld())).recovered, { timeout: 20_000, interval: 500 }).toBe(0);
    await quiet();
    expect(drift(await world.kit.doctor(acmeWorld()))).toEqual([]);
    expect((await world.kit.aside()).length).toBe(0);
  }, 120_000);

  it('how its invariants stand is reported to the platform: what breaks is told within moments, and lost events are found by themselves', async () => {
    const told = async () => {
      const { data } = await world.platform.control.invariants();
      return Object.fromEntries(
        data.flatMap(({ invariants }) => invariants.map(({ name, holds, sentence }) => [name, { holds, sentence }])),
      );
    };
    const standing = async (name: string) => (await told())[name];
    const names = ['mirror_equals_source', 'no_event_lost', 'applied_once', 'nothing_waits', 'nothing_aside'];
    const all = [...names, 'acknowledged_is_stored', 'nothing_of_strangers', 'worker_lives'];
    const patient = { timeout: 30_000, interval: 50 };
    const allHold = async () => Object.entries(await told()).flatMap(([name, { holds }]) => (holds ? [name] : []));
    await post('/v1/customers');
    await expect.poll(allHold, patient).toEqual(all);

    await world.platform.control.setFaults({ rules: [{ fault: 'drop', type: 'customer.created' }] });
    const { id } = await post('/v1/customers', { email: 'lost@x.test' });
    await expect
      .poll(() => standing('no_event_lost'), patient)
      .toMatchObject({ holds: false, sentence: expect.stringMatching(/^1 event did not come/) });
    await world.platform.control.clearFaults();
    await expect.poll(allHold, patient).toEqual(all);
    expect(await world.kit.query('select id from stripe.customers where id = $1', [id])).toEqual([{ id }]);

    await opened.current.query(`update mirror.customers set data = data || '{"email":"wrong"}' where id = $1`, [id]);
    await opened.current.query(
      "insert into mirror.coupons (account, livemode, id, deleted, lo, hi, rank, dirty, seen, changed_ms, data) select 'acct_ghost', livemode, id, deleted, lo, hi, rank, dirty, seen, changed_ms, data from mirror.coupons limit 1",
    );
    await expect
      .poll(() => standing('mirror_equals_source'), patient)
      .toEqual({ holds: false, sentence: `1 object with a difference: customer ${id} differs (email).` });
    expect(await standing('nothing_of_strangers')).toEqual({ holds: false, sentence: '1 account: acct_ghost in mirror.coupons.' });
    await opened.current.query("delete from mirror.coupons where account = 'acct_ghost'");
    await world.kit.doctor(acmeWorld(), { objects: ['customer'], repair: true });
    await expect.poll(allHold, patient).toEqual(all);
  }, 120_000);

  it('revoked on the platform, the account is forgotten by webhook, with a receipt', async () => {
    const there = new Visitor(world.platform.url);
    await there.signIn(world.dana.email, world.dana.password);
    await world.api(world.extension.testKey, `POST /oauth/deauthorize`, {
      client_id: world.extension.testClientId,
      stripe_user_id: acme.account,
    });
    await expect.poll(async () => (await world.kit.receipts(acme.account))[0]?.finished_ms ?? null, { timeout: 10_000 }).not.toBeNull();
    expect((await world.kit.receipts(acme.account))[0]).toMatchObject({ reason: 'revoked on Stripe', counts: { 'mirror.coupons': 1 } });
    expect(await world.kit.connections()).toEqual([]);
  });
});
