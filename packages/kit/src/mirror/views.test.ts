import { beforeAll, expect, it } from 'vitest';
import { onEachDatabase } from '../../conformance/databases.ts';
import { storePage } from './door.ts';
import { subscription } from './objects/subscription.ts';
import { prepare } from './prepare.ts';
import { mergedColumns } from './views.ts';

onEachDatabase('the views', (opened) => {
  beforeAll(async () => {
    await prepare(opened.current);
    const items = [1, 2].map((n) => ({
      id: `si_${n}`,
      object: 'subscription_item',
      quantity: n,
      subscription: 'sub_1',
      created: 1_700_000_000,
    }));
    const sub = {
      id: 'sub_1',
      object: 'subscription',
      customer: 'cus_1',
      status: 'active',
      created: 1_700_000_000,
      cancel_at_period_end: false,
      application_fee_percent: 12.5,
      metadata: { plan: 'pro' },
      canceled_at: 'not a time',
      items: { object: 'list', data: items, has_more: false },
    };
    const page = JSON.stringify({ object: 'list', data: [sub], has_more: false });
    await opened.current.query(storePage(subscription), ['acct_1', false, page, 0, 1, 0]);
  });

  it('show each field with its type, and null where a value is of another kind', async () => {
    const [row] = await opened.current.query(
      `select id, customer, status, cancel_at_period_end, application_fee_percent * 2 as fee, metadata->>'plan' as plan, canceled_at,
         extract(epoch from created)::bigint as created from stripe.subscriptions where account = 'acct_1' and not livemode`,
    );
    expect(row).toEqual({
      id: 'sub_1',
      customer: 'cus_1',
      status: 'active',
      cancel_at_period_end: false,
      fee: '25.0',
      plan: 'pro',
      canceled_at: null,
      created: 1_700_000_000,
    });
  });

  it('show the items of a list inside as rows', async () => {
    const rows = await opened.current.query(
      'select i.id, i.quantity, i.parent_id, i.position from stripe.subscription_items i join stripe.subscriptions s on s.account = i.account and s.id = i.subscription order by 1',
    );
    expect(rows).toEqual([
      { id: 'si_1', quantity: 1, parent_id: 'sub_1', position: 1 },
      { id: 'si_2', quantity: 2, parent_id: 'sub_1', position: 2 },
    ]);
  });

  it('say in the catalogue what a column means', async () => {
    const [row] = await opened.current.query(
      `select col_description('stripe.subscriptions'::regclass, attnum) as comment from pg_attribute
       where attrelid = 'stripe.subscriptions'::regclass and attname = 'cancel_at_period_end'`,
    );
    expect(row!.comment).toMatch(/period/);
  });

  it('only gain columns: what the contract drops or changes stays as it was, and what is new comes last', () => {
    const wanted = [
      { name: 'id', type: 'text', sql: 't.id' },
      { name: 'amount', type: 'text', sql: "t.data->>'amount'" },
      { name: 'fresh', type: 'text', sql: "t.data->>'fresh'" },
    ] as const;
    const existing = [
      { name: 'dropped', type: 'bigint' },
      { name: 'amount', type: 'bigint' },
      { name: 'id', type: 'text' },
    ] as const;
    const merged = mergedColumns(wanted, existing, 't.data');
    expect(merged.map(({ name, type }) => [name, type])).toEqual([
      ['dropped', 'bigint'],
      ['amount', 'bigint'],
      ['id', 'text'],
      ['fresh', 'text'],
    ]);
    expect(merged[0]!.sql).toContain("t.data->'dropped'");
  });

  it('survive a change of the contract in a database that has them', async () => {
    await opened.current.query("update annex.shapes set fingerprint = 'of another version'");
    await opened.current.query('drop view stripe.reviews');
    await opened.current.query("create view stripe.reviews as select t.account, t.livemode, t.data->>'old' as old from mirror.reviews t");
    await prepare(opened.current);
    expect(await opened.current.query('select count(*)::int as n from stripe.subscriptions')).toEqual([{ n: 1 }]);
    expect(await opened.current.query('select old, reason, charge from stripe.reviews')).toEqual([]);
  });
});
