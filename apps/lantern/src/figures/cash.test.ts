import fc from 'fast-check';
import { expect, it } from 'vitest';
import { CASH_PARTS, cashMonths } from './cash.ts';

it('a payment of 100.00 with a fee of 3.20 and a refund of 40.00 leave 56.80', () => {
  const row = { month: '2026-03', n: 1 };
  const [month] = cashMonths([
    { ...row, category: 'charge', amount: 10_000, fee: 320 },
    { ...row, category: 'refund', amount: -4_000, fee: 0 },
    { ...row, category: 'payout', amount: -5_000, fee: 0 },
  ]);
  expect(month).toEqual({
    ...{
      month: '2026-03',
      gross: 10_000,
      refunds: -4_000,
      disputes: 0,
      fees: -320,
      other: 0,
      net: 5_680,
      payouts: -5_000,
      transactions: 3,
    },
  });
});

it('net and payouts together are what the balance gained, whatever the categories', () => {
  const category = fc.constantFrom(...Object.keys(CASH_PARTS), 'topup', 'something_new');
  const row = fc.record({ month: fc.constantFrom('2026-01', '2026-02'), category, amount: fc.integer(), fee: fc.integer(), n: fc.nat() });
  fc.assert(
    fc.property(fc.array(row), (rows) => {
      const gained = rows.reduce((sum, { amount, fee }) => sum + amount - fee, 0);
      expect(cashMonths(rows).reduce((sum, { net, payouts }) => sum + net + payouts, 0)).toBe(gained);
    }),
  );
});
