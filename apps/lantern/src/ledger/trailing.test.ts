import { expect, test } from 'vitest';
import { ledgerOf, type Observation, presetOf, ratesOf } from './index.ts';

const at = (day: string): number => Date.parse(`${day}T12:00:00Z`) / 1000;

const observation = (customer: string, day: string, status: string): Observation => ({
  ...{ subscription: `sub_${customer}`, customer, currency: 'usd', at: at(day), seen: 0, status, paused: null, ending: false },
  ...{ discounts: [], pastDueSince: null, because: null, reconstructed: false },
  items: [
    { id: `si_${customer}`, quantity: 1, price: { unit_amount_decimal: '1000', recurring: { interval: 'month', interval_count: 1 } } },
  ],
});

/** Ten customers since December, others who come and go on these days; how each month is seen under Stripe's published rules. */
function seen(comings: readonly string[], goings: readonly string[], now = '2026-04-15') {
  const there = Array.from({ length: 10 }, (_, n) => observation(`old${n}`, '2025-12-01', 'active'));
  const come = comings.map((day, n) => observation(`new${n}`, day, 'active'));
  const gone = goings.map((day, n) => observation(`old${n}`, day, 'canceled'));
  const options = { rules: presetOf('stripe')!.rules, through: '2026-04', now: at(now) };
  const { months } = ledgerOf([...there, ...come, ...gone], options);
  return new Map(months.map((month) => [month.month, month]));
}

const whole = { activeAtStart: 10, newCustomers: 0, churnedCustomers: 0 };

test('the thirty days of a month of thirty-one begin on its second', () => {
  const months = seen(['2026-03-01'], ['2026-03-02']);
  expect(months.get('2026-03')!.trailing).toEqual({ activeAtStart: 11, newCustomers: 0, churnedCustomers: 1 });
});

test('the thirty days to the end of February begin in January', () => {
  const months = seen(['2026-01-29', '2026-01-30'], ['2026-01-31']);
  expect(months.get('2026-02')!.trailing).toEqual({ activeAtStart: 11, newCustomers: 1, churnedCustomers: 1 });
  expect(ratesOf(months.get('2026-02')!).customerChurn).toBe(1 / 12);
});

test('the thirty days of the month that runs end today', () => {
  const months = seen(['2026-03-16', '2026-03-17', '2026-04-15'], ['2026-03-16', '2026-04-02']);
  // From 17 March on: one came on the 16th, and one left.
  expect(months.get('2026-04')!.trailing).toEqual({ activeAtStart: 10, newCustomers: 2, churnedCustomers: 1 });
});

test('a month of thirty days is its own thirty days', () => {
  expect(seen(['2026-04-01'], ['2026-04-30'], '2026-05-01').get('2026-04')!.trailing).toEqual({
    ...{ activeAtStart: 10, newCustomers: 1, churnedCustomers: 1 },
  });
});

test('of the plain rules the month itself is seen', () => {
  const { months } = ledgerOf([observation('a', '2026-01-10', 'active')], { through: '2026-02' });
  expect(months.map(({ trailing }) => trailing)).toEqual([undefined, undefined]);
  expect(seen([], []).get('2026-03')!.trailing).toEqual(whole);
});
