import { type Amount, amount, minimumCharge } from './amount.ts';
import { type Discount, type DiscountAmount, discountLines } from './discount.ts';
import { sumTaxes, type Tax, type Taxed, type TaxRate, taxAsGiven, taxOf, untaxed } from './tax.ts';

export interface BilledLine {
  /** Minor units, before discounts; with inclusive and without exclusive tax. Negative for a credit. */
  readonly amount: number;
  readonly discountable: boolean;
  readonly product?: string | undefined;
  /** Discounts of the line alone; they come before those of the invoice. */
  readonly discounts?: readonly Discount[] | undefined;
  readonly rates: readonly TaxRate[];
  /** Taxes that were reckoned elsewhere stand in place of the rates. */
  readonly taxes?: readonly Tax[] | undefined;
}

export interface Bill {
  readonly lines: readonly BilledLine[];
  /** Discounts of the whole invoice, in order. */
  readonly discounts: readonly Discount[];
  /** Shipping is taxed, never discounted. */
  readonly shipping?: { readonly amount: number; readonly rates: readonly TaxRate[] } | undefined;
  /** An exempt customer, or one that owes the tax itself, is charged none. */
  readonly exempt: boolean;
}

export interface LineTotal {
  readonly discount_amounts: readonly DiscountAmount[];
  readonly taxes: readonly Tax[];
  /** After discounts, without any tax. */
  readonly excluding_tax: Amount;
}

export interface InvoiceTotal {
  /** In the order of the lines. */
  readonly lines: readonly LineTotal[];
  readonly discount_amounts: readonly DiscountAmount[];
  /** One row per rate, over lines and shipping. */
  readonly taxes: readonly Tax[];
  /** Σ of the lines' amounts. */
  readonly subtotal: Amount;
  readonly subtotal_excluding_tax: Amount;
  /** subtotal − discounts + exclusive tax + shipping. */
  readonly total: Amount;
  readonly total_excluding_tax: Amount;
  readonly shipping: {
    readonly amount_subtotal: Amount;
    readonly amount_tax: Amount;
    readonly amount_total: Amount;
    readonly taxes: readonly Tax[];
  };
}

const sum = (values: readonly number[]): number => values.reduce((all, value) => all + value, 0);

/** Per line: its own discounts, on it alone, then those of the invoice over what they left. */
export function discountBill({ lines, discounts }: Pick<Bill, 'lines' | 'discounts'>): DiscountAmount[][] {
  const own = lines.map((line) => discountLines([line], line.discounts ?? []));
  const left = lines.map((line, index) => ({ ...line, amount: line.amount - own[index]!.amount }));
  const shared = discountLines(left, discounts);
  return lines.map((_line, index) => [...own[index]!.perLine[0]!, ...shared.perLine[index]!]);
}

/** One row per discount, in the order in which the discounts first appear. */
function sumDiscounts(parts: readonly DiscountAmount[]): DiscountAmount[] {
  const sums = new Map<string, number>();
  for (const part of parts) sums.set(part.discount, (sums.get(part.discount) ?? 0) + part.amount);
  return [...sums].map(([discount, value]) => ({ amount: amount(value), discount }));
}

/** The taxes of a line whose price is `price`. */
const taxLine = (line: Pick<BilledLine, 'rates' | 'taxes'>, price: number, exempt: boolean): Taxed =>
  line.taxes !== undefined ? taxAsGiven(price, line.taxes) : exempt ? untaxed(price, line.rates) : taxOf(price, line.rates);

/** What an invoice comes to: each line is discounted, then taxed, and everything else is a sum of its lines and its shipping. */
export function totalInvoice(bill: Bill): InvoiceTotal {
  const perLine = discountBill(bill);
  const taxed = (line: BilledLine, price: number): Taxed => taxLine(line, price, bill.exempt);
  const results = bill.lines.map((line, index) => taxed(line, line.amount - sum(perLine[index]!.map((part) => part.amount))));
  const shipped = taxLine({ rates: bill.shipping?.rates ?? [] }, bill.shipping?.amount ?? 0, bill.exempt);
  const subtotal = amount(sum(bill.lines.map((line) => line.amount)));
  const discounted = sum(perLine.flat().map((part) => part.amount));
  const exclusive = sum(results.map((result) => result.exclusive)) + shipped.exclusive;
  return {
    lines: results.map((result, index) => ({ discount_amounts: perLine[index]!, taxes: result.taxes, excluding_tax: result.net })),
    discount_amounts: sumDiscounts(perLine.flat()),
    taxes: sumTaxes([...results.flatMap((result) => result.taxes), ...shipped.taxes]),
    subtotal,
    subtotal_excluding_tax: amount(sum(bill.lines.map((line) => taxed(line, line.amount).net))),
    total: amount(subtotal - discounted + exclusive + (bill.shipping?.amount ?? 0)),
    total_excluding_tax: amount(sum(results.map((result) => result.net)) + shipped.net),
    shipping: {
      amount_subtotal: amount(bill.shipping?.amount ?? 0),
      amount_tax: amount(sum(shipped.taxes.map((tax) => tax.amount))),
      amount_total: amount((bill.shipping?.amount ?? 0) + shipped.exclusive),
      taxes: shipped.taxes,
    },
  };
}

export interface Settlement {
  /** What the customer still has to pay. */
  readonly due: Amount;
  /** The customer's balance afterwards: below zero a credit, above zero a debt. */
  readonly ending: Amount;
  /** How the balance moved, in order: it was applied to the invoice, and a rest that is too small to charge was added to it. */
  readonly applied: Amount;
  readonly tooSmall: Amount;
}

/**
 * The customer's balance meets an invoice: a credit pays it, a debt is collected with it, an invoice below zero becomes a
 * credit, and an amount below the least that can be charged waits on the balance for the next invoice.
 */
export function settleInvoice(total: number, starting: number, currency: string): Settlement {
  const owed = Math.max(0, total + starting);
  const rest = total + starting - owed;
  const tooSmall = owed > 0 && owed < minimumCharge(currency);
  return {
    due: amount(tooSmall ? 0 : owed),
    ending: amount(tooSmall ? owed : rest),
    applied: amount(rest - starting),
    tooSmall: amount(tooSmall ? owed : 0),
  };
}
