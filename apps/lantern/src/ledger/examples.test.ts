import { describe, expect, test } from 'vitest';
import { metricsOf } from '../figures/rates-of-month.ts';
import { cohortsOf, ledgerOf, type Observation, PLAIN, presetOf, type Rules, ratesOf } from './index.ts';

/*
 * Numbers that others have published of how they count, as examples of how we do; each title ends with who. Amounts in cents.
 *
 * Stripe            docs.stripe.com/billing/subscriptions/analytics, its metric definitions
 * ChartMogul        dev.chartmogul.com/docs/how-mrr-is-calculated-from-prorated-invoices, and its articles on movements
 * Baremetrics       help.baremetrics.com/en/articles/5380330-monthly-recurring-revenue
 * ProfitWell        paddle.com/help/profitwell-metrics/measure/subscription-metrics/discounts
 * Chargebee         support.chargebee.com/support/solutions/articles/249722
 * Polar             github.com/polarsource/polar/issues/8198
 * dbt mrr-playbook  github.com/dbt-labs/mrr-playbook; its months come to these sums, of customers that are not ours to copy: these are our own
 */

const day = (text: string): number => Date.parse(`${text}T12:00:00Z`) / 1000;

interface Seen {
  readonly n?: number;
  readonly customer?: string;
  readonly at?: string;
  readonly unit: number;
  readonly every?: 'month' | 'year';
  readonly count?: number;
  readonly status?: string;
  readonly off?: {
    readonly percent?: number;
    readonly amount?: number;
    readonly duration: 'forever' | 'repeating' | 'once';
    readonly end?: string;
  };
}

const observation = ({
  n = 1,
  customer = `c${n}`,
  at = '2026-01-05',
  unit,
  every = 'month',
  count = 1,
  status = 'active',
  off,
}: Seen): Observation => ({
  ...{ subscription: `s${n}`, customer, currency: 'usd', at: day(at), seen: 0, status, paused: null, ending: false, pastDueSince: null },
  ...{ because: null, reconstructed: false },
  items: [
    { id: `i${n}`, quantity: 1, price: { unit_amount_decimal: String(unit), recurring: { interval: every, interval_count: count } } },
  ],
  discounts:
    off === undefined
      ? []
      : [
          {
            ...{ id: 'd', duration: off.duration, percent_off: off.percent ?? null, amount_off: off.amount ?? null },
            end: off.end === undefined ? null : day(off.end),
          },
        ],
});

/** The same of several customers. */
const times = (count: number, seen: Seen, first = 0): Observation[] =>
  Array.from({ length: count }, (_, n) => observation({ ...seen, n: first + n, customer: `c${first + n}` }));

const monthsOf = (seen: readonly Observation[], rules: Rules = PLAIN, through?: string) =>
  ledgerOf(seen, { rules, ...(through !== undefined && { through }) }).months;

describe('a period’s price as a month’s', () => {
  test.each<readonly [who: string, seen: readonly Observation[], mrr: number]>([
    ['$2,000 a year is 166.67 (ChartMogul)', [observation({ unit: 200_000, every: 'year' })], 16_667],
    ['$90 for three months is 30 (ChartMogul)', [observation({ unit: 9_000, count: 3 })], 3_000],
    [
      '$120 a year less 10 % is 9 (ProfitWell)',
      [observation({ unit: 12_000, every: 'year', off: { percent: 10, duration: 'forever' } })],
      900,
    ],
    ['$10 with half off is 5 (Baremetrics)', [observation({ unit: 1_000, off: { percent: 50, duration: 'forever' } })], 500],
    [
      'ten times $10 is 100, and $120 a year adds 10 (Baremetrics)',
      [...times(10, { unit: 1_000 }), observation({ n: 99, unit: 12_000, every: 'year' })],
      11_000,
    ],
    [
      '100 times $100, and 50 times $600 a year, are 12,500 (Stripe)',
      [...times(100, { unit: 10_000 }), ...times(50, { unit: 60_000, every: 'year' }, 100)],
      1_250_000,
    ],
    [
      '77 times $15, with $14 off once, are 1,155 (Polar)',
      times(77, { unit: 1_500, off: { amount: 1_400, duration: 'once', end: '2026-02-05' } }),
      115_500,
    ],
  ])('%s', (_who, seen, mrr) => {
    expect(monthsOf(seen).at(-1)).toMatchObject({ new: mrr, end: mrr, fx: 0 });
  });
});

