import { dayText, decimalsOf, format } from '@annex/money';
import type { StripeObject } from '../../engine/index.ts';
import { MARGIN, type Paper, QUIET } from './paper.ts';

/** What invoices and credit notes are both made of. */

const INK_AMOUNT = /^[\x20-\x7e\xa0-\xff€]*$/;

/** An amount with its thousands apart; a sign that the fonts do not have gives way to the currency's code. */
export function money(value: number, currency: string): string {
  const text = format(value, currency).replace(/\d+/, (whole) => whole.replaceAll(/(?<=\d)(?=(\d{3})+$)/g, ','));
  if (INK_AMOUNT.test(text)) return text;
  const digits = (Math.abs(value) / 10 ** decimalsOf(currency)).toFixed(decimalsOf(currency));
  return `${value < 0 ? '-' : ''}${digits} ${currency.toUpperCase()}`;
}

const NORTH_AMERICA = new Set(['US', 'CA', 'MX']);

/** Letter in North America, A4 elsewhere, unless the invoice says which. */
export function sizeOf(invoice: StripeObject): { width: number; height: number } {
  const asked = invoice.rendering?.pdf?.page_size ?? 'auto';
  const isLetter = asked === 'letter' || (asked === 'auto' && NORTH_AMERICA.has(invoice.account_country));
  return isLetter ? { width: 612, height: 792 } : { width: 595, height: 842 };
}

export type Fact = readonly [label: string, value: string];

/** Facts one below the other: what it is, and what it says. */
export function facts(paper: Paper, rows: readonly Fact[]): void {
  for (const [label, value] of rows) {
    paper.at(MARGIN, paper.y, label, { colour: QUIET });
    paper.y = Math.max(paper.y + 13, paper.column(MARGIN + 110, paper.y, value, { font: 'bold', width: paper.right - MARGIN - 110 }));
  }
}

export interface Party {
  readonly heading: string;
  readonly lines: readonly string[];
}

/** An address, line by line, without what is not known. */
export function addressLines(address: StripeObject | null | undefined): string[] {
  if (address === null || address === undefined) return [];
  const { line1, line2, postal_code: code, city, state, country } = address;
  return [line1, line2, [city, state, code].filter(Boolean).join(', '), country].filter((line) => typeof line === 'string' && line !== '');
}

/** Who bills whom, side by side. */
export function parties(paper: Paper, all: readonly Party[]): void {
  const width = (paper.right - MARGIN) / all.length;
  const top = paper.y;
  let bottom = top;
  all.forEach((party, index) => {
    const x = MARGIN + index * width;
    paper.at(x, top, party.heading, { font: 'bold' });
    let y = top + 14;
    for (const line of party.lines) y = paper.column(x, y, line, { width: width - 16 });
    bottom = Math.max(bottom, y);
  });
  paper.y = bottom;
}

export interface TableRow {
  readonly text: string;
  /** In small letters below: the period, discounts. */
  readonly below: readonly string[];
  readonly quantity: string;
  readonly unit: string;
  readonly tax: string;
  readonly amount: string;
}

const COLUMNS = { quantity: 205, unit: 135, tax: 75 } as const;

export function tableHead(paper: Paper): void {
  const { right, y } = paper;
  const style = { size: 8, colour: QUIET };
  paper.at(MARGIN, y, 'Description', style);
  paper.endAt(right - COLUMNS.quantity, y, 'Qty', style);
  paper.endAt(right - COLUMNS.unit, y, 'Unit price', style);
  paper.endAt(right - COLUMNS.tax, y, 'Tax', style);
  paper.endAt(right, y, 'Amount', style);
  paper.y = y + 14;
  paper.rule(paper.y, '#1a1a24');
  paper.y += 8;
}

/** A line of the bill; it is not torn over two sheets. */
export function tableRow(paper: Paper, row: TableRow): void {
  const width = paper.right - MARGIN - COLUMNS.quantity - 40;
  paper.need(16 + 11 * (row.below.length + Math.ceil(row.text.length / 40)));
  const { right, y } = paper;
  let bottom = paper.column(MARGIN, y, row.text, { width });
  for (const line of row.below) bottom = paper.column(MARGIN, bottom, line, { size: 8, colour: QUIET, width });
  paper.endAt(right - COLUMNS.quantity, y, row.quantity);
  paper.endAt(right - COLUMNS.unit, y, row.unit);
  paper.endAt(right - COLUMNS.tax, y, row.tax);
  paper.endAt(right, y, row.amount);
  paper.y = Math.max(bottom, y + 13) + 6;
}

export interface Sum {
  readonly label: string;
  readonly amount: string;
  readonly isBold?: boolean;
}

/** From the sum of the lines to what is due, in the right half. */
export function sums(paper: Paper, rows: readonly Sum[]): void {
  paper.need(rows.length * 18);
  const left = paper.width / 2;
  for (const { label, amount, isBold } of rows) {
    paper.rule(paper.y, undefined, left);
    const font = isBold === true ? 'bold' : 'regular';
    const end = paper.column(left, paper.y + 5, label, { font, width: paper.right - left - 90 });
    paper.endAt(paper.right, paper.y + 5, amount, { font });
    paper.y = end + 4;
  }
}

export const period = ({ start, end }: { start: number; end: number }): string | undefined =>
  end > start ? `${dayText(start)} – ${dayText(end)}` : undefined;
