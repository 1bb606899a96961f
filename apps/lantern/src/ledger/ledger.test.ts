import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  calendarOf,
  cohortsOf,
  differencesOf,
  ledgerOf,
  type Month,
  type Observation,
  PLAIN,
  PRESETS,
  presetOf,
  type Rules,
  ratesOf,
  variantsOf,
} from './index.ts';

interface Step {
  readonly at: string;
  readonly customer: string;
  readonly sub: string;
  readonly status: string;
  readonly items: readonly {
    readonly price: { readonly unit_amount: number; readonly interval: string; readonly interval_count: number };
    readonly quantity: number;
  }[];
  readonly discounts?: readonly {
    readonly duration: 'forever' | 'repeating' | 'once';
    readonly percent_off?: number;
    readonly amount_off?: number;
    readonly end?: string;
  }[];
  readonly cancel_at_period_end?: boolean;
  readonly past_due_since?: string;
  readonly pause_collection?: string;
}
interface Case {
  readonly id: string;
  readonly title: string;
  readonly timeline: readonly Step[];
  readonly through?: string;
  readonly settings?: { readonly discounts?: readonly ('forever' | 'repeating' | 'once')[] };
  readonly expected: readonly Record<string, number | string>[];
}

const cases = JSON.parse(readFileSync(new URL('../../cases/mrr.json', import.meta.url), 'utf8')) as readonly Case[];
const seconds = (text: string): number => Date.parse(`${text}Z`) / 1000;

const observation = (step: Step): Observation => ({
  subscription: step.sub,
  customer: step.customer,
  currency: 'usd',
  at: seconds(step.at),
  seen: 0,
  status: step.status,
  items: step.items.map((item, index) => ({
    id: `${step.sub}-${index}`,
    quantity: item.quantity,
    price: {
      unit_amount_decimal: String(item.price.unit_amount),
      recurring: { interval: item.price.interval, interval_count: item.price.interval_count },
    },
  })),
  discounts: (step.discounts ?? []).map((discount, index) => ({
    id: `d${index}`,
    duration: discount.duration,
    percent_off: discount.percent_off ?? null,
    amount_off: discount.amount_off ?? null,
    end: discount.end === undefined ? null : seconds(discount.end),
  })),
  paused: step.pause_collection ?? null,
  ending: step.cancel_at_period_end ?? false,
  pastDueSince: step.past_due_since === undefined ? null : seconds(step.past_due_since),
  because: null,
  reconstructed: false,
});

const shown = (month: Month): Record<string, number | string> => ({
  month: month.month,
  start: month.start,
  new: month.new,
  reactivation: month.reactivation,
  expansion: month.expansion,
  contraction: month.contraction,
  churn: month.churn,
  fx: month.fx,
  end: month.end,
  new_n: month.newCustomers,
  react_n: month.reactivatedCustomers,
  churn_n: month.churnedCustomers,
  active: month.active,
});

const caseOf = (id: string): readonly Observation[] => cases.find((each) => each.id === id)!.timeline.map(observation);
const monthly = (id: string, rules: Partial<Rules>): Record<string, Partial<Month>> =>
  Object.fromEntries(ledgerOf(caseOf(id), { rules: { ...PLAIN, ...rules } }).months.map((month) => [month.month, month]));

describe('the worked timelines', () => {
  test.each(cases.map((each) => [each.id, each.title, each] as const))('%s: %s', (_id, _title, each) => {
    const rules = each.settings?.discounts === undefined ? PLAIN : { ...PLAIN, discounts: new Set(each.settings.discounts) };
    const { months } = ledgerOf(each.timeline.map(observation), { rules, ...(each.through !== undefined && { through: each.through }) });
    const wanted = new Set(each.expected.map((row) => row.month));
    expect(months.filter((month) => wanted.has(month.month)).map(shown)).toEqual(each.expected);
  });

  test('A6 counted at the request: churn in February, when it was asked for', () => {
    expect(monthly('A6', { cancellation: 'at_request' })['2026-02']).toMatchObject({ new: 2900, churn: -2900, end: 0 });
  });
  test('A7 with thirty days of patience: churn in March', () => {
    expect(monthly('A7', { pastDueDays: 30 })['2026-03']).toMatchObject({ churn: -5000, end: 0 });
  });
  test('A8 counting paused ones: nothing moves', () => {
    const months = ledgerOf(caseOf('A8'), { rules: { ...PLAIN, paused: 'count' } }).movements;
    expect(months.map((movement) => movement.kind)).toEqual(['new']);
  });
});