describe('what a change is', () => {
  const joined = { n: 1, customer: 'c', unit: 1_000 };
  test.each<readonly [what: string, seen: readonly Observation[], month: Readonly<Record<string, number>>, rules: Rules]>([
    [
      'one of two subscriptions ends: contraction (ChartMogul)',
      [observation(joined), observation({ ...joined, n: 2 }), observation({ ...joined, n: 2, at: '2026-02-03', status: 'canceled' })],
      { contraction: -1_000, churn: 0, end: 1_000 },
      PLAIN,
    ],
    [
      'ended and begun again on one day: nothing (Baremetrics)',
      [
        observation(joined),
        observation({ ...joined, at: '2026-02-03', status: 'canceled' }),
        observation({ ...joined, n: 2, at: '2026-02-03' }),
      ],
      { churn: 0, reactivation: 0, contraction: 0, end: 1_000 },
      PLAIN,
    ],
    [
      'down to nothing, with all of it off: churn (Baremetrics)',
      [observation(joined), observation({ ...joined, at: '2026-02-03', off: { percent: 100, duration: 'forever' } })],
      { churn: -1_000, contraction: 0, churnedCustomers: 1 },
      PLAIN,
    ],
    [
      'down to nothing, where the free stay: contraction (ChartMogul)',
      [observation(joined), observation({ ...joined, at: '2026-02-03', off: { percent: 100, duration: 'forever' } })],
      { churn: 0, contraction: -1_000 },
      presetOf('chartmogul')!.rules,
    ],
    [
      '$10 with 10 % off once is 9 and then 10, where such is counted (ProfitWell)',
      [observation({ ...joined, off: { percent: 10, duration: 'once', end: '2026-02-05' } })],
      { start: 900, expansion: 100, end: 1_000 },
      presetOf('profitwell')!.rules,
    ],
    [
      '$14 off once of $15 ends, where it is not counted: nothing moves (Polar)',
      [observation({ ...joined, unit: 1_500, off: { amount: 1_400, duration: 'once', end: '2026-02-05' } })],
      { start: 1_500, expansion: 0, end: 1_500 },
      PLAIN,
    ],
    [
      'new on the 3rd and gone on the 25th: in both columns (Stripe, as ProfitWell tells it)',
      [observation({ ...joined, at: '2026-02-03' }), observation({ ...joined, at: '2026-02-25', status: 'canceled' })],
      { new: 1_000, churn: -1_000, end: 0 },
      PLAIN,
    ],
    [
      'new on the 3rd and gone on the 25th, where such are hidden: in none (ProfitWell)',
      [observation({ ...joined, at: '2026-02-03' }), observation({ ...joined, at: '2026-02-25', status: 'canceled' })],
      { new: 0, churn: 0, end: 0 },
      presetOf('profitwell')!.rules,
    ],
  ])('%s', (_what, seen, month, rules) => {
    expect(monthsOf(seen, rules, '2026-02').find((one) => one.month === '2026-02')).toMatchObject(month);
  });
});

/** They leave. */
const left = (count: number, at: string, { unit, first = 0 }: { unit: number; first?: number }): Observation[] =>
  times(count, { unit, at, status: 'canceled' }, first);

test('1,000 + 100 new + 50 expansion − 40 contraction − 60 churn − 5 exchange are 1,045 (Stripe)', () => {
  const plan = { a: 10_000, b: 6_000, c: 15_000 };
  const abroad = { ...observation({ n: 90, customer: 'abroad', unit: plan.a }), currency: 'eur' };
  const seen = [
    // 1,000: one who pays in another currency, one on plan B, and eight on plan A and two that fill up what is left.
    ...[abroad, observation({ n: 1, unit: plan.b }), ...times(8, { unit: plan.a }, 2), ...times(2, { unit: 2_000 }, 20)],
    observation({ n: 30, unit: plan.a, status: 'trialing' }),
    observation({ n: 30, unit: plan.a, at: '2026-02-03' }),
    observation({ n: 2, unit: plan.c, at: '2026-02-10' }),
    observation({ n: 3, unit: plan.b, at: '2026-02-12' }),
    observation({ n: 1, unit: plan.b, at: '2026-02-20', status: 'canceled' }),
  ];
  const convert = (amount: number, currency: string, on: string): number =>
    currency === 'eur' && on >= '2026-02' ? (amount * 95) / 100 : amount;
  const february = ledgerOf(seen, { convert }).months.at(-1);
  expect(february).toMatchObject({
    ...{ month: '2026-02', start: 100_000, new: 10_000, reactivation: 0, expansion: 5_000, contraction: -4_000, churn: -6_000, fx: -500 },
    end: 104_500,
  });
});

