import { readdirSync, readFileSync } from 'node:fs';
import { beforeAll, expect, it } from 'vitest';
import { onEachDatabase } from '../../conformance/databases.ts';
import { storePage } from './door.ts';
import { mirroredObjects } from './objects/index.ts';
import { prepare } from './prepare.ts';

const folder = new URL('../../sql/examples/', import.meta.url);
const now = Math.floor(Date.now() / 1000);
const lastMonth = Math.floor(Date.UTC(new Date().getUTCFullYear(), new Date().getUTCMonth() - 1, 15) / 1000);

const price = (unit_amount: number, interval: string, interval_count = 1, usage_type = 'licensed') => ({
  id: `price_${unit_amount}`,
  currency: 'usd',
  unit_amount,
  recurring: { interval, interval_count, usage_type },
});
const subscription = (id: string, customer: string, status: string, items: unknown[], more = {}) => ({
  id,
  object: 'subscription',
  created: now,
  customer,
  status,
  items: { object: 'list', has_more: false, data: items },
  ...more,
});

/** Objects per type; what belongs to another account is put there by the test. */
const DATA: Record<string, object[]> = {
  customer: [{ id: 'cus_2', object: 'customer', created: now, email: 'two@x.test' }],
  subscription: [
    subscription('sub_1', 'cus_1', 'active', [
      { id: 'si_1', quantity: 3, price: price(1_000, 'month') },
      { id: 'si_2', quantity: 1, price: price(12_000, 'year') },
      { id: 'si_3', quantity: 1, price: price(99, 'month', 1, 'metered') },
    ]),
    subscription('sub_2', 'cus_2', 'canceled', [{ id: 'si_4', quantity: 1, price: price(5_000, 'month') }], {
      ended_at: lastMonth,
      cancellation_details: { reason: 'payment_failed' },
    }),
    subscription('sub_3', 'cus_3', 'past_due', [{ id: 'si_5', quantity: 1, price: price(600, 'month', 3) }]),
  ],
  invoice: [
    {
      id: 'in_1',
      object: 'invoice',
      created: now,
      status: 'open',
      amount_remaining: 500,
      currency: 'usd',
      number: 'A-1',
      customer: 'cus_1',
      attempt_count: 2,
    },
    {
      id: 'in_2',
      object: 'invoice',
      created: now,
      status: 'paid',
      amount_remaining: 0,
      currency: 'usd',
      number: 'A-2',
      customer: 'cus_1',
      attempt_count: 1,
    },
  ],
  charge: [1, 2].map((n) => ({
    id: `ch_${n}`,
    object: 'charge',
    created: now - n,
    status: 'failed',
    failure_code: 'card_declined',
    amount: 700,
    currency: 'usd',
    customer: 'cus_1',
  })),
  balance_transaction: [
    {
      id: 'txn_1',
      object: 'balance_transaction',
      created: 1_700_000_000,
      type: 'charge',
      amount: 1_000,
      fee: 59,
      net: 941,
      currency: 'usd',
    },
    {
      id: 'txn_2',
      object: 'balance_transaction',
      created: 1_700_000_001,
      type: 'payout',
      amount: -941,
      fee: 0,
      net: -941,
      currency: 'usd',
    },
  ],
};

const EXPECTED: Record<string, object[]> = {
  'mrr-now.sql': [{ currency: 'usd', customers: 2, mrr: 4_200 }],
  'unpaid-invoices.sql': [
    { id: 'in_1', number: 'A-1', customer: 'cus_1', currency: 'usd', amount_remaining: 500, due_date: null, attempt_count: 2 },
  ],
  'churned-last-month.sql': [
    { id: 'sub_2', customer: 'cus_2', email: 'two@x.test', ended_at: new Date(lastMonth * 1000), reason: 'payment_failed' },
  ],
  'failed-payments.sql': [{ failure_code: 'card_declined', currency: 'usd', payments: 2, amount: 1_400, customers: 1 }],
  'daily-balance.sql': [{ currency: 'usd', gross: 1_000, fees: 59, net: 941 }],
};

onEachDatabase('the SQL examples', (opened) => {
  beforeAll(async () => {
    await prepare(opened.current);
    for (const mirrored of mirroredObjects) {
      const data = DATA[mirrored.object];
      if (data === undefined) continue;
      for (const account of ['acct_1', 'acct_2']) {
        await opened.current.query(storePage(mirrored), [account, false, JSON.stringify({ data, has_more: false }), 0, 0, 0]);
      }
    }
  });

  it('are all tested', () => {
    expect(readdirSync(folder).sort()).toEqual(Object.keys(EXPECTED).sort());
  });

  it.each(Object.keys(EXPECTED))('%s gives what it says', async (name) => {
    const rows = await opened.current.query(readFileSync(new URL(name, folder), 'utf8'), ['acct_1', false]);
    expect(rows).toMatchObject(EXPECTED[name]!);
    expect(rows).toHaveLength(EXPECTED[name]!.length);
    expect(await opened.current.query(readFileSync(new URL(name, folder), 'utf8'), ['acct_1', true])).toEqual([]);
  });
});
