export { allocate } from './allocate.ts';
export {
  type Amount,
  amount,
  decimalsOf,
  format,
  minimumCharge,
  type Ratio,
  ratio,
  rounded,
  share,
  THREE_DECIMAL,
  times,
  whole,
  ZERO_DECIMAL,
} from './amount.ts';
export { assertBalanced, Books, type Entry, type Posting, UnbalancedEntry } from './books.ts';
export { type CreditableLine, type Credited, creditLine } from './credit.ts';
export { type Discount, type DiscountAmount, type DiscountableLine, type Discounted, discountLines } from './discount.ts';
export { applicationFee, availableOn, debitFee, feeRefunded, processingFee } from './fee.ts';
export {
  type Bill,
  type BilledLine,
  discountBill,
  type InvoiceTotal,
  type LineTotal,
  type Settlement,
  settleInvoice,
  totalInvoice,
} from './invoice-total.ts';
export { type CountedDiscounts, type Duration, itemMrr, type MrrDiscount, type MrrItem, monthFactor } from './mrr.ts';
export {
  type AnchorConfig,
  anchorFrom,
  areMultiples,
  civilFromDays,
  daysFromCivil,
  dayText,
  type Interval,
  periodAt,
  step,
} from './period.ts';
export { type Priced, priceAmount, type Tier } from './price-amount.ts';
export { classicCredit, type Debit, flexibleCredits, prorate, remaining, type Span } from './proration.ts';
export { type NetShare, netOf, netShare, sumTaxes, type Tax, type Taxed, type TaxRate, taxAsGiven, taxOf, untaxed } from './tax.ts';
