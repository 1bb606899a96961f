import { Books } from '@annex/money';
import fc from 'fast-check';
import type Stripe from 'stripe';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { Shop } from './event-tables/shop.ts';
import { type TestPlatform, testPlatform } from './world.ts';

/**
 * After any sequence of operations through the public API the books are right. What the operations are is generated; what
 * they may refuse is left to them, but a refusal must leave nothing half-done: the books are looked at after each one.
 */

let world: TestPlatform;
beforeAll(async () => {
  world = await testPlatform({ unlimitedClocks: true });
});
afterAll(() => world.platform.close());

const CURRENCIES = ['usd', 'jpy'] as const;
const CARDS = ['tok_visa', 'tok_chargeCustomerFail', 'tok_createDispute', 'tok_refundFail', undefined] as const;

/** One step: what is done, to which of the things that are there, with which numbers. */
interface Step {
  readonly what: keyof typeof DO;
  readonly which: number;
  readonly amount: number;
  readonly flag: boolean;
}

interface Scene {
  readonly shop: Shop;
  readonly clock: string;
  readonly customers: Stripe.Customer[];
  readonly rates: Stripe.TaxRate[];
  readonly coupons: Stripe.Coupon[];
  readonly currency: string;
}

const pick = <T>(list: readonly T[], which: number): T | undefined => (list.length === 0 ? undefined : list[which % list.length]);

/** The customers, beginning with one of them. */
const from = ({ customers }: Scene, which: number): Stripe.Customer[] =>
  customers.map((_customer, index) => customers[(which + index) % customers.length]!);

/** An invoice in a state, of the first customer that has one. */
async function invoices(scene: Scene, step: Step, status: Stripe.InvoiceListParams.Status): Promise<Stripe.Invoice | undefined> {
  for (const customer of from(scene, step.which)) {
    const found = (await scene.shop.stripe.invoices.list({ customer: customer.id, status, limit: 20 })).data;
    if (found.length > 0) return pick(found, step.which);
  }
  return undefined;
}

type Do = (scene: Scene, step: Step) => Promise<unknown>;

