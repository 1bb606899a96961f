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

interface Owned {
  readonly shop: Shop;
  readonly account: string;
}

/** A shop whose account is known, so that it can be set up. */
async function owned(): Promise<Owned> {
  const shop = new Shop(world.client());
  return { shop, account: (await shop.stripe.accounts.retrieveCurrent()).id };
}

describe('numbers', () => {
  test('count for each customer, or for the whole account where it is chosen', async () => {
    const { shop, account } = await owned();
    const [ada, bob] = [await shop.customer(), await shop.customer()];
    const first = await shop.open(ada.id, 1000);
    expect(first.number).toBe(`${ada.invoice_prefix}-0001`);
    expect(((await shop.stripe.customers.retrieve(ada.id)) as Stripe.Customer).next_invoice_sequence).toBe(2);
    await world.platform.control.setInvoicing({ account, numbering: 'account', number_prefix: 'ACME' });
    expect([(await shop.open(ada.id, 1000)).number, (await shop.open(bob.id, 1000)).number]).toEqual(['ACME-0001', 'ACME-0002']);
    expect(((await shop.stripe.customers.retrieve(ada.id)) as Stripe.Customer).next_invoice_sequence).toBe(2);
  });

  test('set by hand stay, and are taken once', async () => {
    const { shop } = await owned();
    const customer = (await shop.customer()).id;
    const draft = await shop.draft(customer, 1000, { number: 'OLD-77' });
    expect((await shop.stripe.invoices.finalizeInvoice(draft.id)).number).toBe('OLD-77');
    expect((await refusal(shop.stripe.invoices.create({ customer, number: 'OLD-77' }))).param).toBe('number');
  });

  test('are set up with what they may be', async () => {
    const { account } = await owned();
    await expect(world.platform.control.setInvoicing({ account, number_prefix: 'x' })).rejects.toThrow("'number_prefix' must be 3 to 12");
    await expect(world.platform.control.setInvoicing({ account, overdue_days: 91 })).rejects.toThrow(
      "'overdue_days' must be a whole number",
    );
  });
});

describe('due dates', () => {
  test('are told of before and after where the account has set it, while the invoice is open', async () => {
    const { shop, account } = await owned();
    await world.platform.control.setInvoicing({ account, will_be_due_days: 3, overdue_days: 5 });
    const clock = (await shop.clock()).id;
    const customer = await shop.customer('tok_visa', { test_clock: clock });
    const sent: Stripe.InvoiceCreateParams = { collection_method: 'send_invoice', days_until_due: 10 };
    const late = await shop.open(customer.id, 1000, sent);
    const paid = await shop.open(customer.id, 2000, sent);
    const told = async () =>
      (await shop.events())
        .filter((event) => /will_be_due|overdue/.test(event.type))
        .map((event) => [event.type, (event.data.object as Stripe.Invoice).id]);
    await shop.advanceDays(clock, 6);
    expect(await told()).toEqual([]);
    await shop.advanceDays(clock, 2);
    expect((await told()).sort()).toEqual(
      [
        ['invoice.will_be_due', late.id],
        ['invoice.will_be_due', paid.id],
      ].sort(),
    );
    await shop.stripe.invoices.pay(paid.id);
    await shop.advanceDays(clock, 8);
    expect((await told()).slice(2)).toEqual([['invoice.overdue', late.id]]);
    expect((await shop.stripe.invoices.retrieve(late.id)).status).toBe('open');
  });
  test('cannot be in the past, nor of an invoice that is charged automatically', async () => {
    const { shop } = await owned();
    const customer = (await shop.customer()).id;
    expect((await refusal(shop.stripe.invoices.create({ customer, due_date: 1 }))).param).toBe('due_date');
    const past = shop.stripe.invoices.create({ customer, collection_method: 'send_invoice', due_date: 1 });
    expect((await refusal(past)).message).toContain('in the future');
    expect((await refusal(shop.stripe.invoices.create({ customer, collection_method: 'send_invoice' }))).param).toBe('days_until_due');
  });
});

