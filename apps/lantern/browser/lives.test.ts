import { createWorld, type World } from '@annex/testkit';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { composeHistory } from '../src/history/compose.ts';
import { readHistories } from '../src/history/read.ts';
import { createLantern, type RunningLantern, readSettings } from '../src/index.ts';
import { calendarOf, type Ledger, ledgerOf, monthOf, type Observation, PLAIN, PRESETS, type Rules } from '../src/ledger/index.ts';
import { type Lived, type Lives, live, lives } from './lives.ts';
import { stories } from './stories.ts';
import { type ApiEvent, connectedAccount, mirror, tell } from './telling.ts';

let world: World;
let lantern: RunningLantern;

beforeAll(async () => {
  world = await createWorld();
  const settings = readSettings([], {
    STRIPE_TEST_SECRET_KEY: 'sk_test_x',
    STRIPE_TEST_CLIENT_ID: 'ca_x',
    STRIPE_API_BASE: 'http://127.0.0.1:9',
  });
  if (settings === 'help') throw new Error('unreachable');
  lantern = await createLantern({ settings, publicUrl: 'http://lantern.test' });
});
afterAll(async () => {
  await lantern.close();
  await world.close();
});

let accounts = 0;
const connected = (): Promise<string> => connectedAccount(lantern, `acct_${++accounts}`);

/** What is heard of an account, and what it is counted with. */
type Told = Pick<Lived, 'events' | 'prices' | 'coupons'> & { readonly customers: readonly string[] };

/** An account whose events were all heard, and of which nothing else is known but its prices and coupons. */
async function heard({ prices, coupons }: Pick<Lived, 'prices' | 'coupons'>, events: readonly ApiEvent[]): Promise<string> {
  const account = await connected();
  await mirror(lantern, account, { table: 'prices', objects: prices });
  await mirror(lantern, account, { table: 'coupons', objects: coupons });
  await tell(lantern, account, events);
  return account;
}

/** An account that was imported when all was over. */
async function imported(lived: Lived): Promise<string> {
  const account = await connected();
  for (const table of ['prices', 'coupons', 'customers', 'subscriptions', 'invoices', 'invoiceitems'] as const)
    await mirror(lantern, account, { table, objects: lived[table], at: lived.to });
  await lantern.books.catchUp({ account, livemode: false });
  return account;
}

async function observationsOf(account: string, customers: readonly string[]): Promise<Observation[]> {
  const histories = await readHistories(lantern.kit.database, { account, livemode: false }, customers);
  return histories.flatMap((history) => composeHistory(history).observations);
}

const calendar = calendarOf('Europe/Berlin');
const convert = (amount: number, currency: string): number => (currency === 'eur' ? Math.round(amount * 1.07) : amount);

const ledger = (observations: readonly Observation[], { to }: Lived, rules: Rules): Ledger =>
  ledgerOf(observations, { rules, calendar, convert, through: monthOf(calendar.day(to)), now: to });

/** A story whose discount is said to be over on two days. */
const toldTwice = (() => {
  const { events, customers } = stories.find(({ id }) => id === 'A3')!;
  const [begun] = events;
  const over = [20, 40].map((days) => ({
    ...begun!,
    ...{ id: `evt_over_${days}`, type: 'customer.discount.deleted', created: begun!.created + days * 86_400 },
  }));
  return { events: [...events, ...over], customers };
})();

/** The first place at which two lists are not the same text, and nothing where they are: whole lists would drown it. */
function firstDifference(a: readonly unknown[], b: readonly unknown[]): unknown {
  const at = [...a, ...b].findIndex((_, n) => JSON.stringify(a[n]) !== JSON.stringify(b[n]));
  return at < 0 ? undefined : { at, is: a[at], was: b[at] };
}

/** ANNEX_LIVES: how many times as many are tried, and others every time; without it always the same. */
const MORE = Number(process.env.ANNEX_LIVES ?? 1);
const seeded = process.env.ANNEX_LIVES === undefined ? { seed: 20_261_201 } : {};

describe('a past that was imported', () => {
  it(
    'has the months that were counted live, under every preset, where invoices or the present tell what happened; and ends where they end, whatever happened',
    async () => {
      await fc.assert(
        fc.asyncProperty(lives, async (given: Lives) => {
          const lived = await live(world, given);
          const customers = lived.customers.map(({ id }) => id as string);
          const [account, later] = [await heard(lived, lived.events), await imported(lived)];
          const [seen, rebuilt] = [await observationsOf(account, customers), await observationsOf(later, customers)];
          expect([seen.some(({ reconstructed }) => reconstructed), rebuilt.every(({ reconstructed }) => reconstructed)]).toEqual([
            false,
            true,
          ]);
          const told = ({ customer }: Observation): boolean => !lived.untold.has(customer);
          for (const { id, rules } of PRESETS) {
            expect(ledger(rebuilt.filter(told), lived, rules).months, id).toEqual(ledger(seen.filter(told), lived, rules).months);
            expect(ledger(rebuilt, lived, rules).months.at(-1)?.end, id).toBe(ledger(seen, lived, rules).months.at(-1)?.end);
          }
        }),
        { numRuns: 8 * MORE, ...seeded },
      );
    },
    MORE * 60_000,
  );
});

describe('the ledger of events', () => {
  it.each(stories)('of $id comes to the worked months: $title', async ({ events, customers, expected, through, settings }) => {
    const account = await connected();
    await tell(lantern, account, events);
    const rules = settings?.discounts === undefined ? PLAIN : { ...PLAIN, discounts: new Set(settings.discounts) };
    const { months } = ledgerOf(await observationsOf(account, customers), { rules, ...(through !== undefined && { through }) });
    for (const { month, start, end, churn, new: fresh } of expected)
      expect(months.find((one) => one.month === month)).toMatchObject({ start, end, churn, new: fresh });
  });

  it(
    'is the same, byte for byte, in whatever order and however often they came, many in one second too',
    async () => {
      const given = fc.sample(lives, { numRuns: 2, seed: 20_261_201 });
      const told: Told[] = [...stories, toldTwice].map(({ events, customers }) => ({ events, customers, prices: [], coupons: [] }));
      for (const one of given) {
        const lived = await live(world, one);
        told.push({ ...lived, customers: lived.customers.map(({ id }) => id as string) });
      }
      const grain = fc.constantFrom(1, 86_400, 40 * 86_400);
      for (const one of told) {
        await fc.assert(
          fc.asyncProperty(grain, fc.infiniteStream(fc.nat({ max: 1_000_000 })), async (seconds, dice) => {
            const roll = (): number => dice.next().value;
            const events = one.events.map((event) => ({ ...event, created: event.created - (event.created % seconds) }));
            const wild = [...events, ...events.filter(() => roll() % 3 === 0)]
              .map((event) => ({ event, key: roll() }))
              .sort((a, b) => a.key - b.key)
              .map(({ event }) => event);
            const [account, other] = [await heard(one, events), await heard(one, wild)];
            const [calm, shuffled] = [await observationsOf(account, one.customers), await observationsOf(other, one.customers)];
            expect(firstDifference(shuffled, calm)).toBeUndefined();
            for (const { rules } of PRESETS)
              expect(JSON.stringify(ledgerOf(shuffled, { rules })) === JSON.stringify(ledgerOf(calm, { rules }))).toBe(true);
          }),
          { numRuns: 6 * MORE, ...seeded },
        );
      }
    },
    MORE * 60_000,
  );
});