const at = fc.integer({ min: seconds('2025-01-01T00:00:00'), max: seconds('2026-12-31T00:00:00') });
const seen: fc.Arbitrary<Observation> = fc
  .record({
    n: fc.integer({ min: 1, max: 8 }),
    at,
    seen: fc.integer({ min: 0, max: 3 }),
    status: fc.constantFrom('active', 'active', 'active', 'past_due', 'trialing', 'canceled', 'unpaid', 'paused'),
    currency: fc.constantFrom('usd', 'eur'),
    unit: fc.integer({ min: 0, max: 50_000 }),
    interval: fc.constantFrom('month', 'year', 'week'),
    quantity: fc.integer({ min: 0, max: 20 }),
    items: fc.integer({ min: 1, max: 3 }),
    percent: fc.option(fc.integer({ min: 1, max: 100 }), { nil: undefined }),
    until: fc.option(at, { nil: null }),
    paused: fc.constantFrom(null, null, 'void', 'keep_as_draft'),
    ending: fc.boolean(),
  })
  .map((given) => ({
    subscription: `sub_${given.n}`,
    customer: `cus_${given.n % 4}`,
    currency: `${given.n % 2 === 0 ? 'usd' : 'eur'}`,
    at: given.at,
    seen: given.seen,
    status: given.status,
    items: Array.from({ length: given.items }, (_, index) => ({
      id: `si_${given.n}_${index}`,
      quantity: given.quantity,
      price: { unit_amount_decimal: String(given.unit), recurring: { interval: given.interval, interval_count: 1 } },
    })),
    discounts:
      given.percent === undefined
        ? []
        : [{ id: 'di', duration: 'repeating' as const, percent_off: given.percent, amount_off: null, end: given.until }],
    paused: given.paused,
    ending: given.ending,
    pastDueSince: given.status === 'past_due' ? given.at : null,
    because: null,
    reconstructed: false,
  }));
const history = fc.array(seen, { minLength: 1, maxLength: 40 });
const preset = fc.constantFrom(...PRESETS.map((each) => each.rules));
/** Two euros a dollar on odd days, three on even: rates that move. */
const convert = (value: number, currency: string, day: string): number =>
  currency === 'usd' ? value : value * (Number(day.slice(-2)) % 2 === 0 ? 3 : 2);

describe('the ledger', () => {
  test('is the same, byte for byte, in any order and with any doubling of what was seen', () => {
    fc.assert(
      fc.property(history, preset, fc.infiniteStream(fc.integer({ min: 0, max: 1e6 })), (observations, rules, dice) => {
        const roll = (): number => dice.next().value as number;
        const shuffled = [...observations, ...observations.filter(() => roll() % 3 === 0)]
          .map((each) => ({ each, key: roll() }))
          .sort((a, b) => a.key - b.key)
          .map(({ each }) => structuredClone(each));
        expect(JSON.stringify(ledgerOf(shuffled, { rules }))).toBe(JSON.stringify(ledgerOf(observations, { rules })));
      }),
    );
  });

  test('closes every month, and items add up to customers and customers to the account, under every preset', () => {
    fc.assert(
      fc.property(history, preset, (observations, rules) => {
        const { rows, movements, months } = ledgerOf(observations, { rules, convert });
        for (const month of months) {
          const sum = month.start + month.new + month.reactivation + month.expansion + month.contraction + month.churn + month.fx;
          expect(sum).toBe(month.end);
        }
        const plain = ledgerOf(observations, { rules: { ...rules, sameMonth: 'show' } });
        const byCustomer = new Map(plain.movements.map((movement) => [movement.customer, movement.after]));
        const items = rows.reduce((sum, row) => sum + row.mrr - row.before, 0);
        expect([...byCustomer.values()].reduce((sum, mrr) => sum + mrr, 0)).toBe(items);
        expect(movements.length).toBeLessThanOrEqual(rows.length);
      }),
    );
  });

  test('has no exchange line where there is one currency', () => {
    fc.assert(
      fc.property(history, (observations) =>
        ledgerOf(observations.map((each) => ({ ...each, currency: 'usd' }))).months.every((month) => month.fx === 0),
      ),
    );
  });

  test('of one account is not changed by what another one does', () => {
    fc.assert(
      fc.property(history, history, (mine, others) => {
        const alone = ledgerOf(mine).rows;
        const renamed = others.map((each) => ({ ...each, subscription: `other_${each.subscription}`, customer: `other_${each.customer}` }));
        expect(ledgerOf([...mine, ...renamed]).rows.filter((row) => !row.subscription.startsWith('other_'))).toEqual(alone);
      }),
    );
  });
});

