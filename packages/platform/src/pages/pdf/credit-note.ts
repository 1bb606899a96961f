import { dayText } from '@annex/money';
import type { Draft, StripeObject } from '../../engine/index.ts';
import { type Fact, facts, money, parties, type Sum, sizeOf, sums, tableHead, tableRow } from './bill.ts';
import { billTo, discountName, NOT_A_BILL, rowOf, type Seller, taxRows } from './invoice.ts';
import { MARGIN, Paper, QUIET } from './paper.ts';

function totalRows(draft: Draft, note: StripeObject): Sum[] {
  const { currency } = note;
  const row = (label: string, value: number, isBold = false): Sum => ({ label, amount: money(value, currency), isBold });
  const some = (label: string, value: number | null): Sum[] => (value === 0 || value === null ? [] : [row(label, value)]);
  const refunded = (note.refunds as StripeObject[]).reduce((sum, each) => sum + each.amount_refunded, 0);
  const credited = note.post_payment_amount - refunded - (note.out_of_band_amount ?? 0);
  return [
    row('Subtotal', note.subtotal),
    ...((note.discount_amounts ?? []) as StripeObject[]).map((each) => row(discountName(draft, each.discount), -each.amount)),
    ...some('Shipping', note.amount_shipping),
    ...taxRows(draft, note.total_taxes ?? [], currency),
    row('Total credit', note.total, true),
    ...some('Taken off the invoice', note.pre_payment_amount),
    ...some('Refunded', refunded),
    ...some("Added to the customer's balance", credited),
    ...some('Given back otherwise', note.out_of_band_amount),
  ];
}

export interface Credited {
  readonly note: StripeObject;
  readonly invoice: StripeObject;
  readonly lines: readonly StripeObject[];
}

/** A credit note on paper: of which invoice it takes back what, and how that is given back. */
export function creditNotePdf(draft: Draft, { note, invoice, lines }: Credited, seller: Seller): Uint8Array<ArrayBuffer> {
  const title = `Credit note ${note.number}`;
  const paper = new Paper(sizeOf(invoice), (next) => {
    next.at(MARGIN, next.y, title, { colour: QUIET });
    next.y += 22;
    tableHead(next);
  });
  if (seller.brand.primary !== undefined) paper.bar(seller.brand.primary, 6);
  paper.at(MARGIN, paper.y, 'Credit note', { font: 'bold', size: 22 });
  paper.endAt(paper.right, paper.y + 6, seller.brand.name, { font: 'bold', size: 12 });
  paper.y += 44;
  const voided: Fact[] = note.voided_at === null ? [] : [['Voided', dayText(note.voided_at)]];
  facts(paper, [
    ['Credit note', note.number],
    ['Invoice number', invoice.number],
    ['Date of issue', dayText(note.effective_at ?? note.created)],
    ...voided,
  ]);
  paper.y += 14;
  parties(paper, [
    { heading: seller.brand.name, lines: seller.lines },
    { heading: 'To', lines: billTo(invoice) },
  ]);
  paper.y += 18;
  paper.at(MARGIN, paper.y, `${money(note.total, note.currency)} ${note.status === 'void' ? 'void' : 'credited'}`, {
    font: 'bold',
    size: 14,
  });
  paper.y += 26;
  if (note.memo) paper.y = paper.column(MARGIN, paper.y, note.memo, { width: paper.right - MARGIN }) + 14;
  tableHead(paper);
  for (const line of lines) tableRow(paper, rowOf(draft, line, note.currency));
  paper.y += 6;
  sums(paper, totalRows(draft, note));
  return paper.finish({ title, created: note.effective_at ?? note.created }, `${title} · ${NOT_A_BILL}`);
}
