import { type Draft, type Fields, invalid, missingParam, type Params, type StripeObject } from '../../engine/index.ts';

/** What a session collects beside the payment: fields of the merchant's own, and ways to ship. */

const noOptions = (at: string) => invalid('A dropdown needs at least one option.', `${at}[dropdown][options]`);
const otherCurrency = (at: string, currency: string) =>
  invalid(`The shipping rate must be in the currency of the line items (${currency}).`, at);

/** `custom_fields` as a session shows them: with a value that nobody has filled in yet. */
export function customFields(given: readonly Params[] | undefined): Fields[] {
  return (given ?? []).map((field, index) => {
    const at = `custom_fields[${index}]`;
    const { key, label, optional = false, type } = field;
    const own = field[type] ?? {};
    if (type === 'dropdown' && (own.options ?? []).length === 0) throw noOptions(at);
    const detail =
      type === 'dropdown'
        ? { default_value: own.default_value ?? null, options: own.options, value: null }
        : {
            default_value: own.default_value ?? null,
            maximum_length: own.maximum_length ?? null,
            minimum_length: own.minimum_length ?? null,
            value: null,
          };
    return { key, label: { custom: label.custom, type: 'custom' }, optional, type, [type]: detail };
  });
}

function rateOf(draft: Draft, option: Params, at: string): StripeObject {
  if (option.shipping_rate !== undefined) return draft.need('shipping_rate', option.shipping_rate, `${at}[shipping_rate]`);
  if (option.shipping_rate_data === undefined) throw missingParam(`${at}[shipping_rate]`);
  const { display_name, fixed_amount, delivery_estimate = null, metadata = {}, tax_behavior = 'unspecified' } = option.shipping_rate_data;
  const fields = {
    active: true,
    delivery_estimate,
    display_name,
    fixed_amount,
    metadata,
    tax_behavior,
    tax_code: null,
    type: 'fixed_amount',
  };
  return draft.make('shipping_rate', fields);
}

/** `shipping_options` as a session shows them. */
export function shippingOptions(draft: Draft, given: readonly Params[] | undefined, currency: string): Fields[] {
  return (given ?? []).map((option, index) => {
    const at = `shipping_options[${index}]`;
    const rate = rateOf(draft, option, at);
    if (rate.fixed_amount?.currency !== currency) throw otherCurrency(at, currency);
    return { shipping_amount: rate.fixed_amount.amount, shipping_rate: rate.id };
  });
}

/** How it is shipped: one of the options; its taxes and total are reckoned with the rest. */
export const shippingCost = (option: Params): Fields => ({
  amount_subtotal: option.shipping_amount,
  amount_tax: 0,
  amount_total: option.shipping_amount,
  shipping_rate: option.shipping_rate,
});
