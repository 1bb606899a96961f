import type { Tax, TaxRate } from '@annex/money';
import { type Draft, type Fields, invalid, notSimulated, type Params, refuse, type StripeObject } from '../../engine/index.ts';

/** What a line was told about its own taxes, where it does not follow its item or its invoice. Its id is the line's. */
const TERMS = 'annex.line_terms';

export interface LineTerms {
  /** Whole tax rates, in place of those of the item and the invoice. */
  readonly tax_rates?: readonly StripeObject[] | undefined;
  /** Taxes that were reckoned elsewhere (`tax_amounts`). */
  readonly taxes?: readonly Tax[] | undefined;
}

export function setTerms(draft: Draft, line: string, terms: LineTerms): void {
  const known = draft.get(TERMS, line);
  if (known === undefined) draft.insert({ id: line, object: TERMS, ...terms }, { event: null });
  else draft.set(known, { ...terms }, { event: null });
}

export const termsOf = (draft: Draft, line: string): LineTerms | undefined => draft.get(TERMS, line) as unknown as LineTerms | undefined;

const some = (rates: readonly StripeObject[] | null | undefined): readonly StripeObject[] | undefined =>
  Array.isArray(rates) && rates.length > 0 ? rates : undefined;

/** The rates that tax a line: its own, else those of the item that it bills, else those of the invoice. */
export function ratesOf(draft: Draft, line: StripeObject | Fields, ofInvoice: readonly StripeObject[]): TaxRate[] {
  const { parent, id } = line as StripeObject;
  const own = termsOf(draft, id)?.tax_rates;
  const item = draft.get('invoiceitem', parent?.invoice_item_details?.invoice_item);
  const plan = item === undefined ? draft.get('subscription_item', parent?.subscription_item_details?.subscription_item) : undefined;
  const rates = own ?? some(item?.tax_rates) ?? some(plan?.tax_rates) ?? ofInvoice;
  return rates.map(({ id: rate, percentage, inclusive }) => ({ id: rate, percentage, inclusive }));
}

/** Rates that are set by hand know no reason; who owes nothing is told why. */
export const reasonFor = (exempt: unknown): string =>
  exempt === 'exempt' ? 'customer_exempt' : exempt === 'reverse' ? 'reverse_charge' : 'not_available';

/** Taxes in the shape in which lines and invoices carry them. */
export const asTaxes = (taxes: readonly Tax[], reason: string): Fields[] =>
  taxes.map((tax) => ({
    amount: tax.amount,
    tax_behavior: tax.inclusive ? 'inclusive' : 'exclusive',
    tax_rate_details: { tax_rate: tax.rate },
    taxability_reason: reason,
    taxable_amount: tax.taxable_amount,
    type: 'tax_rate_details',
  }));

/** `tax_amounts` of a line: each becomes a tax of a rate that is made for it, or found again by its description. */
export function givenTaxes(draft: Draft, amounts: readonly Params[]): Tax[] {
  return amounts.map(({ amount, taxable_amount, tax_rate_data: data }) => {
    const { percentage, inclusive, display_name: name, jurisdiction = null } = data;
    const isSame = (rate: StripeObject): boolean =>
      rate.percentage === percentage && rate.inclusive === inclusive && rate.jurisdiction === jurisdiction;
    const known = draft.find('tax_rate', [['display_name', name]], isSame)[0];
    const rate = known ?? draft.make('tax_rate', { active: false, rate_type: 'percentage', ...data }, { event: null });
    return { rate: rate.id, inclusive, amount, taxable_amount };
  });
}

const withRates = () =>
  invalid(
    'You cannot use tax rates together with automatic tax. Leave out the tax rates, or set automatic_tax[enabled] to false.',
    'automatic_tax[enabled]',
  );
const noLocation = () =>
  refuse({
    status: 400,
    code: 'customer_tax_location_invalid',
    message: "The customer's location isn't recognized. Set a valid customer address in order to automatically calculate tax.",
    param: 'automatic_tax[enabled]',
  });

const OFF = { disabled_reason: null, enabled: false, liability: null, provider: null, status: null };

/**
 * Stripe Tax collects only where an account is registered. Without a registration it is simulated exactly: nothing is
 * collected, and a customer without an address asks for one. With a registration its rules would be needed, which Annex has
 * not, so it refuses (decision 0021).
 */
export function automaticTax(draft: Draft, enabled: boolean, invoice: { customer: StripeObject; rates: readonly unknown[] }): Fields {
  if (!enabled) return OFF;
  if (invoice.rates.length > 0) throw withRates();
  if (draft.find('tax.registration', undefined, (row) => row.status !== 'expired').length > 0)
    throw notSimulated("Stripe Tax's rules for a place where the account is registered; use tax rates instead");
  const status = invoice.customer.address?.country ? 'complete' : 'requires_location_inputs';
  return { disabled_reason: null, enabled: true, liability: { type: 'self' }, provider: 'stripe', status };
}

/** An invoice that waits for a location cannot be finalised. */
export function assertLocated(invoice: StripeObject): void {
  if (invoice.automatic_tax?.status === 'requires_location_inputs') throw noLocation();
}