const DO = {
  bill: async (scene, { which, amount, flag }) => {
    const customer = pick(scene.customers, which)!.id;
    const { stripe } = scene.shop;
    const draft = await stripe.invoices.create({
      customer,
      currency: scene.currency,
      ...(flag && { default_tax_rates: [pick(scene.rates, which)!.id], discounts: [{ coupon: pick(scene.coupons, amount)!.id }] }),
    });
    await stripe.invoices.addLines(draft.id, {
      lines: [{ amount }, { amount: Math.ceil(amount / 3) }, ...(which % 3 === 0 ? [{ amount: -Math.ceil(amount / 5) }] : [])],
    });
    return which % 4 === 0 ? draft : stripe.invoices.finalizeInvoice(draft.id);
  },
  edit: async (scene, step) => {
    const draft = await invoices(scene, step, 'draft');
    const line = draft?.lines.data[0];
    if (draft === undefined || line === undefined) return;
    await scene.shop.stripe.invoices.updateLines(draft.id, { lines: [{ id: line.id, amount: step.amount }] });
  },
  finalize: async (scene, step) => {
    const draft = await invoices(scene, step, 'draft');
    return draft && scene.shop.stripe.invoices.finalizeInvoice(draft.id);
  },
  pay: async (scene, step) => {
    const open = await invoices(scene, step, 'open');
    return open && scene.shop.stripe.invoices.pay(open.id, step.which % 5 === 0 ? { paid_out_of_band: true } : {});
  },
  attach: async (scene, step) => {
    const open = await invoices(scene, step, 'open');
    if (open === undefined) return;
    const intent = await scene.shop.stripe.paymentIntents.create({
      amount: step.amount,
      currency: scene.currency,
      customer: open.customer as string,
      payment_method: 'pm_card_visa',
      confirm: true,
      return_url: 'https://example.com',
    });
    await scene.shop.stripe.invoices.attachPayment(open.id, { payment_intent: intent.id });
  },
  void: async (scene, step) => {
    const open = await invoices(scene, step, 'open');
    return open && scene.shop.stripe.invoices.voidInvoice(open.id);
  },
  writeOff: async (scene, step) => {
    const open = await invoices(scene, step, 'open');
    return open && scene.shop.stripe.invoices.markUncollectible(open.id);
  },
  creditNote: async (scene, step) => {
    const invoice = await invoices(scene, step, step.flag ? 'open' : 'paid');
    if (invoice === undefined) return;
    const amount = Math.min(step.amount, Math.max(1, invoice.total));
    const back = amount - Math.min(amount, invoice.amount_remaining);
    const way =
      back === 0
        ? {}
        : step.which % 3 === 0
          ? { refund_amount: back }
          : step.which % 3 === 1
            ? { credit_amount: back }
            : { out_of_band_amount: back };
    await scene.shop.stripe.creditNotes.create({ invoice: invoice.id, amount, ...way });
  },
  voidNote: async (scene, step) => {
    const note = pick((await scene.shop.stripe.creditNotes.list({ limit: 100 })).data, step.which);
    return note && scene.shop.stripe.creditNotes.voidCreditNote(note.id);
  },
  balance: async ({ shop, customers, currency }, { which, amount, flag }) =>
    shop.stripe.customers.createBalanceTransaction(pick(customers, which)!.id, { amount: flag ? -amount : amount, currency }),
  setBalance: async ({ shop, customers }, { which, amount, flag }) =>
    shop.stripe.customers.update(pick(customers, which)!.id, { balance: flag ? -amount : 0 }),
  refund: async ({ shop }, { which, amount, flag }) => {
    const charge = pick((await shop.stripe.charges.list({ limit: 100 })).data, which);
    return charge && shop.stripe.refunds.create({ charge: charge.id, ...(flag && { amount }) });
  },
  answerDispute: async ({ shop }, { which, flag }) => {
    const dispute = pick((await shop.stripe.disputes.list({ limit: 100 })).data, which);
    return (
      dispute &&
      shop.stripe.disputes.update(dispute.id, { evidence: { uncategorized_text: flag ? 'winning_evidence' : 'losing_evidence' } })
    );
  },
  payout: async ({ shop, currency }, { amount }) => shop.stripe.payouts.create({ amount, currency }),
  subscribe: async ({ shop, customers, currency }, { which, amount }) => {
    const product = await shop.stripe.products.create({ name: 'Pro' });
    const price = await shop.stripe.prices.create({ product: product.id, currency, unit_amount: amount, recurring: { interval: 'month' } });
    return shop.stripe.subscriptions.create({ customer: pick(customers, which)!.id, items: [{ price: price.id }] });
  },
  change: async (scene, { which, flag }) => {
    const { stripe } = scene.shop;
    for (const customer of from(scene, which)) {
      const made = (await stripe.subscriptions.list({ customer: customer.id, status: 'active' })).data[0];
      if (made === undefined) continue;
      const items = [{ id: made.items.data[0]!.id, quantity: 1 + (which % 4) }];
      return stripe.subscriptions.update(made.id, { items, proration_behavior: flag ? 'always_invoice' : 'create_prorations' });
    }
    return undefined;
  },
  wait: async ({ shop, clock }, { which }) => shop.advanceDays(clock, 1 + (which % 20)),
} satisfies Record<string, Do>;

async function all<T>(list: AsyncIterable<T>): Promise<T[]> {
  const rows: T[] = [];
  for await (const row of list) rows.push(row);
  return rows;
}

const sum = (values: readonly number[]): number => values.reduce((total, value) => total + value, 0);

