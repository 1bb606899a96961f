import { type Answer, createKitWorld, type KitWorld } from '@annex/testkit';
import fc from 'fast-check';
import Stripe from 'stripe';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { Visitor } from '../../platform/conformance/extension-world.ts';
import { connectDatabase, createKit, type Database, type Kit, type KitOptions, type Plan } from '../src/index.ts';

/* Charging for an extension, against the platform: what must hold whatever is doubled, reordered, cut off, lost or done at once. */

const DAY = 86_400;
const plan = (key: string, amount: number, interval: 'month' | 'year'): Plan => ({
  key,
  name: `Plan ${key}`,
  amount,
  currency: 'usd',
  interval,
});
const urls = { successUrl: 'https://extension.test/billing', cancelUrl: 'https://extension.test/billing' };

let database: Database;
let world: KitWorld;
let options: Partial<KitOptions>;

beforeAll(async () => {
  // Looked at as often as a shared one: nobody else wakes these workers.
  database = { ...(await connectDatabase({})), kind: 'server' };
  options = {
    database,
    plans: [plan('monthly', 2900, 'month'), plan('yearly', 29_000, 'year')],
    objects: ['account', 'customer', 'subscription', 'invoice'],
    ...{ limits: 'none', pollMs: 50, settleMs: 20, retryMs: 20, reconcileMinutes: 0 },
  };
  world = await createKitWorld({ kit: options });
});
afterAll(async () => {
  await world?.close();
  await database?.close();
});

const own = (call: string, form?: Record<string, string | number>): Promise<Answer> => world.api(world.extension.testKey, call, form);
const place = (account: string, livemode = false) => ({ account, livemode });
const reasonOf = async (account: string, livemode = false) => (await world.kit.billing.entitlement(place(account, livemode))).reason;
const rowOf = async (account: string, livemode = false) =>
  (await database.query('select * from annex.subscribers where account = $1 and livemode = $2', [account, livemode]))[0];
const becomes = <T>(look: () => Promise<T>) => expect.poll(look, { timeout: 20_000, interval: 15 });
const quiet = () =>
  becomes(async () => {
    const { inbox, doubts, ranges } = await world.kit.health();
    return inbox + doubts + ranges;
  }).toBe(0);

async function connect(kit: Kit, { account, livemode }: { account: string; livemode: boolean }): Promise<void> {
  const session = 'a browser of this test that is long enough';
  const { state } = await kit.connect.start({ session, livemode });
  const client_id = livemode ? world.extension.liveClientId : world.extension.testClientId;
  const { url } = await world.platform.control.consent({ client_id, account, state });
  expect(await kit.connect.finish({ query: new URL(url).searchParams, session })).toMatchObject({ kind: 'connected' });
}

/** A new account that is connected, and a customer of ours. */
async function customer(): Promise<string> {
  const { id: account } = await world.platform.control.createAccount({ name: 'Shop', email: 'shop@shop.example' });
  await connect(world.kit, place(account));
  await becomes(async () => (await rowOf(account))?.customer ?? null).not.toBe(null);
  return account;
}

const sessionOf = (url: string): string => /cs_\w+/.exec(url)![0];
const payAt = (url: string): Promise<Answer> => own(`POST /v1/payment_pages/${sessionOf(url)}/confirm`, { payment_method: 'pm_card_visa' });

/** A customer that has chosen a plan; answers its subscription. */
async function subscribed(): Promise<{ account: string; id: string }> {
  const account = await customer();
  const url = await world.kit.billing.checkout(place(account), { plan: 'monthly', ...urls });
  await payAt(url);
  expect(await world.kit.billing.confirm(place(account), sessionOf(url))).toBe(true);
  const { subscription } = await world.kit.billing.entitlement(place(account));
  return { account, id: subscription! };
}

const subscriptionsOf = async (account: string): Promise<Answer[]> =>
  (await own(`GET /v1/subscriptions?status=all&customer=${(await rowOf(account))!.customer}`)).data;

