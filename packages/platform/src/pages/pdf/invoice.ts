import { dayText } from '@annex/money';
import type { Draft, StripeObject } from '../../engine/index.ts';
import type { Brand } from '../brand.ts';
import {
  addressLines,
  type Fact,
  facts,
  money,
  parties,
  period,
  type Sum,
  sizeOf,
  sums,
  type TableRow,
  tableHead,
  tableRow,
} from './bill.ts';
import { MARGIN, Paper, QUIET } from './paper.ts';

const STATES: Readonly<Record<string, string>> = { draft: 'Draft', paid: 'Paid', uncollectible: 'Uncollectible', void: 'Void' };

export const rateName = (draft: Draft, id: string | undefined): string => {
  const rate = draft.get('tax_rate', id);
  if (rate === undefined) return 'Tax';
  return `${rate.display_name}${rate.jurisdiction ? ` – ${rate.jurisdiction}` : ''} (${rate.percentage}%)`;
};

export function discountName(draft: Draft, id: string): string {
  const coupon = draft.get('coupon', draft.get('discount', id)?.source?.coupon);
  const off = coupon?.percent_off ? ` (${coupon.percent_off}% off)` : '';
  return `${coupon?.name ?? coupon?.id ?? 'Discount'}${off}`;
}

const taxText = (draft: Draft, line: StripeObject): string =>
  ((line.taxes ?? []) as StripeObject[])
    .map((tax) => draft.get('tax_rate', tax.tax_rate_details?.tax_rate)?.percentage)
    .filter((percentage) => percentage !== undefined)
    .map((percentage) => `${percentage}%`)
    .join(' + ');

/** A line of an invoice, or of a credit note, as a row of the table. */
export function rowOf(draft: Draft, line: StripeObject, currency: string): TableRow {
  const discounts = ((line.discount_amounts ?? []) as StripeObject[]).map(
    (each) => `${discountName(draft, each.discount)}: ${money(-each.amount, currency)}`,
  );
  const when = line.period === undefined ? undefined : period(line.period);
  const unit = line.pricing?.unit_amount_decimal ?? line.unit_amount_decimal;
  const isWhole = typeof unit === 'string' && /^-?\d+$/.test(unit);
  return {
    text: line.description ?? 'Item',
    below: [...(when === undefined ? [] : [when]), ...discounts],
    quantity: line.quantity === null ? '' : String(line.quantity),
    unit: isWhole && line.quantity !== null ? money(Number(unit), currency) : '',
    tax: taxText(draft, line),
    amount: money(line.amount, currency),
  };
}

/** Taxes as rows: what is within the price says so. */
export const taxRows = (draft: Draft, taxes: readonly StripeObject[], currency: string): Sum[] =>
  taxes.map((tax) => ({
    label: `${rateName(draft, tax.tax_rate_details?.tax_rate)}${tax.tax_behavior === 'inclusive' ? ', included' : ''}`,
    amount: money(tax.amount, currency),
  }));

function totalRows(draft: Draft, invoice: StripeObject): Sum[] {
  const { currency } = invoice;
  const row = (label: string, value: number, isBold = false): Sum => ({ label, amount: money(value, currency), isBold });
  const some = (label: string, value: number): Sum[] => (value === 0 ? [] : [row(label, value)]);
  const applied = (invoice.ending_balance ?? invoice.starting_balance) - invoice.starting_balance;
  const isFinal = invoice.status !== 'draft';
  return [
    row('Subtotal', invoice.subtotal),
    ...((invoice.total_discount_amounts ?? []) as StripeObject[]).map((each) => row(discountName(draft, each.discount), -each.amount)),
    ...(invoice.shipping_cost ? [row('Shipping', invoice.shipping_cost.amount_subtotal)] : []),
    ...(invoice.total_taxes?.length > 0 ? [row('Total excluding tax', invoice.total_excluding_tax)] : []),
    ...taxRows(draft, invoice.total_taxes ?? [], currency),
    row('Total', invoice.total),
    ...(isFinal ? some('Applied balance', -applied) : []),
    ...some('Credit notes', -invoice.pre_payment_credit_notes_amount),
    ...some('Amount paid', -invoice.amount_paid),
    row('Amount due', invoice.amount_remaining, true),
    ...some('Credited after payment', -invoice.post_payment_credit_notes_amount),
  ];
}

