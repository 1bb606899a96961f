import { afterAll, beforeAll, expect, test } from 'vitest';
import { inventKey, type TestPlatform, testPlatform } from './world.ts';

let world: TestPlatform;
beforeAll(async () => {
  world = await testPlatform();
});
afterAll(() => world.platform.close());

test('invoice.created carries the lines that the invoice has', async () => {
  const stripe = world.client(inventKey());
  const product = await stripe.products.create({ name: 'Plan' });
  const price = await stripe.prices.create({ product: product.id, currency: 'eur', unit_amount: 900, recurring: { interval: 'month' } });
  const customer = await stripe.customers.create({});
  await stripe.subscriptions.create({
    customer: customer.id,
    items: [{ price: price.id }],
    collection_method: 'send_invoice',
    days_until_due: 30,
  });
  const [invoice] = (await stripe.invoices.list({ customer: customer.id })).data;
  const [event] = (await stripe.events.list({ type: 'invoice.created' })).data;
  expect(invoice!.lines.data).toHaveLength(1);
  expect(event!.data.object).toMatchObject({ id: invoice!.id, lines: { data: [{ id: invoice!.lines.data[0]!.id, amount: 900 }] } });
});
