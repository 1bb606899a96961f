import { simulate } from '@annex/testkit';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { accountFigures } from '../src/figures/account.ts';
import { changeDesk } from '../src/figures/desk.ts';
import { readMonths } from '../src/figures/months.ts';
import { type Month, PRESETS, type Rules } from '../src/ledger/index.ts';
import { placeOf } from '../src/web/place.ts';
import { createLanternWorld, type LanternWorld } from './lantern-world.ts';
import { type OracleRates, oracleMonths } from './oracle.ts';
import { connectFor, signedUp, until } from './visitor.ts';

/*
 * Years of a business, lived through the API while Lantern listens, against an oracle that knows the scenario alone.
 * ANNEX_YEARS_CUSTOMERS: how many sign up in a month (0.25); the business is the same, only larger.
 */

const PER_MONTH = Number(process.env.ANNEX_YEARS_CUSTOMERS ?? 0.25);

const business = (from: string, seed: number, more = ''): simulate.Business =>
  simulate.readBusiness(
    `
name: Years
seed: ${seed}
from: ${from}
years: 5
growth: { first_month: ${PER_MONTH} }
plans:
  - { key: small, amount: 1999, currency: usd, weight: 4 }
  - { key: large, amount: 4999, currency: usd, weight: 4, seats: 5 }
  - { key: yearly, amount: 19990, currency: usd, interval: year }
  - { key: klein, amount: 1750, currency: eur, weight: 3 }
  - { key: gross, amount: 4450, currency: eur, weight: 3, seats: 4 }
coupons:
  - { id: THREE, percent_off: 33, months: 3, share: 0.3 }
  - { id: EVER, percent_off: 15, share: 0.3 }
trial: { days: 14, share: 0.4 }
behaviour: { churn: 0.04, at_once: 0.4, returns: 0.5, upgrade: 0.05, downgrade: 0.05, seats: 0.08, pause: 0.05, card_fails: 0.05, dispute: 0.01, ${more} }
`,
    0,
  );

/** Dollars and euros; the account reports in dollars, and the rate changes once. */
const RATES: OracleRates = [
  { currency: 'eur', day: '2029-06-01', per10000: 10_800n },
  { currency: 'eur', day: '2032-03-14', per10000: 11_250n },
  { currency: 'eur', day: '2037-09-01', per10000: 9_900n },
];

let world: LanternWorld;

beforeAll(async () => {
  world = await createLanternWorld({ lantern: { kit: { reconcileMinutes: 0 } } });
});
afterAll(() => world.close());

interface Shop {
  readonly account: string;
  readonly testKey: string;
}

async function openShop(number: number): Promise<Shop> {
  const shop = world.dana.accounts[number]!;
  await connectFor(world, await signedUp(world, `dana${number}@acme.example`), shop.account);
  const { database } = world.lantern.lantern.kit;
  await database.transaction(async (tx) => {
    const place = await placeOf(tx, shop.account, 'test');
    await changeDesk(tx, place, { rules: PRESETS[0]!.rules, currency: 'usd', timeZone: 'UTC' });
    for (const { currency, day, per10000 } of RATES) {
      const rate = `${per10000 / 10_000n}.${String(per10000 % 10_000n).padStart(4, '0')}`;
      await tx.query('insert into lantern.rates (account, livemode, currency, day, rate) values ($1, false, $2, $3, $4)', [
        shop.account,
        currency,
        day,
        rate,
      ]);
    }
  });
  return shop;
}

/** Waits until every event has arrived and every book is made. */
async function settled({ account }: Shop): Promise<void> {
  const { kit, books } = world.lantern.lantern;
  await until(async () => {
    const { data } = await world.platform.control.deliveries({ state: 'pending', limit: 1 });
    await books.catchUp({ account, livemode: false });
    const [row] = await kit.query<{ n: number }>(
      `select (select count(*) from annex.inbox where state = 'new')::int + (select count(*) from annex.refetch)::int + (select count(*) from lantern.stale)::int as n`,
    );
    return data.length === 0 && row!.n === 0;
  });
}