/** Totals of an invoice are the sums of its lines; what is due, paid, credited and left adds up. */
async function checkInvoice({ stripe }: Shop, invoice: Stripe.Invoice): Promise<void> {
  const lines = await all(stripe.invoices.listLineItems(invoice.id, { limit: 100 }));
  const of = (part: (line: Stripe.InvoiceLineItem) => number[]): number => sum(lines.flatMap(part));
  const taxes = invoice.total_taxes!;
  expect(invoice.subtotal).toBe(of((line) => [line.amount]));
  expect(sum(invoice.total_discount_amounts!.map((each) => each.amount))).toBe(
    of((line) => line.discount_amounts!.map((each) => each.amount)),
  );
  expect(sum(taxes.map((tax) => tax.amount))).toBe(of((line) => line.taxes!.map((tax) => tax.amount)));
  const exclusive = sum(taxes.filter((tax) => tax.tax_behavior === 'exclusive').map((tax) => tax.amount));
  expect(invoice.total).toBe(
    invoice.subtotal - sum(invoice.total_discount_amounts!.map((each) => each.amount)) + exclusive + invoice.amount_shipping,
  );
  if (invoice.status === 'draft') return;
  expect(invoice.amount_remaining).toBe(invoice.amount_due - invoice.amount_paid);
  expect(invoice.amount_remaining).toBeGreaterThanOrEqual(0);
  expect(invoice.amount_due + invoice.ending_balance! + invoice.pre_payment_credit_notes_amount).toBe(
    invoice.total + invoice.starting_balance,
  );
  const payments = await all(stripe.invoicePayments.list({ invoice: invoice.id, limit: 100 }));
  const paid = sum(payments.filter((payment) => payment.status === 'paid').map((payment) => payment.amount_paid ?? 0));
  expect(paid + (invoice.amount_paid_off_stripe ?? 0) - invoice.amount_overpaid).toBe(invoice.amount_paid);
  const notes = (await all(stripe.creditNotes.list({ invoice: invoice.id, limit: 100 }))).filter((note) => note.status === 'issued');
  expect(sum(notes.map((note) => note.pre_payment_amount))).toBe(invoice.pre_payment_credit_notes_amount);
  expect(sum(notes.map((note) => note.post_payment_amount))).toBe(invoice.post_payment_credit_notes_amount);
  for (const note of notes) expect(note.pre_payment_amount + note.post_payment_amount).toBe(note.total);
}

/** A customer's balance is what its transactions come to, and each of them says so. */
async function checkCustomer({ stripe }: Shop, id: string): Promise<void> {
  const customer = (await stripe.customers.retrieve(id)) as Stripe.Customer;
  const rows = (await all(stripe.customers.listBalanceTransactions(id, { limit: 100 }))).reverse();
  let balance = 0;
  for (const row of rows) {
    balance += row.amount;
    expect(row.ending_balance).toBe(balance);
  }
  expect(customer.balance).toBe(balance);
}

/** The account's ledger by double entry: what charges, refunds, disputes and fees leave is the balance and the payouts. */
async function checkLedger({ stripe }: Shop): Promise<void> {
  const rows = await all(stripe.balanceTransactions.list({ limit: 100 }));
  const books = new Books();
  for (const { amount, fee, net, fee_details: details, type, currency } of rows) {
    expect(sum(details.map((detail) => detail.amount))).toBe(fee);
    books.post({
      currency,
      postings: [
        { account: 'balance', amount: net },
        { account: 'fees', amount: fee },
        { account: type, amount: -amount },
      ],
    });
  }
  const balance = await stripe.balance.retrieve();
  const charges = await all(stripe.charges.list({ limit: 100 }));
  for (const currency of books.currencies()) {
    const held = sum([...balance.available, ...balance.pending].filter((each) => each.currency === currency).map((each) => each.amount));
    expect(held).toBe(books.balance('balance', currency));
    const own = charges.filter((charge) => charge.currency === currency);
    expect(-books.balance('charge', currency)).toBe(sum(own.filter((charge) => charge.paid).map((charge) => charge.amount_captured)));
    expect(books.balance('refund', currency) + books.balance('refund_failure', currency)).toBe(
      sum(own.map((charge) => charge.amount_refunded)),
    );
    expect(books.total(currency)).toBe(0);
  }
}

async function check(scene: Scene): Promise<void> {
  for (const customer of scene.customers) {
    for (const invoice of await all(scene.shop.stripe.invoices.list({ customer: customer.id, limit: 100 })))
      await checkInvoice(scene.shop, invoice);
    await checkCustomer(scene.shop, customer.id);
  }
  await checkLedger(scene.shop);
}

async function begin(currency: string): Promise<Scene> {
  const shop = new Shop(world.client());
  const clock = (await shop.clock()).id;
  const customers = await Promise.all(CARDS.map((card) => shop.customer(card, { test_clock: clock })));
  const rates = await Promise.all([
    shop.stripe.taxRates.create({ display_name: 'VAT', percentage: 19, inclusive: false }),
    shop.stripe.taxRates.create({ display_name: 'GST', percentage: 9.975, inclusive: true }),
  ]);
  const coupons = await Promise.all([
    shop.stripe.coupons.create({ percent_off: 33.33, duration: 'forever' }),
    shop.stripe.coupons.create({ amount_off: 777, currency, duration: 'forever' }),
  ]);
  return { shop, clock, customers, rates, coupons, currency };
}