describe('under all presets at once, the ledger', () => {
  const options = { calendar: calendarOf('UTC'), convert, now: Number.POSITIVE_INFINITY };
  test('is that of each alone', () => {
    fc.assert(
      fc.property(history, (observations) => {
        const { variants } = variantsOf(observations, PRESETS, options);
        for (const { bit, rules } of PRESETS) {
          const { rows, movements } = variants.find(({ under }) => (under & bit) !== 0)!;
          const alone = ledgerOf(observations, { rules, convert });
          expect([rows, movements]).toEqual([alone.rows, alone.movements]);
        }
      }),
    );
  });
  test.each([
    [30, 1],
    [31, 2],
  ])('is made once where nobody was past due for longer than the rules are patient: %d days, made %d times', (days, times) => {
    const [first] = caseOf('A7');
    const since = first!.at + 86_400;
    const observations = [
      first!,
      { ...first!, at: since, status: 'past_due', pastDueSince: since },
      { ...first!, at: since + days * 86_400 },
    ];
    expect(variantsOf(observations, PRESETS, options).variants.length).toBe(times);
  });
});

describe('why two presets differ', () => {
  test('is told part by part, to the cent, each with its customers', () => {
    fc.assert(
      fc.property(history, preset, preset, (observations, from, to) => {
        const difference = differencesOf(observations, { from, to }, { through: '2026-12', convert });
        expect(difference.from + difference.parts.reduce((sum, part) => sum + part.amount, 0)).toBe(difference.to);
        expect(difference.to).toBe(ledgerOf(observations, { rules: to, convert, through: '2026-12' }).months.at(-1)!.end);
        for (const part of difference.parts) expect(part.customers.reduce((sum, each) => sum + each.amount, 0)).toBe(part.amount);
      }),
    );
  });

  test('names the discount where only a discount is counted differently', () => {
    const difference = differencesOf(caseOf('A3'), { from: PLAIN, to: presetOf('stripe')!.rules }, { through: '2026-02' });
    expect(difference).toEqual({
      month: '2026-02',
      from: 2000,
      to: 4000,
      parts: [{ rule: 'discounts', amount: 2000, rounding: 0, customers: [{ customer: 'c1', amount: 2000 }] }],
    });
  });
});

describe('reading the ledger', () => {
  test('a day is the account’s day, daylight saving included', () => {
    const berlin = calendarOf('Europe/Berlin');
    expect([
      berlin.day(seconds('2026-01-31T23:30:00')),
      berlin.day(seconds('2026-07-31T22:30:00')),
      berlin.day(seconds('2026-07-31T21:30:00')),
    ]).toEqual(['2026-02-01', '2026-08-01', '2026-07-31']);
  });
  test('rates count only customers who were there at the start', () => {
    const [, february] = ledgerOf(caseOf('A6')).months;
    expect(ratesOf(february!)).toMatchObject({ customerChurn: null, grossMrrChurn: null });
    const march = ledgerOf(caseOf('A6')).months[2]!;
    expect(ratesOf(march)).toMatchObject({ customerChurn: 1, grossMrrChurn: 1, netMrrChurn: 1 });
  });
  test('cohorts tell who is left', () => {
    const { movements } = ledgerOf(caseOf('A7'));
    expect(cohortsOf(movements, '2026-05')[0]!.remaining.map((each) => each.customers)).toEqual([1, 1, 1, 0, 1]);
  });
});