/** Meanwhile another worker, with other settings, is the only one on this database. */
async function instead(given: Partial<KitOptions>, work: (kit: Kit) => Promise<void>): Promise<void> {
  await world.kit.work.stop();
  const base = world.platform.url;
  const { testKey: secretKey, testClientId: clientId } = world.extension;
  const where = { apiBase: base, connectBase: base, authorizeBase: base, redirectUri: `${world.origin}/callback` };
  const kit = await createKit({ ...options, ...where, apps: [{ secretKey, clientId }], ...given });
  try {
    await work(kit);
  } finally {
    await kit.close();
    world.kit.work.start();
  }
}

const working = (given: Partial<KitOptions>, work: (kit: Kit) => Promise<void>): Promise<void> =>
  instead(given, (kit) => {
    kit.work.start();
    return work(kit);
  });

it('whoever asks for several checkouts at once can complete one of them', async () => {
  const account = await customer();
  const ask = (key: string) => world.kit.billing.checkout(place(account), { plan: key, ...urls });
  const asked = await Promise.allSettled([ask('monthly'), ask('yearly'), ask('monthly'), ask('yearly')]);
  const pages = asked.flatMap((one) => (one.status === 'fulfilled' ? [one.value] : []));
  expect(pages.length).toBeGreaterThan(1);
  const paid = await Promise.allSettled([...new Set(pages)].map(payAt));
  expect(paid.filter(({ status }) => status === 'fulfilled')).toHaveLength(1);
  expect(await subscriptionsOf(account)).toHaveLength(1);
  await expect(ask('monthly')).rejects.toThrow('A subscription is there already');
});

it('an upgrade in the portal is the other plan, and any order and number of its events gives the same entitlement', async () => {
  const { account, id } = await subscribed();
  const { kit, platform } = world;
  const since = (await own('GET /v1/events?limit=1')).data[0].id;
  // Steps lie apart, so that the order of their events can be told.
  const step = async (call: string, form: Record<string, string | number>): Promise<void> => {
    await platform.control.setClock({ by: 5 });
    await own(call, form);
  };
  await step(`POST /v1/subscriptions/${id}`, { trial_end: 'now' });
  await platform.control.setClock({ by: 5 });
  const yearly = (await own('GET /v1/prices?lookup_keys[]=annex_yearly')).data[0].id;
  const portal = new URL(await kit.billing.portal(place(account), { returnUrl: urls.cancelUrl })).pathname;
  const visitor = new Visitor(platform.url);
  const confirm = `${portal}/subscriptions/${id}/confirm`;
  expect((await visitor.submit(confirm, { price: yearly }, `${confirm}?price=${yearly}`)).status).toBe(303);
  const { id: card } = await own('POST /v1/payment_methods/pm_card_chargeCustomerFail/attach', {
    customer: (await rowOf(account))!.customer,
  });
  await step(`POST /v1/subscriptions/${id}`, {
    default_payment_method: card,
    'billing_cycle_anchor[type]': 'now',
    proration_behavior: 'none',
  });
  await step(`POST /v1/subscriptions/${id}`, { cancel_at_period_end: 'true' });
  await quiet();
  /** When it was judged is another matter. */
  const entitled = async () => ({ ...(await kit.billing.entitlement(place(account))), judged_ms: 0 });
  const truth = await entitled();
  expect(truth).toMatchObject({ granted: true, reason: 'past_due', plan: 'yearly', subscription: id });

  const events: Answer[] = (await own(`GET /v1/events?limit=100&ending_before=${since}`)).data;
  const deciding = events.filter(({ type }) => /^(customer\.subscription|invoice)\./.test(type));
  expect(deciding.length).toBeGreaterThan(8);
  const secret = world.extension.webhookSecrets[0]!;
  const forget = ['mirror.subscriptions', 'mirror.invoices', 'annex.inbox'].map((table) => `delete from ${table} where account = $1`);
  const order = fc.tuple(
    fc.shuffledSubarray(deciding, { minLength: deciding.length }),
    fc.array(fc.constantFrom(...deciding), { maxLength: 6 }),
  );
  await fc.assert(
    fc.asyncProperty(order, async ([first, again]) => {
      for (const statement of forget) await database.query(statement, [world.extension.account]);
      for (const event of [...first, ...again]) {
        const payload = JSON.stringify(event);
        const header = Stripe.webhooks.generateTestHeaderString({ payload, secret });
        expect(await kit.receiveBody(Buffer.from(payload), header)).toMatchObject({ status: 200 });
      }
      await quiet();
      expect(await entitled()).toEqual(truth);
    }),
    { numRuns: 8 },
  );
});

