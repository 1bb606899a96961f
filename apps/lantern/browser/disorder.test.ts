import { afterAll, beforeAll, expect, it } from 'vitest';
import { before, compactOf } from '../src/history/compact.ts';
import { composeHistory, type KeptEvent } from '../src/history/compose.ts';
import { calendarOf, ledgerRows, type Movement, movementsOf, PLAIN, sameCurrency } from '../src/ledger/index.ts';
import { createLanternWorld, type LanternWorld } from './lantern-world.ts';
import { connectFor, signedUp, until } from './visitor.ts';

/* A lively account while everything goes wrong on the way to Lantern; the truth is what the platform itself wrote down. */

let world: LanternWorld;
let key: string;
let account: string;

beforeAll(async () => {
  world = await createLanternWorld();
  ({ testKey: key, account } = world.dana.accounts[0]!);
  await connectFor(world, await signedUp(world, 'dana@acme.example'), account);
});
afterAll(() => world.close());

const api = (call: string, form?: Record<string, string | number>) => world.api(key, call, form);

let calls = 0;
let unheard = 0;

/** The merchant's call, made again with its key until it is heard that it was done. */
async function heard(path: string, form: Record<string, string | number>): Promise<Awaited<ReturnType<typeof api>>> {
  const headers = { authorization: `Bearer ${key}`, 'idempotency-key': `call-${calls++}` };
  const body = new URLSearchParams(Object.entries(form).map(([name, value]): [string, string] => [name, String(value)]));
  for (;;) {
    const response = await fetch(`${world.platform.url}/v1/${path}`, { method: 'POST', headers, body });
    if (response.ok) return (await response.json()) as Awaited<ReturnType<typeof api>>;
    expect(response.status).toBe(500);
    unheard += 1;
  }
}

/** The same small numbers every time. */
function numbers(seed: number): (below: number) => number {
  let state = seed;
  return (below) => {
    state = (state * 1_103_515_245 + 12_345) % 2_147_483_648;
    return Math.floor((state / 2_147_483_648) * below);
  };
}

async function live(operations: number): Promise<void> {
  const pick = numbers(20_261_124);
  const product = await heard('products', { name: 'Plan' });
  const prices: string[] = [];
  for (const amount of [900, 2900, 9900]) {
    const form = { product: product.id, currency: 'eur', unit_amount: amount, 'recurring[interval]': 'month' };
    prices.push((await heard('prices', form)).id);
  }
  const standing: { id: string; item: string }[] = [];
  for (let n = 0; n < operations; n++) {
    const known = standing[pick(Math.max(1, standing.length))];
    const what = known === undefined || standing.length < 12 ? 0 : pick(10);
    if (what <= 1 || known === undefined) {
      const customer = (await heard('customers', { name: `Customer ${n}` })).id;
      const form = { customer, 'items[0][price]': prices[pick(3)]!, collection_method: 'send_invoice', days_until_due: 30 };
      const made = await heard('subscriptions', form);
      standing.push({ id: made.id, item: made.items.data[0].id });
      continue;
    }
    const change = { 'items[0][id]': known.item, proration_behavior: 'none' };
    if (what <= 4) await heard(`subscriptions/${known.id}`, { ...change, 'items[0][quantity]': 1 + pick(9) });
    else if (what <= 7) await heard(`subscriptions/${known.id}`, { ...change, 'items[0][price]': prices[pick(3)]! });
    else if (what === 8) await heard(`subscriptions/${known.id}`, { 'pause_collection[behavior]': 'void' });
    else {
      const url = `${world.platform.url}/v1/subscriptions/${known.id}`;
      await fetch(url, { method: 'DELETE', headers: { authorization: `Bearer ${key}` } });
      standing.splice(standing.indexOf(known), 1);
    }
  }
}

interface ApiEvent {
  readonly id: string;
  readonly type: string;
  readonly created: number;
  readonly data: { readonly object: Record<string, unknown>; readonly previous_attributes?: unknown };
}

/** What the ledger says of the platform's own list of events, read when all was over. */
async function truth(): Promise<unknown[]> {
  const events: ApiEvent[] = [];
  for (let after = ''; ; ) {
    const page = await api(`GET /v1/events?limit=100${after}`);
    events.push(...page.data);
    if (!page.has_more) break;
    after = `&starting_after=${page.data.at(-1).id}`;
  }
  const byCustomer = new Map<string, KeptEvent[]>();
  for (const { id, type, created, data } of events.filter((event) => event.type.startsWith('customer.subscription.'))) {
    const state = compactOf(data.object);
    const previous =
      data.previous_attributes === undefined ? null : JSON.stringify(compactOf(before(data.object, data.previous_attributes)));
    const kept = { event: id, subscription: state.id, type, at: created, after: JSON.stringify(state), before: previous };
    byCustomer.set(state.customer as string, [...(byCustomer.get(state.customer as string) ?? []), kept]);
  }
  const rows: Pick<Movement, 'customer' | 'day' | 'kind' | 'amount' | 'after'>[] = [];
  for (const [customer, kept] of byCustomer) {
    const nothing = { lines: new Map(), usage: new Map(), openSince: new Map(), discounts: [], prices: new Map() };
    const { observations } = composeHistory({ customer, present: [], events: kept, ...nothing });
    const movements = movementsOf(ledgerRows(observations, PLAIN), {
      rules: PLAIN,
      calendar: calendarOf('Europe/Berlin'),
      convert: sameCurrency,
    });
    for (const { day, kind, amount, after } of movements) rows.push({ customer, day, kind, amount, after });
  }
  return rows.sort((a, b) => (a.day + a.customer < b.day + b.customer ? -1 : 1));
}

it('events that are doubled, overtaken and lost, lists that are stale and answers that fail before or after the commit leave the ledger of a calm run', async () => {
  const { kit, books } = world.lantern.lantern;
  await world.platform.control.setFaults({
    seed: 42,
    rules: [
      { fault: 'duplicate', share: 0.3, times: 2 },
      { fault: 'reorder', share: 0.6, window: 1.5 },
      { fault: 'drop', share: 0.08 },
      { fault: 'error', when: 'before', share: 0.1, method: 'GET', account },
      { fault: 'error', when: 'after', share: 0.1, method: 'POST', account },
      { fault: 'stale_list', share: 0.3, behind: 1, account },
    ],
  });
  await live(260);
  await world.platform.control.clearFaults();
  await until(async () => (await world.platform.control.deliveries({ state: 'pending', limit: 1 })).data.length === 0);
  await kit.reconcile({ account, livemode: false });
  const [counted] = await kit.query<{ lost: number }>("select count(*)::int as lost from annex.inbox where source = 'reconcile'");
  expect([counted!.lost > 0, unheard > 0]).toEqual([true, true]);
  await until(async () => {
    await books.catchUp({ account, livemode: false });
    const [row] = await kit.query<{ n: number }>(
      `select (select count(*) from annex.inbox where state = 'new')::int + (select count(*) from annex.refetch)::int + (select count(*) from lantern.stale)::int as n`,
    );
    return row!.n === 0;
  });
  const stored = await kit.query(
    'select customer, day, kind, amount, after from lantern.movements where account = $1 order by day, customer',
    [account],
  );
  expect(stored.length).toBeGreaterThan(20);
  expect(stored).toEqual(await truth());
  const { objects } = await kit.doctor({ account, livemode: false });
  expect(objects.flatMap(({ object, drift }) => drift.map(({ id, kind, fields }) => ({ object, id, kind, fields })))).toEqual([]);
}, 90_000);
