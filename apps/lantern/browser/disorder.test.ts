import type { Effect } from '@annex/kit';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { composeHistory } from '../src/history/compose.ts';
import { readHistories } from '../src/history/read.ts';
import { ledgerRows, PRESETS } from '../src/ledger/index.ts';
import { createLanternWorld, type LanternWorld } from './lantern-world.ts';
import { type ApiEvent, connectedAccount, tell } from './telling.ts';
import { connectFor, signedUp, until } from './visitor.ts';

/* A lively account while everything goes wrong on the way to Lantern; the truth is what the platform itself wrote down. */

/** Enough for 1,000 events. */
const STEPS = 740;
/** Seconds of real time for which a delivery may be held. */
const WINDOW = 60;

/** Writes down that it was done; nothing but the kit keeps it from being done twice. */
const noted: Effect = async (event, tx) => void (await tx.query('insert into effects (event) values ($1)', [event.id]));
const EFFECTS: Readonly<Record<string, Effect>> = Object.fromEntries(
  [
    'customer.created',
    'customer.subscription.created',
    'customer.subscription.updated',
    'customer.subscription.deleted',
    'invoice.created',
  ].map((type) => [type, noted]),
);

let world: LanternWorld;
let key: string;
let account: string;

beforeAll(async () => {
  world = await createLanternWorld({ lantern: { kit: { on: EFFECTS } } });
  await world.lantern.lantern.kit.query('create table effects (event text not null)');
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

/** The platform's own list of what has happened to the account, the earliest first. */
async function everything(): Promise<ApiEvent[]> {
  const events: ApiEvent[] = [];
  for (let after = ''; ; ) {
    const page = await api(`GET /v1/events?limit=100${after}`);
    events.push(...page.data);
    if (!page.has_more) return events.reverse();
    after = `&starting_after=${page.data.at(-1).id}`;
  }
}

/** A calm run: another account is told the same, each event once and in order, and nothing else. */
async function calm(events: readonly ApiEvent[]): Promise<string> {
  const { lantern } = world.lantern;
  const other = await connectedAccount(lantern, 'acct_calm');
  // Counted as the account is, of which nothing else is known there.
  await lantern.kit.query(`insert into lantern.desks (account, livemode, currency, time_zone) values ($1, false, 'eur', 'Europe/Berlin')`, [
    other,
  ]);
  for (const event of events) await tell(lantern, other, [event]);
  await lantern.books.catchUp({ account: other, livemode: false });
  return other;
}

/** Everything that the books say of an account: the rows of its ledger under every preset, and its movements as they are stored. */
async function booksOf(of: string, customers: readonly string[]): Promise<string> {
  const { kit } = world.lantern.lantern;
  const histories = await readHistories(kit.database, { account: of, livemode: false }, customers);
  const observations = histories.flatMap((history) => composeHistory(history).observations);
  const stored = await kit.query(
    `select customer, day, under, kind, amount, after, reason, because, reconstructed, at_start, currency from lantern.counted_movements
     where account = $1 and not livemode order by day, customer, under`,
    [of],
  );
  return JSON.stringify([PRESETS.map(({ rules }) => ledgerRows(observations, rules)), stored]);
}

it('1,000 events that are doubled, overtaken for a minute and lost, lists that are stale and answers that fail before or after the commit have each effect once, and leave the ledger of a calm run', async () => {
  const { kit, books } = world.lantern.lantern;
  await world.platform.control.setFaults({
    seed: 42,
    rules: [
      { fault: 'duplicate', share: 0.3, times: 2 },
      { fault: 'reorder', window: WINDOW },
      { fault: 'drop', share: 0.05 },
      { fault: 'error', when: 'before', share: 0.1, method: 'GET', account },
      { fault: 'error', when: 'after', share: 0.1, method: 'POST', account },
      { fault: 'stale_list', share: 0.3, behind: 1, account },
    ],
  });
  await live(STEPS);
  await until(async () => (await world.platform.control.deliveries({ state: 'pending', limit: 1 })).data.length === 0);
  await world.platform.control.clearFaults();
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
  const { objects } = await kit.doctor({ account, livemode: false });
  expect(objects.flatMap(({ object, drift }) => drift.map(({ id, kind, fields }) => ({ object, id, kind, fields })))).toEqual([]);

  const events = await everything();
  expect(events.length).toBeGreaterThanOrEqual(1_000);
  const counts = await kit.query<{ event: string; times: number }>(
    'select event, count(*)::int as times from effects group by 1 order by 1',
  );
  const told = events.filter(({ type }) => type in EFFECTS).map(({ id }) => ({ event: id, times: 1 }));
  expect(counts).toEqual(told.sort((a, b) => (a.event < b.event ? -1 : 1)));

  const customers = events.filter(({ type }) => type === 'customer.created').map(({ data }) => data.object.id as string);
  const ledger = await booksOf(account, customers);
  expect(JSON.parse(ledger)[1].length).toBeGreaterThan(20);
  expect(ledger).toBe(await booksOf(await calm(events), customers));
}, 240_000);