const LEAVING: readonly (readonly [KitOptions['whenLeaving'] & string, Record<string, string>, Answer])[] = [
  ['cancel_now', {}, { status: 'canceled' }],
  ['keep', {}, { status: 'trialing', cancel_at: null }],
  ['cancel_at_period_end', {}, { status: 'trialing', cancel_at_period_end: true }],
  // An end that was set for later is not what was agreed for leaving.
  [
    'cancel_at_period_end',
    { cancel_at: String(Math.floor(Date.now() / 1000) + 300 * DAY) },
    { status: 'trialing', cancel_at_period_end: true },
  ],
];
it.each(LEAVING)('an account that leaves under %s %o has a subscription that is %o', async (whenLeaving, before, after) => {
  const { account, id } = await subscribed();
  if (before.cancel_at !== undefined) await own(`POST /v1/subscriptions/${id}`, before);
  await working({ whenLeaving }, async (kit) => {
    await kit.connect.disconnect(place(account));
    await becomes(async () => (await rowOf(account))!.connected).toBe(false);
  });
  expect(await own(`GET /v1/subscriptions/${id}`)).toMatchObject(after);
});

it('a worker that is killed after any statement, and Stripe’s answers that are lost, leave one customer and one end', async () => {
  const { id: account } = await world.platform.control.createAccount({ name: 'Shop', email: 'shop@shop.example' });
  await connect(world.kit, place(account));
  /** Lets so many statements about subscribers through, and then none at all: to the database a killed process looks like that. */
  const cutOff = (after: number): Database => {
    let left = after;
    const query: Database['query'] = (text, params) => {
      if (text.includes('annex.subscribers')) left--;
      return left < 0 ? Promise.reject(new Error('killed')) : database.query(text, params);
    };
    return { ...database, query, transaction: (work) => (left < 0 ? Promise.reject(new Error('killed')) : database.transaction(work)) };
  };
  const killedEverywhere = async (): Promise<void> => {
    for (let after = 1; after <= 7; after++) {
      let died = false;
      const log: KitOptions['log'] = (_level, _message, facts) => (died ||= facts?.error === 'killed');
      await working({ database: cutOff(after), log }, () => becomes(async () => died).toBe(true));
    }
  };
  const { account: ours } = world.extension;
  await world.platform.control.setFaults({
    rules: [
      { fault: 'error', when: 'after', method: 'POST', account: ours, share: 0.5 },
      // The mirror does not learn of the customer: only the key keeps it from being made twice.
      { fault: 'drop', type: 'customer.created' },
      { fault: 'drop', type: 'customer.updated' },
    ],
  });
  await killedEverywhere();
  await becomes(async () => (await rowOf(account))?.customer ?? null).not.toBe(null);
  await world.platform.control.clearFaults();
  const { customer: id, trial_ends_ms } = (await rowOf(account))!;
  const made = (await own('GET /v1/customers?limit=100')).data.filter(({ metadata }: Answer) => metadata.annex_account === account);
  expect(made).toMatchObject([{ id, metadata: { annex_trial_ends_ms: String(trial_ends_ms) } }]);

  const url = await world.kit.billing.checkout(place(account), { plan: 'monthly', ...urls });
  await payAt(url);
  const [{ id: subscription }] = (await subscriptionsOf(account)) as [Answer];
  await world.kit.work.stop();
  await world.kit.connect.disconnect(place(account));
  await killedEverywhere();
  await becomes(async () => (await rowOf(account))!.connected).toBe(false);
  expect(await own(`GET /v1/subscriptions/${subscription}`)).toMatchObject({ status: 'trialing', cancel_at_period_end: true });
});