test('$120 a year that ends and $50 that becomes $25 are 35 of churned revenue (Stripe)', () => {
  const [, february] = monthsOf([
    ...[observation({ n: 1, unit: 12_000, every: 'year' }), observation({ n: 2, unit: 5_000 })],
    observation({ n: 1, unit: 12_000, every: 'year', at: '2026-02-10', status: 'canceled' }),
    observation({ n: 2, unit: 2_500, at: '2026-02-10' }),
  ]);
  expect(february).toMatchObject({ churn: -1_000, contraction: -2_500 });
  expect(ratesOf(february!).grossMrrChurn! * february!.start).toBe(3_500);
});

describe('usage', () => {
  const recurring = { interval: 'month', interval_count: 1, usage_type: 'metered' };
  const usage = (invoiced?: number) => ({ id: 'usage', quantity: 1, price: { unit_amount_decimal: '1', recurring }, invoiced });
  const base = observation({ unit: 2_000 });
  const seen = [
    { ...base, items: [...base.items, usage()] },
    { ...base, at: day('2026-02-05'), items: [...base.items, usage(3_000)] },
  ];
  test('of $30 in January beside a base of $20 makes 20 in January and 50 in February, where it is counted (Chargebee)', () => {
    expect(monthsOf(seen, { ...PLAIN, metered: 'invoiced' }).map(({ end }) => end)).toEqual([2_000, 5_000]);
  });
  test('of $30 beside a base of $20 leaves 20, where it is not counted (Stripe)', () => {
    expect(monthsOf(seen, presetOf('stripe')!.rules, '2026-02').map(({ end }) => end)).toEqual([2_000, 2_000]);
  });
});

describe('rates', () => {
  const lost = [
    ...times(1_000, { unit: 1_000 }),
    ...left(100, '2026-02-10', { unit: 1_000 }),
    ...times(100, { unit: 1_000, at: '2026-02-12' }, 1_000),
  ];
  test('100 of 1,000 leave while 100 come: 9.1 % churn, of those and of the new ones (Stripe)', () => {
    expect(ratesOf(monthsOf(lost, presetOf('stripe')!.rules)[1]!).customerChurn).toBe(100 / 1_100);
  });
  test('100 of 1,000 leave while 100 come: 10.0 % churn, of those who were there (Lantern, of Stripe’s example)', () => {
    expect(ratesOf(monthsOf(lost)[1]!).customerChurn).toBe(0.1);
  });
  test('100 customers with 50,000 are 500 each (Stripe)', () => {
    expect(ratesOf(monthsOf(times(100, { unit: 50_000 }))[0]!).arpu).toBe(50_000);
  });
  test('500 each, when 10 of 110 have left, are a lifetime value of 5,500: the page divides by a rounded 9 % (Stripe)', () => {
    const months = monthsOf([...times(110, { unit: 50_000 }), ...left(10, '2026-02-10', { unit: 50_000 })]);
    expect(months[1]).toMatchObject({ end: 5_000_000, active: 100 });
    expect(metricsOf(months)!.ltv).toBeCloseTo(550_000, 6);
  });
  test('of 100 at $10, five go to $25 and ten leave: 75 of expansion and 97.5 % are retained, by the page’s definition, not its sum (Stripe)', () => {
    const months = monthsOf([
      ...times(100, { unit: 1_000 }),
      ...times(5, { unit: 2_500, at: '2026-02-10' }, 90),
      ...left(10, '2026-02-10', { unit: 1_000 }),
    ]);
    expect(months[1]).toMatchObject({ expansion: 7_500, churn: -10_000 });
    expect(metricsOf(months)!.netRetention).toBeCloseTo(0.975, 12);
  });
  test('a cohort that loses a tenth a month keeps 90, 81, 73, 66 and 59 % (Stripe)', () => {
    const sizes = [100, 90, 81, 73, 66, 59];
    const gone = sizes.slice(1).flatMap((size, n) => left(sizes[n]! - size, `2026-0${n + 2}-10`, { unit: 1_000, first: size }));
    const { movements } = ledgerOf([...times(100, { unit: 1_000 }), ...gone]);
    expect(cohortsOf(movements, '2026-06')[0]!.remaining.map(({ customers }) => customers)).toEqual(sizes);
  });
});

