import type Stripe from 'stripe';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { Shop } from './event-tables/shop.ts';
import { refusal } from './refusal.ts';
import { type TestPlatform, testPlatform } from './world.ts';

let world: TestPlatform;
beforeAll(async () => {
  world = await testPlatform({ unlimitedClocks: true });
});
afterAll(() => world.platform.close());

const shop = (): Shop => new Shop(world.client());
const vat = (it: Shop, percentage = 20, inclusive = false): Promise<Stripe.TaxRate> =>
  it.stripe.taxRates.create({ display_name: 'VAT', percentage, inclusive, country: 'GB', jurisdiction: 'UK', tax_type: 'vat' });
const amounts = (invoice: Stripe.Invoice) => [
  invoice.subtotal,
  invoice.subtotal_excluding_tax,
  invoice.total_taxes!.map((tax) => tax.amount),
  invoice.total,
  invoice.total_excluding_tax,
];

describe('tax rates', () => {
  test('are archived, never deleted; percentage and kind cannot change', async () => {
    const it = shop();
    const rate = await vat(it);
    expect(rate).toMatchObject({ active: true, percentage: 20, inclusive: false, jurisdiction: 'UK', rate_type: 'percentage' });
    await it.stripe.taxRates.update(rate.id, { active: false, metadata: { book: '4' } });
    const change = it.stripe.taxRates.update(rate.id, { percentage: 10 } as Stripe.TaxRateUpdateParams);
    expect((await refusal(change)).code).toBe('parameter_unknown');
    expect((await it.stripe.taxRates.list({ active: true })).data).toEqual([]);
    expect((await it.stripe.taxRates.list({ inclusive: false })).data.map((row) => row.id)).toEqual([rate.id]);
    const customer = await it.customer();
    const use = it.stripe.invoices.create({ customer: customer.id, default_tax_rates: [rate.id] });
    expect((await refusal(use)).param).toBe('default_tax_rates[0]');
  });
  test.each([-1, 100.5, 3.00005])('of %d percent are refused', async (percentage) => {
    expect((await refusal(vat(shop(), percentage))).param).toBe('percentage');
  });
});

describe('an invoice', () => {
  test('is taxed by its own rates where its items name none', async () => {
    const it = shop();
    const rate = await vat(it);
    const draft = await it.draft((await it.customer()).id, 1000, { default_tax_rates: [rate.id] });
    expect(amounts(draft)).toEqual([1000, 1000, [200], 1200, 1000]);
    expect(draft.default_tax_rates.map((row) => row.id)).toEqual([rate.id]);
    expect(draft.lines.data[0]!.taxes).toEqual([
      {
        amount: 200,
        tax_behavior: 'exclusive',
        tax_rate_details: { tax_rate: rate.id },
        taxability_reason: 'not_available',
        taxable_amount: 1000,
        type: 'tax_rate_details',
      },
    ]);
    expect((await it.stripe.invoices.finalizeInvoice(draft.id)).amount_due).toBe(1200);
  });
  test("is taxed by its items' rates first; inclusive tax is within the price", async () => {
    const it = shop();
    const [own, within] = [await vat(it, 10), await vat(it, 25, true)];
    const customer = await it.customer();
    await it.stripe.invoiceItems.create({ customer: customer.id, amount: 1000, currency: 'usd', tax_rates: [within.id] });
    await it.stripe.invoiceItems.create({ customer: customer.id, amount: 500, currency: 'usd' });
    const draft = await it.stripe.invoices.create({
      customer: customer.id,
      pending_invoice_items_behavior: 'include',
      default_tax_rates: [own.id],
    });
    expect(amounts(draft)).toEqual([1500, 1300, [200, 50], 1550, 1300]);
  });
  test('discounts come before tax', async () => {
    const it = shop();
    const coupon = await it.stripe.coupons.create({ percent_off: 50 });
    const draft = await it.draft((await it.customer()).id, 1000, {
      default_tax_rates: [(await vat(it)).id],
      discounts: [{ coupon: coupon.id }],
    });
    expect([...amounts(draft), draft.total_discount_amounts![0]!.amount]).toEqual([1000, 1000, [100], 600, 500, 500]);
  });
  test.each([
    ['exempt', 'customer_exempt'],
    ['reverse', 'reverse_charge'],
  ] as const)('of a customer that is %s names the rate and asks nothing', async (exempt, reason) => {
    const it = shop();
    const draft = await it.draft((await it.customer(undefined, { tax_exempt: exempt })).id, 1000, {
      default_tax_rates: [(await vat(it)).id],
    });
    expect(draft).toMatchObject({ total: 1000, customer_tax_exempt: exempt, total_taxes: [{ amount: 0, taxability_reason: reason }] });
  });
  test('follows a customer that becomes exempt until it is finalised', async () => {
    const it = shop();
    const customer = await it.customer();
    const draft = await it.draft(customer.id, 1000, { default_tax_rates: [(await vat(it)).id] });
    await it.stripe.customers.update(customer.id, { tax_exempt: 'exempt', name: 'Ada' });
    expect(await it.stripe.invoices.finalizeInvoice(draft.id)).toMatchObject({ total: 1000, amount_due: 1000, customer_name: 'Ada' });
  });
  test('takes tax amounts that were reckoned elsewhere', async () => {
    const it = shop();
    const draft = await it.draft((await it.customer()).id, 1000);
    const data = { display_name: 'Sales tax', percentage: 7.25, inclusive: false, jurisdiction: 'CA' };
    await it.stripe.invoices.updateLineItem(draft.id, draft.lines.data[0]!.id, {
      tax_amounts: [{ amount: 73, taxable_amount: 1000, tax_rate_data: data }],
    });
    expect(amounts(await it.stripe.invoices.retrieve(draft.id))).toEqual([1000, 1000, [73], 1073, 1000]);
  });
});