it('an account whose billing cannot succeed holds up nobody behind it', async () => {
  await database.query(
    `insert into annex.subscribers (account, livemode, own, customer, trial_ends_ms, connected, checkout)
     select 'acct_' || n, false, $1, 'cus_nobody', 0, true, 'cs_test_' || n from generate_series(1000, 1110) n`,
    [world.extension.account],
  );
  await world.platform.control.setFaults({
    rules: [{ fault: 'error', when: 'before', operation: 'POST /v1/checkout/sessions/{id}/expire' }],
  });
  await customer();
  expect(await database.query("select 1 from annex.subscribers where account like 'acct_1%' and connected and tries > 0")).not.toEqual([]);
  await world.platform.control.clearFaults();
  // And what Stripe does not know any more is nothing that could be canceled.
  await becomes(() => database.query("select 1 from annex.subscribers where account ~ '^acct_1...$' and connected")).toEqual([]);
});

it('a customer that was deleted is made anew, with what was left of the trial', async () => {
  const account = await customer();
  const before = (await rowOf(account))!;
  await own(`DELETE /v1/customers/${before.customer}`);
  await becomes(async () => (await rowOf(account))!.customer).not.toBe(before.customer);
  expect(await rowOf(account)).toMatchObject({ trial_ends_ms: before.trial_ends_ms, generation: 1 });
  expect(await reasonOf(account)).toBe('trial');
});

it('the table of who is who is rebuilt from what stands on Stripe', async () => {
  const { account } = await subscribed();
  const other = await customer();
  const read = async () => {
    const rows = [await rowOf(account), await rowOf(other)];
    return rows.map((row) => row && { account: row.account, customer: row.customer, trial_ends_ms: row.trial_ends_ms });
  };
  const before = await read();
  const standing = await world.kit.billing.entitlement(place(account));
  await database.query('delete from annex.subscribers');
  await becomes(read).toEqual(before);
  expect(await world.kit.billing.entitlement(place(account))).toEqual(standing);
});

it('live accounts are charged on the live account, and a mode whose key is wrong does not stop the other', async () => {
  const { control } = world.platform;
  const { extension } = world;
  await control.configureExtension({
    account: extension.account,
    live: { oauth_enabled: true, redirect_uris: ['https://extension.test/callback'] },
  });
  const { account } = world.ben.accounts[0]!;
  const test = { secretKey: extension.testKey, clientId: extension.testClientId };
  const live = { secretKey: extension.liveKey, clientId: extension.liveClientId };
  await working({ apps: [live, test] }, async (kit) => {
    await connect(kit, place(account, true));
    await becomes(async () => (await rowOf(account, true))?.customer ?? null).not.toBe(null);
    const { customer: id } = (await rowOf(account, true))!;
    expect(await world.api(extension.liveKey, `GET /v1/customers/${id}`)).toMatchObject({
      livemode: true,
      metadata: { annex_account: account },
    });
    await expect(own(`GET /v1/customers/${id}`)).rejects.toThrow('No such customer');
    expect((await kit.billing.entitlement(place(account, true))).reason).toBe('trial');
    expect(await kit.billing.checkout(place(account, true), { plan: 'yearly', ...urls })).toContain('cs_live_');
    expect(await rowOf(account)).toBeUndefined();
  });
  const spoken: string[] = [];
  const log: KitOptions['log'] = (_level, message) => spoken.push(message);
  await working({ apps: [{ ...live, secretKey: 'sk_live_nobody' }, test], log }, async (kit) => {
    await connect(kit, place(account));
    await becomes(async () => (await rowOf(account))?.customer ?? null).not.toBe(null);
  });
  expect(spoken).toContain('Nothing can be charged in one mode; it will be tried again.');
});

it('what is kept of an account that left is erased when its days are over on the platform’s clock', async () => {
  await working({ keepDays: 30 }, async (kit) => {
    const account = await customer();
    await kit.connect.disconnect(place(account));
    const state = async () => (await kit.connections()).find((one) => one.account === account)?.state;
    expect(await state()).toBe('kept');
    await world.platform.control.setClock({ by: 31 * DAY });
    await becomes(state).toBe(undefined);
  });
});
