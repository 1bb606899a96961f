import { describe, expect, test } from 'vitest';
import { cohortsOf, ledgerOf, type Observation, PLAIN, presetOf, type Rules, ratesOf } from './index.ts';

/* Numbers that others have published of how they count, as examples of how we do. Amounts in cents. */

const day = (text: string): number => Date.parse(`${text}T12:00:00Z`) / 1000;

interface Seen {
  readonly n?: number;
  readonly customer?: string;
  readonly at?: string;
  readonly unit: number;
  readonly every?: 'month' | 'year';
  readonly count?: number;
  readonly status?: string;
  readonly off?: { readonly percent: number; readonly duration: 'forever' | 'repeating' | 'once'; readonly end?: string };
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
      : [{ id: 'd', duration: off.duration, percent_off: off.percent, amount_off: null, end: off.end === undefined ? null : day(off.end) }],
});

/** The same of several customers. */
const times = (count: number, seen: Seen, first = 0): Observation[] =>
  Array.from({ length: count }, (_, n) => observation({ ...seen, n: first + n, customer: `c${first + n}` }));

const monthsOf = (seen: readonly Observation[], rules: Rules = PLAIN, through?: string) =>
  ledgerOf(seen, { rules, ...(through !== undefined && { through }) }).months;

describe('a period’s price as a month’s', () => {
  test.each<readonly [who: string, seen: readonly Observation[], mrr: number]>([
    ['$2,000 a year is 166.67', [observation({ unit: 200_000, every: 'year' })], 16_667],
    ['$90 for three months is 30', [observation({ unit: 9_000, count: 3 })], 3_000],
    ['$120 a year less 10 % is 9', [observation({ unit: 12_000, every: 'year', off: { percent: 10, duration: 'forever' } })], 900],
    ['$10 with half off is 5', [observation({ unit: 1_000, off: { percent: 50, duration: 'forever' } })], 500],
    [
      'ten times $10 is 100, and $120 a year adds 10',
      [...times(10, { unit: 1_000 }), observation({ n: 99, unit: 12_000, every: 'year' })],
      11_000,
    ],
    [
      '100 times $100, and 50 times $600 a year, are 12,500',
      [...times(100, { unit: 10_000 }), ...times(50, { unit: 60_000, every: 'year' }, 100)],
      1_250_000,
    ],
    ['77 times $15 are 1,155', times(77, { unit: 1_500 }), 115_500],
  ])('%s', (_who, seen, mrr) => {
    expect(monthsOf(seen).at(-1)).toMatchObject({ new: mrr, end: mrr, fx: 0 });
  });
});

describe('what a change is', () => {
  const joined = { n: 1, customer: 'c', unit: 1_000 };
  test.each<readonly [what: string, seen: readonly Observation[], month: Readonly<Record<string, number>>, rules: Rules]>([
    [
      'one of two subscriptions ends: contraction',
      [observation(joined), observation({ ...joined, n: 2 }), observation({ ...joined, n: 2, at: '2026-02-03', status: 'canceled' })],
      { contraction: -1_000, churn: 0, end: 1_000 },
      PLAIN,
    ],
    [
      'ended and begun again on one day: nothing',
      [
        observation(joined),
        observation({ ...joined, at: '2026-02-03', status: 'canceled' }),
        observation({ ...joined, n: 2, at: '2026-02-03' }),
      ],
      { churn: 0, reactivation: 0, contraction: 0, end: 1_000 },
      PLAIN,
    ],
    [
      'down to nothing, with all of it off: churn',
      [observation(joined), observation({ ...joined, at: '2026-02-03', off: { percent: 100, duration: 'forever' } })],
      { churn: -1_000, contraction: 0, churnedCustomers: 1 },
      PLAIN,
    ],
    [
      'the same, where the free stay: contraction',
      [observation(joined), observation({ ...joined, at: '2026-02-03', off: { percent: 100, duration: 'forever' } })],
      { churn: 0, contraction: -1_000 },
      presetOf('chartmogul')!.rules,
    ],
    [
      '10 % off once ends, where such is counted: from 9 to 10',
      [observation({ ...joined, off: { percent: 10, duration: 'once', end: '2026-02-05' } })],
      { start: 900, expansion: 100, end: 1_000 },
      presetOf('profitwell')!.rules,
    ],
    [
      '10 % off once ends, where it is not: nothing',
      [observation({ ...joined, off: { percent: 10, duration: 'once', end: '2026-02-05' } })],
      { start: 1_000, expansion: 0, end: 1_000 },
      PLAIN,
    ],
    [
      'new on the 3rd and gone on the 25th: in both columns',
      [observation({ ...joined, at: '2026-02-03' }), observation({ ...joined, at: '2026-02-25', status: 'canceled' })],
      { new: 1_000, churn: -1_000, end: 0 },
      PLAIN,
    ],
    [
      'the same, where such are hidden: in none',
      [observation({ ...joined, at: '2026-02-03' }), observation({ ...joined, at: '2026-02-25', status: 'canceled' })],
      { new: 0, churn: 0, end: 0 },
      presetOf('profitwell')!.rules,
    ],
  ])('%s', (_what, seen, month, rules) => {
    expect(monthsOf(seen, rules, '2026-02').find((one) => one.month === '2026-02')).toMatchObject(month);
  });
});

describe('rates', () => {
  const left = (count: number, at: string, unit: number): Observation[] => times(count, { unit, at, status: 'canceled' });

  test('100 of 1,000 leave while 100 come: 10.0 % churn, of those who were there', () => {
    const seen = [
      ...times(1_000, { unit: 1_000 }),
      ...left(100, '2026-02-10', 1_000),
      ...times(100, { unit: 1_000, at: '2026-02-12' }, 1_000),
    ];
    expect(ratesOf(monthsOf(seen)[1]!).customerChurn).toBe(0.1);
    // Stripe's own example: 100 of those and of the new ones.
    expect(ratesOf(monthsOf(seen, presetOf('stripe')!.rules)[1]!).customerChurn).toBe(100 / 1_100);
  });
  test('of 100 at $10, five go to $25 and ten leave: 97.5 % is retained', () => {
    const months = monthsOf([
      ...times(100, { unit: 1_000 }),
      ...times(5, { unit: 2_500, at: '2026-02-10' }, 90),
      ...left(10, '2026-02-10', 1_000),
    ]);
    expect(months[1]).toMatchObject({ expansion: 7_500, churn: -10_000 });
    expect(1 - ratesOf(months[1]!).netMrrChurn!).toBeCloseTo(0.975, 12);
  });
  test('a cohort of 90 that loses a tenth a month: 90, 81, 73, 66, 59', () => {
    const sizes = [90, 81, 73, 66, 59];
    const gone = sizes.slice(1).flatMap((size, n) =>
      left(sizes[n]! - size, `2026-0${n + 2}-10`, 1_000).map((one, k) => ({
        ...one,
        subscription: `s${size + k}`,
        customer: `c${size + k}`,
        items: [{ ...one.items[0]!, id: `i${size + k}` }],
      })),
    );
    const { movements } = ledgerOf([...times(90, { unit: 1_000 }), ...gone]);
    expect(cohortsOf(movements, '2026-05')[0]!.remaining.map(({ customers }) => customers)).toEqual(sizes);
  });
});