/** Does a step. A refusal of Stripe's is an answer; anything else is a defect. */
async function perform(scene: Scene, step: Step): Promise<void> {
  try {
    await (DO[step.what] as Do)(scene, step);
  } catch (error) {
    const status = (error as Stripe.errors.StripeError).statusCode;
    if (status === undefined || status >= 500) throw error;
  }
}

/** What others need to be there is done more often. */
const OFTEN = ['bill', 'bill', 'bill', 'bill', 'pay', 'pay', 'creditNote', 'creditNote', 'attach', 'void'] as const;

const steps = fc.array(
  fc.record({
    what: fc.constantFrom(...(Object.keys(DO) as (keyof typeof DO)[]), ...OFTEN),
    which: fc.nat(50),
    amount: fc.integer({ min: 1, max: 20_000 }),
    flag: fc.boolean(),
  }),
  { minLength: 200, maxLength: 200 },
);

test.each(CURRENCIES)('after any 200 operations the books are right, in %s', async (currency) => {
  await fc.assert(
    fc.asyncProperty(steps, async (sequence) => {
      const scene = await begin(currency);
      for (const [index, step] of sequence.entries()) {
        await perform(scene, step);
        if (index % 50 === 49) await check(scene);
      }
    }),
    // The same sequence on every machine; another seed lives another story.
    { numRuns: 1, endOnFailure: true, seed: 20_261_127 },
  );
});

type Half = (shop: Shop, invoice: Stripe.Invoice) => Promise<unknown>;

/** Calls that begin well and end badly: the first part of each could be done. */
const HALVES: readonly (readonly [string, Half])[] = [
  [
    'a second line that is wrong',
    ({ stripe }, { id }) => stripe.invoices.addLines(id, { lines: [{ amount: 100 }, { invoice_item: 'ii_nowhere' }] }),
  ],
  [
    'a second line that is not there',
    ({ stripe }, { id, lines }) => stripe.invoices.updateLines(id, { lines: [{ id: lines.data[0]!.id, amount: 5 }, { id: 'il_nowhere' }] }),
  ],
  [
    'a coupon and then a code that is not there',
    ({ stripe }, { id }) => stripe.invoices.update(id, { discounts: [{ coupon: 'HALF' }, { promotion_code: 'promo_nowhere' }] }),
  ],
  [
    'an item with a rate that is not there',
    ({ stripe }, { id, customer }) =>
      stripe.invoiceItems.create({ customer: customer as string, invoice: id, amount: 5, currency: 'usd', tax_rates: ['txr_nowhere'] }),
  ],
  [
    'automatic tax beside a description',
    ({ stripe }, { id }) => stripe.invoices.update(id, { description: 'x', default_tax_rates: ['txr_nowhere'] }),
  ],
];

test.each(HALVES)('%s is refused whole: nothing is changed, nothing is told', async (_title, call) => {
  const shop = new Shop(world.client());
  await shop.stripe.coupons.create({ id: 'HALF', percent_off: 50 });
  const draft = await shop.draft((await shop.customer()).id, 1000);
  const told = (await shop.events()).length;
  await expect(call(shop, draft)).rejects.toMatchObject({ statusCode: 400 });
  expect(await shop.stripe.invoices.retrieve(draft.id)).toEqual(draft);
  expect((await shop.stripe.coupons.retrieve('HALF')).times_redeemed).toBe(0);
  expect((await shop.stripe.invoiceItems.list({ customer: draft.customer as string })).data).toHaveLength(1);
  expect((await shop.events()).length).toBe(told);
});

test('a credit note whose refund is refused is refused whole', async () => {
  const shop = new Shop(world.client());
  const paid = await shop.paid((await shop.customer('tok_visa')).id, 1000, {});
  const { data } = await shop.stripe.charges.list();
  await shop.stripe.refunds.create({ charge: data[0]!.id, amount: 700 });
  const before = await shop.stripe.invoices.retrieve(paid.id);
  const call = shop.stripe.creditNotes.create({
    invoice: paid.id,
    amount: 300,
    refund_amount: 100,
    credit_amount: 100,
    out_of_band_amount: 50,
  });
  await expect(call).rejects.toMatchObject({ statusCode: 400 });
  expect(await shop.stripe.invoices.retrieve(paid.id)).toEqual(before);
  expect((await shop.stripe.customers.retrieve(paid.customer as string)) as Stripe.Customer).toMatchObject({ balance: 0 });
});
