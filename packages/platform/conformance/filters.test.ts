import { listFilters, objectFields } from '@annex/contract';
import { expect, test } from 'vitest';
import { createPlatform } from '../src/index.ts';
import { testPlatform } from './world.ts';

/** Filters that need something the platform does not simulate; they refuse with a sentence. */
const REFUSED = new Set([
  '/v1/billing/meters/{id}/event_summaries customer',
  '/v1/billing/meters/{id}/event_summaries value_grouping_window',
  '/v1/financial_connections/accounts session',
  '/v1/treasury/debit_reversals resolution',
]);

test('every list filter of the contract is answered, or known to be refused', async () => {
  await using platform = await createPlatform();
  const { contract, resources } = platform.engine;
  const unanswered: string[] = [];
  let seen = 0;
  for (const op of contract.operations.filter((each) => each.path.startsWith('/v1/') && each.method === 'GET')) {
    const { plan, behaviour } = platform.engine.route(op);
    if (plan.verb !== 'list') continue;
    const fields = new Set(['created', ...objectFields(contract, plan.object).map((field) => field.name)]);
    for (const filter of listFilters(contract, op)) {
      seen += 1;
      const known =
        fields.has(filter) || behaviour?.filters?.[filter] !== undefined || resources.filters[`${plan.object}.${filter}`] !== undefined;
      if (!known) unanswered.push(`${op.path} ${filter}`);
    }
  }
  expect(seen).toBeGreaterThan(200);
  expect(new Set(unanswered)).toEqual(REFUSED);
});

test('a nested filter, a list of values and a declared path narrow a list', async () => {
  const { platform, client } = await testPlatform();
  const stripe = client();
  const price = (interval: 'month' | 'year', lookup_key: string) =>
    stripe.prices.create({ product_data: { name: 'P' }, currency: 'usd', unit_amount: 100, recurring: { interval }, lookup_key });
  await price('month', 'a');
  await price('year', 'b');
  expect((await stripe.prices.list({ recurring: { interval: 'year' } })).data.map((row) => row.lookup_key)).toEqual(['b']);
  expect((await stripe.prices.list({ lookup_keys: ['a', 'x'] })).data.map((row) => row.lookup_key)).toEqual(['a']);
  await stripe.shippingRates.create({ display_name: 'S', type: 'fixed_amount', fixed_amount: { amount: 500, currency: 'eur' } });
  expect((await stripe.shippingRates.list({ currency: 'eur' })).data).toHaveLength(1);
  expect((await stripe.shippingRates.list({ currency: 'usd' })).data).toHaveLength(0);
  await platform.close();
});
