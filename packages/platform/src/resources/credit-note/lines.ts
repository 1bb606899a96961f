import { creditLine, format, priceAmount, share, type Tax, taxOf } from '@annex/money';
import { type Draft, type Fields, invalid, mergedMetadata, missingParam, type Params, type StripeObject } from '../../engine/index.ts';
import { asTaxes } from '../invoice/tax.ts';
import { taxRates } from '../tax-rate.ts';

const noSuchLine = (id: string, at: string) =>
  invalid(`No such invoice line item: '${id}'`, `${at}[invoice_line_item]`, 'resource_missing');
const tooMuch = (asked: number, left: number, currency: string, at: string) =>
  invalid(`The amount to credit (${format(asked, currency)}) is more than what is left of the line (${format(left, currency)}).`, at);
const only = (name: string, type: string, at: string) =>
  invalid(`You can only specify ${name} if the line's type is ${type}.`, `${at}[${name}]`);
const positive = (at: string) => invalid('A credit must be more than zero.', at, 'parameter_invalid_integer');
const exclusive = (at: string) => invalid('You may only specify one of these parameters: amount, quantity.', at, 'parameters_exclusive');

const CUSTOM_ONLY = ['description', 'unit_amount', 'unit_amount_decimal'] as const;
const LINE_ONLY = ['invoice_line_item', 'amount'] as const;

const TAXLESS = { tax_rates: [] as StripeObject[], taxes: [] as Fields[] };

/** What of a line earlier credit notes that still stand have credited. */
const creditedOf = (draft: Draft, line: string): number =>
  draft
    .find('credit_note_line_item', [['invoice_line_item', line]], (row) => draft.get('credit_note', row.credit_note)?.status === 'issued')
    .reduce((sum, row) => sum + row.amount, 0);

const discounts = (amounts: readonly { amount: number; discount: string }[]): Fields => ({
  discount_amount: amounts.reduce((sum, each) => sum + each.amount, 0),
  discount_amounts: amounts,
  pretax_credit_amounts: amounts.map((each) => ({ ...each, type: 'discount' })),
});

/** A part of a line of the invoice: its discounts and taxes go back with it. */
function partOfLine(draft: Draft, invoice: StripeObject, given: Params, at: string): Fields {
  const wrong = CUSTOM_ONLY.find((name) => given[name] !== undefined);
  if (wrong !== undefined) throw only(wrong, 'custom_line_item', at);
  if (given.invoice_line_item === undefined) throw missingParam(`${at}[invoice_line_item]`);
  const line = draft.get('line_item', given.invoice_line_item);
  if (line === undefined || line.invoice !== invoice.id) throw noSuchLine(given.invoice_line_item, at);
  if (given.amount !== undefined && given.quantity !== undefined) throw exclusive(at);
  const before = creditedOf(draft, line.id);
  const all = line.quantity ?? 1;
  const amount = given.amount ?? (given.quantity === undefined ? line.amount - before : share(line.amount, given.quantity, all));
  if (amount <= 0) throw positive(`${at}[amount]`);
  if (amount > line.amount - before) throw tooMuch(amount, line.amount - before, invoice.currency, `${at}[amount]`);
  const billed = line.discount_amounts as { amount: number; discount: string }[];
  const credited = creditLine(
    { amount: line.amount, discounts: billed.map((each) => each.amount), taxes: line.taxes ?? [] },
    before,
    amount,
  );
  const quantity = given.quantity ?? (given.amount === undefined ? line.quantity : null);
  return {
    amount,
    description: line.description,
    ...discounts(billed.map((each, index) => ({ amount: credited.discounts[index]!, discount: each.discount }))),
    invoice_line_item: line.id,
    metadata: mergedMetadata({}, given.metadata ?? {}),
    quantity,
    tax_rates: [],
    taxes: (line.taxes ?? []).map((tax: Fields, index: number) => ({ ...tax, ...credited.taxes[index] })),
    type: 'invoice_line_item',
    unit_amount: null,
    unit_amount_decimal: null,
  };
}

function taxesOf(draft: Draft, given: Params, amount: number, at: string): typeof TAXLESS {
  if (Array.isArray(given.tax_amounts)) {
    const taxes = given.tax_amounts.map((each: Params, index: number): Tax => {
      const rate = draft.need('tax_rate', each.tax_rate, `${at}[tax_amounts][${index}][tax_rate]`);
      return { rate: rate.id, inclusive: rate.inclusive, amount: each.amount, taxable_amount: each.taxable_amount };
    });
    return { tax_rates: [], taxes: asTaxes(taxes, 'not_available') };
  }
  const rates = taxRates(draft, given.tax_rates, `${at}[tax_rates]`) ?? [];
  const taxed = taxOf(
    amount,
    rates.map(({ id, percentage, inclusive }) => ({ id, percentage, inclusive })),
  );
  return { tax_rates: rates, taxes: asTaxes(taxed.taxes, 'not_available') };
}

/** A line of its own: so many of a unit amount. */
function custom(draft: Draft, given: Params, at: string): Fields {
  const wrong = LINE_ONLY.find((name) => given[name] !== undefined);
  if (wrong !== undefined) throw only(wrong, 'invoice_line_item', at);
  if (given.description === undefined) throw missingParam(`${at}[description]`);
  const unit = given.unit_amount_decimal ?? given.unit_amount;
  if (unit === undefined) throw missingParam(`${at}[unit_amount]`);
  const quantity = given.quantity ?? 1;
  const amount = priceAmount({ unit_amount_decimal: String(unit) }, quantity);
  if (amount <= 0) throw positive(`${at}[unit_amount]`);
  return {
    amount,
    description: given.description,
    ...discounts([]),
    metadata: mergedMetadata({}, given.metadata ?? {}),
    quantity,
    ...taxesOf(draft, given, amount, at),
    type: 'custom_line_item',
    unit_amount: given.unit_amount ?? null,
    unit_amount_decimal: String(unit),
  };
}

/** An amount without lines is credited as one line of its own, tax included. */
export const plainLine = (amount: number, invoice: StripeObject): Fields => ({
  amount,
  description: `Credit for invoice ${invoice.number}`,
  ...discounts([]),
  metadata: {},
  quantity: 1,
  ...TAXLESS,
  type: 'custom_line_item',
  unit_amount: amount,
  unit_amount_decimal: String(amount),
});

/** The lines of a credit note, before they have ids. */
export const linesFromParams = (draft: Draft, invoice: StripeObject, lines: readonly Params[]): Fields[] =>
  lines.map((given, index) =>
    given.type === 'invoice_line_item' ? partOfLine(draft, invoice, given, `lines[${index}]`) : custom(draft, given, `lines[${index}]`),
  );
