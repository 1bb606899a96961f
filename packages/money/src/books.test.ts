import fc from 'fast-check';
import { expect, test } from 'vitest';
import { Books, UnbalancedEntry } from './index.ts';

test('an entry that does not come to nothing is refused whole', () => {
  const books = new Books();
  const entry = {
    currency: 'usd',
    postings: [
      { account: 'cash', amount: 100 },
      { account: 'sales', amount: -99 },
    ],
  };
  expect(() => books.post(entry)).toThrow(UnbalancedEntry);
  expect(() => books.post(entry)).toThrow('an entry must come to 0 usd, not to 1: cash 100, sales -99');
  expect([books.balance('cash', 'usd'), books.currencies()]).toEqual([0, []]);
});

test('whatever is posted, all accounts of a currency together hold nothing', () => {
  const posting = fc.record({
    account: fc.constantFrom('cash', 'fees', 'customers', 'payouts'),
    amount: fc.integer({ min: -1e6, max: 1e6 }),
  });
  const entry = fc.record({ currency: fc.constantFrom('usd', 'jpy'), postings: fc.array(posting, { maxLength: 5 }) });
  fc.assert(
    fc.property(fc.array(entry, { maxLength: 20 }), (entries) => {
      const books = new Books();
      for (const { currency, postings } of entries) {
        const rest = postings.reduce((sum, each) => sum + each.amount, 0);
        books.post({ currency, postings: [...postings, { account: 'rest', amount: -rest }] });
      }
      for (const currency of books.currencies()) expect(books.total(currency)).toBe(0);
    }),
  );
});
