import type Stripe from 'stripe';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { Shop } from './event-tables/shop.ts';
import { refusal } from './refusal.ts';
import { type TestPlatform, testPlatform } from './world.ts';

let world: TestPlatform;
beforeAll(async () => {
  world = await testPlatform();
});
afterAll(() => world.platform.close());

const shop = (): Shop => new Shop(world.client());

/** An open invoice of three units at 10.00, a tenth off, 20 % on top: 32.40. */
async function bill(it: Shop, card?: string): Promise<{ invoice: Stripe.Invoice; line: string }> {
  const rate = await it.stripe.taxRates.create({ display_name: 'VAT', percentage: 20, inclusive: false });
  const coupon = await it.stripe.coupons.create({ percent_off: 10 });
  const price = await it.price(1000, {});
  const draft = await it.stripe.invoices.create({
    customer: (await it.customer(card)).id,
    default_tax_rates: [rate.id],
    discounts: [{ coupon: coupon.id }],
  });
  await it.stripe.invoices.addLines(draft.id, { lines: [{ pricing: { price: price.id }, quantity: 3 }] });
  const invoice = await it.stripe.invoices.finalizeInvoice(draft.id);
  return { invoice, line: invoice.lines.data[0]!.id };
}

describe('a credit note', () => {
  test('of one of three units gives back its part of discount and tax', async () => {
    const it = shop();
    const { invoice, line } = await bill(it);
    expect([invoice.subtotal, invoice.total]).toEqual([3000, 3240]);
    const note = await it.stripe.creditNotes.create({
      invoice: invoice.id,
      lines: [{ type: 'invoice_line_item', invoice_line_item: line, quantity: 1 }],
    });
    expect(note).toMatchObject({
      subtotal: 1000,
      discount_amount: 100,
      total: 1080,
      total_excluding_tax: 900,
      total_taxes: [{ amount: 180, taxable_amount: 900 }],
      pre_payment_amount: 1080,
      post_payment_amount: 0,
      type: 'pre_payment',
      number: `${invoice.number}-CN-01`,
    });
    expect(note.lines.data[0]).toMatchObject({ object: 'credit_note_line_item', amount: 1000, quantity: 1, invoice_line_item: line });
    expect(note.lines.data[0]).not.toHaveProperty('credit_note');
    expect((await it.stripe.creditNotes.listLineItems(note.id)).data).toEqual(note.lines.data);
    expect(await it.stripe.invoices.retrieve(invoice.id)).toMatchObject({
      amount_due: 2160,
      amount_remaining: 2160,
      total: 3240,
      pre_payment_credit_notes_amount: 1080,
      status: 'open',
    });
  });

  test('lowers what the payment of the invoice asks for', async () => {
    const it = shop();
    const { invoice } = await bill(it, 'tok_visa');
    await it.stripe.creditNotes.create({ invoice: invoice.id, amount: 1000 });
    const paid = await it.stripe.invoices.pay(invoice.id, { expand: ['payments.data.payment.payment_intent'] });
    expect([paid.status, paid.amount_paid, paid.amount_remaining]).toEqual(['paid', 2240, 0]);
    expect(paid.payments!.data[0]).toMatchObject({
      amount_paid: 2240,
      status: 'paid',
      payment: { payment_intent: { amount_received: 2240 } },
    });
  });

  test('of a paid invoice must say how all of it goes back', async () => {
    const it = shop();
    const { invoice } = await bill(it, 'tok_visa');
    await it.stripe.invoices.pay(invoice.id);
    const call = it.stripe.creditNotes.create({ invoice: invoice.id, amount: 1000, refund_amount: 400 });
    expect((await refusal(call)).message).toContain('($4.00) must equal the post payment amount ($10.00)');
    const note = await it.stripe.creditNotes.create({
      invoice: invoice.id,
      amount: 1000,
      refund_amount: 400,
      credit_amount: 350,
      out_of_band_amount: 250,
    });
    expect(note).toMatchObject({ post_payment_amount: 1000, pre_payment_amount: 0, out_of_band_amount: 250, type: 'post_payment' });
    expect(note.refunds).toMatchObject([{ amount_refunded: 400, type: 'refund' }]);
    const credit = await it.stripe.customers.retrieveBalanceTransaction(
      note.customer as string,
      note.customer_balance_transaction as string,
    );
    expect(credit).toMatchObject({ amount: -350, type: 'credit_note', credit_note: note.id, ending_balance: -350 });
    expect((await it.stripe.refunds.list()).data[0]!.amount).toBe(400);
    expect((await it.stripe.invoices.retrieve(invoice.id)).post_payment_credit_notes_amount).toBe(1000);
  });

  test('beyond what is left of the invoice is refused, refunds counted', async () => {
    const it = shop();
    const { invoice } = await bill(it, 'tok_visa');
    const paid = await it.stripe.invoices.pay(invoice.id, { expand: ['payments'] });
    await it.stripe.refunds.create({ payment_intent: paid.payments!.data[0]!.payment.payment_intent as string, amount: 3000 });
    const call = it.stripe.creditNotes.create({ invoice: invoice.id, amount: 300, credit_amount: 300 });
    expect((await refusal(call)).message).toContain('($2.40)');
    const [known] = (await it.stripe.refunds.list()).data;
    const note = await it.stripe.creditNotes.create({ invoice: invoice.id, amount: 3000, refunds: [{ refund: known!.id }] });
    expect(note.refunds).toMatchObject([{ refund: known!.id, amount_refunded: 3000 }]);
  });

  test('is previewed without being made', async () => {
    const it = shop();
    const { invoice, line } = await bill(it);
    const params = { invoice: invoice.id, lines: [{ type: 'invoice_line_item' as const, invoice_line_item: line, amount: 500 }] };
    expect(await it.stripe.creditNotes.preview(params)).toMatchObject({ object: 'credit_note', total: 540, invoice: invoice.id });
    expect((await it.stripe.creditNotes.listPreviewLineItems(params)).data).toMatchObject([{ amount: 500, discount_amount: 50 }]);
    expect((await it.stripe.creditNotes.list({ invoice: invoice.id })).data).toEqual([]);
  });

  test('line by line comes to the whole invoice, to the cent', async () => {
    const it = shop();
    const { invoice, line } = await bill(it);
    const totals: number[] = [];
    for (const amount of [333, 333, 334, 1001, 999]) {
      const lines = [{ type: 'invoice_line_item' as const, invoice_line_item: line, amount }];
      totals.push((await it.stripe.creditNotes.create({ invoice: invoice.id, lines })).total);
    }
    expect(totals.reduce((sum, total) => sum + total, 0)).toBe(invoice.total);
    expect((await it.stripe.invoices.retrieve(invoice.id)).status).toBe('paid');
    const call = it.stripe.creditNotes.create({
      invoice: invoice.id,
      lines: [{ type: 'invoice_line_item', invoice_line_item: line, amount: 1 }],
    });
    expect((await refusal(call)).param).toBe('lines[0][amount]');
  });

  test('that gave money back cannot be voided; one that only lowered an open invoice can', async () => {
    const it = shop();
    const { invoice } = await bill(it, 'tok_visa');
    const lowered = await it.stripe.creditNotes.create({ invoice: invoice.id, amount: 1000 });
    await it.stripe.creditNotes.voidCreditNote(lowered.id);
    expect((await it.stripe.invoices.retrieve(invoice.id)).amount_remaining).toBe(3240);
    await it.stripe.invoices.pay(invoice.id);
    const refunded = await it.stripe.creditNotes.create({ invoice: invoice.id, amount: 1000, refund_amount: 1000 });
    expect((await refusal(it.stripe.creditNotes.voidCreditNote(refunded.id))).code).toBe('status_transition_invalid');
  });

  test.each(['draft', 'void'] as const)('of a %s invoice is refused', async (status) => {
    const it = shop();
    const customer = (await it.customer()).id;
    const invoice =
      status === 'draft' ? await it.draft(customer, 1000) : await it.stripe.invoices.voidInvoice((await it.open(customer, 1000)).id);
    expect((await refusal(it.stripe.creditNotes.create({ invoice: invoice.id, amount: 100 }))).param).toBe('invoice');
  });
});