function dates(invoice: StripeObject): Fact[] {
  const { effective_at: issued, due_date: due, status_transitions: at } = invoice;
  const fact = (label: string, value: number | null): Fact[] => (typeof value === 'number' ? [[label, dayText(value)]] : []);
  return [
    ['Invoice number', invoice.number ?? 'Draft'],
    ...fact('Date of issue', issued),
    ...fact('Date due', due),
    ...fact('Date paid', at.paid_at),
    ...((invoice.custom_fields ?? []) as StripeObject[]).map((field): Fact => [field.name, field.value]),
  ];
}

export const taxIdLines = (ids: readonly StripeObject[] | null | undefined): string[] =>
  (ids ?? []).map(({ type, value }) => `${String(type).replaceAll('_', ' ').toUpperCase()} ${value}`);

export const billTo = (invoice: StripeObject): string[] => [
  ...[invoice.customer_name ?? invoice.customer_email ?? 'Customer'],
  ...addressLines(invoice.customer_address),
  ...(invoice.customer_name && invoice.customer_email ? [invoice.customer_email] : []),
  ...taxIdLines(invoice.customer_tax_ids),
];

export interface Seller {
  readonly brand: Brand;
  readonly lines: readonly string[];
}

/** The sentence on top: how much is due until when, or what became of it. */
function headline(invoice: StripeObject): string {
  const state = STATES[invoice.status];
  if (state !== undefined)
    return `${money(invoice.status === 'paid' ? invoice.amount_paid : invoice.total, invoice.currency)} ${state.toLowerCase()}`;
  const due = `${money(invoice.amount_remaining, invoice.currency)} due`;
  return typeof invoice.due_date === 'number' ? `${due} ${dayText(invoice.due_date)}` : due;
}

export const NOT_A_BILL = 'Made by Annex, a local simulator. Not Stripe, and not a bill.';

/** An invoice on paper: what it is, who bills whom, each line, and how the total comes about. */
export function invoicePdf(draft: Draft, invoice: StripeObject, lines: readonly StripeObject[], seller: Seller): Uint8Array<ArrayBuffer> {
  const title = `Invoice ${invoice.number ?? '(draft)'}`;
  const paper = new Paper(sizeOf(invoice), (next) => {
    next.at(MARGIN, next.y, title, { colour: QUIET });
    next.y += 22;
    tableHead(next);
  });
  if (seller.brand.primary !== undefined) paper.bar(seller.brand.primary, 6);
  paper.at(MARGIN, paper.y, 'Invoice', { font: 'bold', size: 22 });
  paper.endAt(paper.right, paper.y + 6, seller.brand.name, { font: 'bold', size: 12 });
  paper.y += 44;
  facts(paper, dates(invoice));
  paper.y += 14;
  const shipping = invoice.shipping_details;
  parties(paper, [
    { heading: seller.brand.name, lines: seller.lines },
    { heading: 'Bill to', lines: billTo(invoice) },
    ...(shipping ? [{ heading: 'Ship to', lines: [shipping.name, ...addressLines(shipping.address)].filter(Boolean) }] : []),
  ]);
  paper.y += 18;
  paper.at(MARGIN, paper.y, headline(invoice), { font: 'bold', size: 14 });
  paper.y += 26;
  if (invoice.description) paper.y = paper.column(MARGIN, paper.y, invoice.description, { width: paper.right - MARGIN }) + 14;
  tableHead(paper);
  for (const line of lines) tableRow(paper, rowOf(draft, line, invoice.currency));
  paper.y += 6;
  sums(paper, totalRows(draft, invoice));
  paper.y += 14;
  const notes = [
    invoice.customer_tax_exempt === 'reverse' ? 'Reverse charge: the customer owes the tax.' : undefined,
    invoice.footer,
  ].filter(Boolean);
  for (const note of notes) {
    paper.need(40);
    paper.y = paper.column(MARGIN, paper.y, note, { colour: QUIET, width: paper.right - MARGIN }) + 8;
  }
  return paper.finish({ title, created: invoice.effective_at ?? invoice.created }, `${title} · ${NOT_A_BILL}`);
}
