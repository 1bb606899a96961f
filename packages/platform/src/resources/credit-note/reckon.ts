import { format } from '@annex/money';
import { type Draft, type Fields, invalid, mergedMetadata, type Params, type StripeObject } from '../../engine/index.ts';
import { linesFromParams, plainLine } from './lines.ts';

const notFinal = (invoice: StripeObject) =>
  invalid(
    `You can only create credit notes for invoices that are open, paid or uncollectible; this one is ${invoice.status}.`,
    'invoice',
    'invoice_not_editable',
  );
const oneOf = () => invalid('You must specify one of amount, lines or shipping_cost.', 'amount', 'parameter_missing');
const exclusive = () => invalid('You may only specify one of these parameters: amount, lines.', 'amount', 'parameters_exclusive');
const positive = (param: string) => invalid('This value must be greater than or equal to 1.', param, 'parameter_invalid_integer');
const tooMuch = (asked: number, most: number, currency: string) =>
  invalid(
    `The credit note's amount (${format(asked, currency)}) is more than what can still be credited of the invoice (${format(most, currency)}).`,
    'amount',
  );
const unequal = (given: number, post: number, currency: string) =>
  invalid(
    `The sum of credit amount, refund amount and out of band amount (${format(given, currency)}) must equal the post payment amount (${format(post, currency)}).`,
    'credit_amount',
  );
const otherRate = () => invalid('The shipping rate is not the one of the invoice.', 'shipping_cost[shipping_rate]');
const otherRefund = (id: string, at: string) => invalid(`The refund ${id} does not give back a payment of this invoice.`, at);
const linked = (id: string, at: string) => invalid(`The refund ${id} already belongs to a credit note.`, at);

export interface Reckoned {
  readonly fields: Fields;
  readonly lines: readonly Fields[];
  /** What takes the money back: minor units, together the part that was already paid. */
  readonly refund: number;
  readonly credit: number;
}

const sum = (values: readonly number[]): number => values.reduce((all, value) => all + value, 0);

/** Payment intents that have paid an invoice. */
const intentsOf = (draft: Draft, invoice: string): string[] =>
  draft.find('invoice_payment', [['invoice', invoice]], (row) => row.status === 'paid').map((row) => row.payment.payment_intent);

const notesOf = (draft: Draft, invoice: string): StripeObject[] =>
  draft.find('credit_note', [['invoice', invoice]], (row) => row.status === 'issued');

const linkedRefunds = (notes: readonly StripeObject[]): Set<string> =>
  new Set(notes.flatMap((note) => note.refunds.map((each: { refund: string }) => each.refund)));

/** What can still be credited: the total, less what was credited, less what was refunded without a credit note. */
function creditable(draft: Draft, invoice: StripeObject, naming: ReadonlySet<string>): number {
  const notes = notesOf(draft, invoice.id);
  const known = linkedRefunds(notes);
  const loose = intentsOf(draft, invoice.id)
    .flatMap((intent) => draft.find('refund', [['payment_intent', intent]]))
    .filter((refund) => !known.has(refund.id) && !naming.has(refund.id) && refund.status !== 'failed' && refund.status !== 'canceled');
  return invoice.total - sum(notes.map((note) => note.total)) - sum(loose.map((refund) => refund.amount));
}

/** `refunds`: refunds that were made before, now told to belong to this credit note. */
function namedRefunds(draft: Draft, invoice: StripeObject, given: readonly Params[]): Fields[] {
  const intents = new Set(intentsOf(draft, invoice.id));
  const known = linkedRefunds(notesOf(draft, invoice.id));
  return given.map((each, index) => {
    const at = `refunds[${index}][refund]`;
    const refund = draft.need('refund', each.refund ?? '', at);
    if (!intents.has(refund.payment_intent)) throw otherRefund(refund.id, at);
    if (known.has(refund.id)) throw linked(refund.id, at);
    return { amount_refunded: each.amount_refunded ?? refund.amount, payment_record_refund: null, refund: refund.id, type: 'refund' };
  });
}

function shippingOf(invoice: StripeObject, given: Params | undefined): Fields | null {
  if (given === undefined) return null;
  if (invoice.shipping_cost === null || invoice.shipping_cost.shipping_rate !== given.shipping_rate) throw otherRate();
  return invoice.shipping_cost;
}

type TaxRow = { amount: number; taxable_amount: number; tax_behavior: string; tax_rate_details: { tax_rate: string } };