describe('a draft', () => {
  test('follows its edits; a finalised one takes few', async () => {
    const { shop } = await owned();
    const draft = await shop.draft((await shop.customer()).id, 1000);
    const coupon = await shop.stripe.coupons.create({ percent_off: 10 });
    const data = { display_name: 'Ground', type: 'fixed_amount' as const, fixed_amount: { amount: 500, currency: 'usd' } };
    const edited = await shop.stripe.invoices.update(draft.id, {
      discounts: [{ coupon: coupon.id }],
      shipping_cost: { shipping_rate_data: data },
      custom_fields: [{ name: 'Order', value: '7' }],
      footer: 'Thanks',
    });
    expect(edited).toMatchObject({ total: 1400, amount_shipping: 500, custom_fields: [{ name: 'Order', value: '7' }], footer: 'Thanks' });
    expect((await shop.stripe.invoices.update(draft.id, { discounts: '', shipping_cost: '' })).total).toBe(1000);
    await shop.stripe.invoices.finalizeInvoice(draft.id);
    const error = await refusal(shop.stripe.invoices.update(draft.id, { description: 'Too late' }));
    expect([error.code, error.param]).toEqual(['invoice_not_editable', 'description']);
    expect((await refusal(shop.stripe.invoices.addLines(draft.id, { lines: [{ amount: 1 }] }))).code).toBe('invoice_not_editable');
    expect((await refusal(shop.stripe.invoices.del(draft.id))).code).toBe('invoice_not_editable');
    expect((await shop.stripe.invoices.update(draft.id, { metadata: { a: 'b' } })).metadata).toEqual({ a: 'b' });
  });
  test('goes on by itself once it is told to', async () => {
    const { shop } = await owned();
    const clock = (await shop.clock()).id;
    const customer = await shop.customer('tok_visa', { test_clock: clock });
    const draft = await shop.draft(customer.id, 1000);
    const told = await shop.stripe.invoices.update(draft.id, { auto_advance: true });
    expect(told.automatically_finalizes_at).toBe(draft.created + 3600);
    await shop.advance(clock, 3700);
    expect((await shop.stripe.invoices.retrieve(draft.id)).status).toBe('paid');
  });
  test('lists what was added by hand, the newest first', async () => {
    const { shop } = await owned();
    const customer = (await shop.customer()).id;
    for (const description of ['one', 'two', 'three'])
      await shop.stripe.invoiceItems.create({ customer, amount: 100, currency: 'usd', description });
    const draft = await shop.stripe.invoices.create({ customer, pending_invoice_items_behavior: 'include' });
    expect(draft.lines.data.map((line) => line.description)).toEqual(['three', 'two', 'one']);
    const [price] = [draft.lines.data[0]!.pricing!];
    expect([price.type, price.unit_amount_decimal]).toEqual(['price_details', expect.anything()]);
  });
});

describe('the payment of an invoice', () => {
  test('is found by its payment intent, and its secret is told where it is asked for', async () => {
    const { shop } = await owned();
    const open = await shop.open((await shop.customer('tok_visa')).id, 1000);
    expect(open).not.toHaveProperty('confirmation_secret');
    const asked = await shop.stripe.invoices.retrieve(open.id, { expand: ['confirmation_secret', 'payments'] });
    const intent = asked.payments!.data[0]!.payment.payment_intent as string;
    expect(asked.confirmation_secret!.client_secret.startsWith(`${intent}_secret_`)).toBe(true);
    await shop.open(open.customer as string, 2000);
    const found = await shop.stripe.invoicePayments.list({ payment: { type: 'payment_intent', payment_intent: intent } });
    expect(found.data.map((row) => row.invoice)).toEqual([open.id]);
  });
  test('of a subscription that waits for it is confirmed by the secret of its first invoice', async () => {
    const { shop } = await owned();
    const made = await shop.stripe.subscriptions.create({
      customer: (await shop.customer()).id,
      items: [{ price: (await shop.price(2000)).id }],
      payment_behavior: 'default_incomplete',
      expand: ['latest_invoice.confirmation_secret'],
    });
    const { client_secret: secret, type } = (made.latest_invoice as Stripe.Invoice).confirmation_secret!;
    expect(type).toBe('payment_intent');
    await shop.stripe.paymentIntents.confirm(secret.split('_secret_')[0]!, {
      payment_method: 'pm_card_visa',
      return_url: 'https://example.com',
    });
    expect((await shop.stripe.subscriptions.retrieve(made.id)).status).toBe('active');
  });
  test('can be earned from only by an application', async () => {
    const { shop } = await owned();
    const call = shop.stripe.invoices.create({ customer: (await shop.customer()).id, application_fee_amount: 100 });
    expect((await refusal(call)).param).toBe('application_fee_amount');
  });
});

test('invoices are listed by when they are due', async () => {
  const { shop } = await owned();
  const customer = (await shop.customer()).id;
  const [soon, later] = [
    await shop.draft(customer, 100, { collection_method: 'send_invoice', days_until_due: 5 }),
    await shop.draft(customer, 100, { collection_method: 'send_invoice', days_until_due: 50 }),
  ];
  const found = await shop.stripe.invoices.list({ due_date: { gt: soon.due_date!, lte: later.due_date! } });
  expect(found.data.map((row) => row.id)).toEqual([later.id]);
});