test("a subscription's default rates tax each of its invoices", async () => {
  const it = shop();
  const rate = await vat(it);
  const [price, customer] = [await it.price(2000), await it.customer('tok_visa')];
  const made = await it.stripe.subscriptions.create({
    customer: customer.id,
    items: [{ price: price.id }],
    default_tax_rates: [rate.id],
    expand: ['latest_invoice'],
  });
  expect(made.default_tax_rates!.map((row) => row.id)).toEqual([rate.id]);
  expect(made.latest_invoice).toMatchObject({ status: 'paid', subtotal: 2000, total: 2400, amount_paid: 2400 });
});

describe('automatic tax', () => {
  test('without a registration it collects nothing, and asks for the location it would need', async () => {
    const it = shop();
    const nowhere = await it.draft((await it.customer()).id, 1000, { automatic_tax: { enabled: true } });
    expect(nowhere.automatic_tax).toMatchObject({ enabled: true, status: 'requires_location_inputs' });
    const placed = it.stripe.customers.create({ tax: { validate_location: 'immediately' } });
    expect((await refusal(placed)).code).toBe('customer_tax_location_invalid');
    const located = await it.customer(undefined, { address: { country: 'DE' } });
    const draft = await it.draft(located.id, 1000, { automatic_tax: { enabled: true } });
    expect([draft.automatic_tax.status, draft.total]).toEqual(['complete', 1000]);
  });
  test('where the account is registered it says that it is not simulated', async () => {
    const it = shop();
    await it.stripe.tax.registrations.create({
      country: 'DE',
      country_options: { de: { type: 'standard', standard: { place_of_supply_scheme: 'standard' } } },
      active_from: 'now',
    });
    const located = await it.customer(undefined, { address: { country: 'DE' } });
    const error = await refusal(it.stripe.invoices.create({ customer: located.id, automatic_tax: { enabled: true } }));
    expect(error.message).toContain('Annex does not simulate');
  });
  test('does not go together with tax rates', async () => {
    const it = shop();
    const both = { automatic_tax: { enabled: true }, default_tax_rates: [(await vat(it)).id] };
    const { id } = await it.customer();
    expect((await refusal(it.stripe.invoices.create({ customer: id, ...both }))).param).toBe('automatic_tax[enabled]');
  });
});

describe('tax ids', () => {
  test('stand on the invoices of their customer, as they were when it was finalised', async () => {
    const it = shop();
    const customer = await it.customer(undefined, { tax_id_data: [{ type: 'us_ein', value: '12-3456789' }] });
    const open = await it.open(customer.id, 1000);
    expect(open.customer_tax_ids).toEqual([{ type: 'us_ein', value: '123456789' }]);
    await it.stripe.customers.createTaxId(customer.id, { type: 'eu_vat', value: 'DE123456789' });
    expect((await it.stripe.invoices.retrieve(open.id)).customer_tax_ids).toHaveLength(1);
    expect((await it.stripe.customers.listTaxIds(customer.id)).data.map((row) => [row.type, row.country])).toEqual([
      ['eu_vat', 'DE'],
      ['us_ein', 'US'],
    ]);
  });
  test('of a wrong shape are refused', async () => {
    const it = shop();
    const { id } = await it.customer();
    expect((await refusal(it.stripe.customers.createTaxId(id, { type: 'eu_vat', value: 'nonsense!' }))).code).toBe('tax_id_invalid');
  });
});