const shown = ({ month, start, new: fresh, reactivation, expansion, contraction, churn, fx, end }: Month) => ({
  ...{ month, start, new: fresh, reactivation, expansion, contraction, churn, fx, end },
});

/** Every month under every preset, as Lantern has it and as the oracle has it. */
async function expectTruth({ account }: Shop, ledger: simulate.Ledger): Promise<void> {
  const { lantern } = world.lantern;
  const place = await placeOf(lantern.kit.database, account, 'test');
  const figures = await accountFigures(lantern, place);
  for (const { id, rules, bit } of PRESETS) {
    const months = await readMonths(lantern.kit.database, figures.desk, { ...figures, shown: bit });
    const expected = oracleMonths(ledger, { rules: rules as Rules, rates: RATES, currency: 'usd', now: Math.floor(figures.nowMs / 1000) });
    expect(months.map(shown).slice(-expected.length), id).toEqual(expected);
    if (id === 'plain') expect(figures.months.map(shown)).toEqual(expected);
    for (const kind of ['new', 'reactivation', 'expansion', 'contraction', 'churn', 'fx'] as const)
      expect(
        expected.some((month) => month[kind] !== 0),
        `${id} ${kind}`,
      ).toBe(true);
  }
}

it('five years of two currencies, coupons, failing cards and pauses come to what the scenario decided, to the cent, every month, under every preset', async () => {
  const shop = await openShop(0);
  const lived = business('2030-01-01', 3, 'refund: 0.01');
  const scenario = simulate.scenarioOf(lived);
  await simulate.live(lived, scenario, { place: { url: world.platform.url, key: shop.testKey } });
  await settled(shop);
  await expectTruth(shop, simulate.ledgerOf(lived, scenario));
}, 180_000);

it('the same with every fault switched on, while the extension catches up every two weeks', async () => {
  const shop = await openShop(1);
  const { account } = shop;
  const lived = business('2035-06-01', 8, 'refund: 0');
  const scenario = simulate.scenarioOf(lived);
  const reads = { account, method: 'GET' } as const;
  const rules = [
    { fault: 'duplicate', share: 0.3, times: 2 },
    { fault: 'reorder', share: 0.4, window: 0.4 },
    { fault: 'drop', share: 0.05 },
    { fault: 'delay', share: 0.1, from: 0, to: 0.3 },
    { fault: 'error', when: 'before', share: 0.05, ...reads },
    { fault: 'error', when: 'after', share: 0.02, ...reads },
    { fault: 'timeout', for: 0, share: 0.02, ...reads },
    { fault: 'rate_limit', length: 3, share: 0.02, ...reads },
    { fault: 'slow', from: 0.01, to: 0.05, share: 0.05, ...reads },
    // Months pass in a second here: a list that is staler than this would hide events until they are gone.
    { fault: 'stale_list', share: 0.3, behind: 0.05, account },
    { fault: 'clock_skew', seconds: 40 },
  ];
  const known = (await world.platform.control.faults()).kinds.map(({ fault }) => fault);
  expect([...new Set(rules.map(({ fault }) => fault))].sort()).toEqual(known.sort());
  await world.platform.control.setFaults({ seed: 5, rules });
  const { kit } = world.lantern.lantern;
  let [caughtUp, recovered] = [0, 0];
  const catchUp = async (now: number): Promise<void> => {
    if (now < caughtUp + 14 * 86_400) return;
    caughtUp = now;
    // A list that could not be read is read again at once: two weeks later its events would be gone.
    for (let requests = 0; requests === 0; ) {
      const read = await kit.reconcile({ account, livemode: false });
      requests = read.requests;
      recovered += read.recovered;
    }
  };
  await simulate.live(lived, scenario, { place: { url: world.platform.url, key: shop.testKey }, told: ({ now }) => catchUp(now) });
  await world.platform.control.clearFaults();
  recovered += (await kit.reconcile({ account, livemode: false })).recovered;
  expect(recovered).toBeGreaterThan(0);
  await settled(shop);
  await expectTruth(shop, simulate.ledgerOf(lived, scenario));
}, 180_000);