describe('the roll-forward', () => {
  const unit = { old: 5_000, small: 3_000, large: 8_500 };
  const seen: readonly Observation[] = [
    // 22 customers come to 1,135 when June ends; another one has left before.
    ...[...times(21, { unit: unit.old, at: '2019-05-03' }), observation({ n: 21, unit: unit.large, at: '2019-05-03' })],
    ...[
      observation({ n: 22, unit: unit.old, at: '2019-05-03' }),
      observation({ n: 22, unit: unit.old, at: '2019-06-03', status: 'canceled' }),
    ],
    // July
    ...times(2, { unit: unit.small, at: '2019-07-02' }),
    observation({ n: 22, unit: unit.old, at: '2019-07-09' }),
    ...[10_000, 7_500, 3_000].map((amount, n) => observation({ n: 23 + n, unit: amount, at: '2019-07-20' })),
    // August to November
    ...[...times(15, { unit: unit.small, at: '2019-09-04' }, 26), observation({ n: 41, unit: 4_000, at: '2019-11-30' })],
    // December: of those who leave, eleven pay 50, the others 85, 40 and 30.
    ...times(2, { unit: unit.old, at: '2019-12-01' }, 42),
    ...[observation({ n: 2, unit: 10_000, at: '2019-12-05' }), observation({ n: 3, unit: 2_000, at: '2019-12-05' })],
    ...[...left(11, '2019-12-24', { unit: unit.old, first: 4 }), ...left(1, '2019-12-24', { unit: unit.large, first: 21 })],
    ...[...left(1, '2019-12-24', { unit: 4_000, first: 41 }), ...left(1, '2019-12-31', { unit: unit.small, first: 40 })],
    // January: everybody leaves, and two come.
    ...[...left(4, '2020-01-31', { unit: 1, first: 0 }), ...left(6, '2020-01-31', { unit: 1, first: 15 })],
    ...[...left(18, '2020-01-31', { unit: 1, first: 22 }), ...left(2, '2020-01-31', { unit: 1, first: 42 })],
    ...[10_000, 7_500].map((amount, n) => observation({ n: 50 + n, unit: amount, at: '2020-01-15' })),
  ];
  const nothing = { new: 0, reactivation: 0, expansion: 0, contraction: 0, churn: 0, fx: 0 };
  test.each<readonly [what: string, month: string, sums: Readonly<Record<string, number>>]>([
    [
      '1,135 + 205 new + 50 back − 40 down are 1,350, of 26 customers',
      '2019-07',
      { ...nothing, start: 113_500, new: 20_500, reactivation: 5_000, contraction: -4_000, end: 135_000, active: 26 },
    ],
    ['1,840 at the end, of 42 customers', '2019-11', { end: 184_000, active: 42 }],
    [
      '1,840 + 100 new + 50 up − 30 down − 705 gone are 1,255',
      '2019-12',
      { ...nothing, start: 184_000, new: 10_000, expansion: 5_000, contraction: -3_000, churn: -70_500, end: 125_500 },
    ],
    ['1,255 + 175 new − 1,255 gone are 175', '2020-01', { ...nothing, start: 125_500, new: 17_500, churn: -125_500, end: 17_500 }],
  ])('%s, in %s (dbt mrr-playbook)', (_what, month, sums) => {
    expect(monthsOf(seen).find((one) => one.month === month)).toMatchObject(sums);
  });
});