/** Taxes of several lines as one row per rate. */
function totalTaxes(lines: readonly Fields[]): TaxRow[] {
  const rows = new Map<string, TaxRow>();
  for (const tax of lines.flatMap((line) => line.taxes as TaxRow[])) {
    const known = rows.get(tax.tax_rate_details.tax_rate);
    const amount = (known?.amount ?? 0) + tax.amount;
    rows.set(tax.tax_rate_details.tax_rate, { ...tax, amount, taxable_amount: (known?.taxable_amount ?? 0) + tax.taxable_amount });
  }
  return [...rows.values()];
}

function totalDiscounts(lines: readonly Fields[]): { amount: number; discount: string }[] {
  const sums = new Map<string, number>();
  for (const each of lines.flatMap((line) => line.discount_amounts as { amount: number; discount: string }[]))
    sums.set(each.discount, (sums.get(each.discount) ?? 0) + each.amount);
  return [...sums].map(([discount, amount]) => ({ amount, discount }));
}

/** The amounts of a credit note from its lines and its shipping. */
function amountsOf(lines: readonly Fields[], shipping: Fields | null): Fields & { total: number } {
  const subtotal = sum(lines.map((line) => line.amount as number));
  const discounts = totalDiscounts(lines);
  const taxes = totalTaxes(lines);
  const of = (behavior: string): number => sum(taxes.filter((tax) => tax.tax_behavior === behavior).map((tax) => tax.amount));
  const shipped = (shipping?.amount_total as number | undefined) ?? 0;
  const total = subtotal - sum(discounts.map((each) => each.amount)) + of('exclusive') + shipped;
  return {
    amount: total,
    amount_shipping: shipped,
    discount_amount: sum(discounts.map((each) => each.amount)),
    discount_amounts: discounts,
    pretax_credit_amounts: discounts.map((each) => ({ ...each, type: 'discount' })),
    shipping_cost: shipping,
    subtotal,
    subtotal_excluding_tax: subtotal - of('inclusive'),
    total,
    total_excluding_tax: total - of('exclusive') - of('inclusive'),
    total_taxes: taxes,
  };
}

/** How a credit note is paid out: first it lowers what is still to be paid, the rest goes back by the ways that are named. */
function split(draft: Draft, invoice: StripeObject, params: Params, total: number): { fields: Fields; refund: number; credit: number } {
  const refunds = namedRefunds(draft, invoice, params.refunds ?? []);
  const most = creditable(draft, invoice, new Set(refunds.map((each) => each.refund as string)));
  if (total > most) throw tooMuch(total, most, invoice.currency);
  const pre = Math.min(total, invoice.amount_remaining);
  const post = total - pre;
  const [refund, credit, outside] = [params.refund_amount ?? 0, params.credit_amount ?? 0, params.out_of_band_amount ?? 0];
  const given = refund + credit + outside + sum(refunds.map((each) => each.amount_refunded as number));
  if (given !== post) throw unequal(given, post, invoice.currency);
  const type = pre === 0 ? 'post_payment' : post === 0 ? 'pre_payment' : 'mixed';
  const fields = { out_of_band_amount: outside > 0 ? outside : null, post_payment_amount: post, pre_payment_amount: pre, refunds, type };
  return { fields, refund, credit };
}

/** What a credit note comes to: its lines, its amounts and how they are given back. Changes nothing. */
export function reckon(draft: Draft, params: Params): Reckoned {
  const invoice = draft.need('invoice', params.invoice, 'invoice');
  if (!['open', 'paid', 'uncollectible'].includes(invoice.status)) throw notFinal(invoice);
  const { amount, lines: asked, shipping_cost: shipping } = params;
  if (amount === undefined && asked === undefined && shipping === undefined) throw oneOf();
  if (amount !== undefined && asked !== undefined) throw exclusive();
  for (const name of ['amount', 'credit_amount', 'refund_amount', 'out_of_band_amount'])
    if (params[name] !== undefined && params[name] < (name === 'amount' ? 1 : 0)) throw positive(name);
  const lines = amount !== undefined ? [plainLine(amount, invoice)] : linesFromParams(draft, invoice, asked ?? []);
  const amounts = amountsOf(lines, shippingOf(invoice, shipping));
  const paidOut = split(draft, invoice, params, amounts.total);
  const sequence = draft.find('credit_note', [['invoice', invoice.id]]).length + 1;
  return {
    lines,
    refund: paidOut.refund,
    credit: paidOut.credit,
    fields: {
      ...amounts,
      ...paidOut.fields,
      currency: invoice.currency,
      customer: invoice.customer,
      customer_balance_transaction: null,
      effective_at: params.effective_at ?? draft.now,
      invoice: invoice.id,
      memo: params.memo ?? null,
      metadata: mergedMetadata({}, params.metadata ?? {}),
      number: `${invoice.number}-CN-${String(sequence).padStart(2, '0')}`,
      reason: params.reason ?? null,
      status: 'issued',
      voided_at: null,
    },
  };
}
