import { type BilledLine, type Priced, priceAmount, totalInvoice } from '@annex/money';
import type { Draft, Fields, StripeObject } from '../../engine/index.ts';
import { asDiscounts } from '../invoice/total.ts';
import { priceIn } from '../price.ts';

export const itemsOf = (draft: Draft, quote: string): StripeObject[] => draft.find('item', [['quote', quote]]).reverse();

export const isRecurring = (item: StripeObject): boolean => item.price.type === 'recurring';
const isMetered = (item: StripeObject): boolean => item.price.recurring?.usage_type === 'metered';

function lineOf(draft: Draft, quote: StripeObject, item: StripeObject): BilledLine {
  const rates = (item.rates.length > 0 ? item.rates : quote.default_tax_rates).map((id: string) => draft.get('tax_rate', id));
  const price = priceIn(item.price, item.currency) ?? item.price;
  return {
    amount: isMetered(item) ? 0 : priceAmount(price as Priced & StripeObject, item.quantity ?? 1),
    discountable: true,
    product: item.price.product,
    rates: rates.filter(Boolean).map((rate: StripeObject) => ({ id: rate.id, percentage: rate.percentage, inclusive: rate.inclusive })),
  };
}

const sum = (parts: readonly { readonly amount: number }[]): number => parts.reduce((all, part) => all + part.amount, 0);

/** What some of a quote's items come to together: its amounts, and each item's own. */
function totalOf(draft: Draft, quote: StripeObject, items: readonly StripeObject[]) {
  const lines = items.map((item) => lineOf(draft, quote, item));
  const discounts = asDiscounts(
    draft,
    quote.discounts.map((id: string) => draft.get('discount', id)).filter(Boolean),
    items[0]?.currency ?? '',
  );
  const exempt = (draft.get('customer', quote.customer)?.tax_exempt ?? 'none') !== 'none';
  const total = totalInvoice({ lines, discounts, exempt });
  const details = { amount_discount: sum(total.discount_amounts), amount_shipping: 0, amount_tax: sum(total.taxes) };
  return { amounts: { amount_subtotal: total.subtotal, amount_total: total.total, total_details: details }, lines, total };
}

/** Writes the amounts of the line items. */
function writeItems(draft: Draft, quote: StripeObject, items: readonly StripeObject[]): void {
  const { lines, total } = totalOf(draft, quote, items);
  items.forEach((item, index) => {
    const own = total.lines[index]!;
    const subtotal = lines[index]!.amount;
    const discount = sum(own.discount_amounts);
    const exclusive = sum(own.taxes.filter((tax) => !tax.inclusive));
    const amounts = {
      amount_discount: discount,
      amount_subtotal: subtotal,
      amount_tax: sum(own.taxes),
      amount_total: subtotal - discount + exclusive,
    };
    draft.set(draft.get('item', item.id)!, amounts, { event: null });
  });
}

/** Items that are due when the quote is accepted: all of them, or in a trial those that are paid once. */
export const upfrontItems = (quote: StripeObject, items: readonly StripeObject[]): StripeObject[] =>
  items.filter((item) => !isRecurring(item) || !(quote.subscription_data.trial_period_days > 0));

/** What a quote comes to: now, and in each period. Told by its line items, so it is reckoned whenever they change. */
export function computed(draft: Draft, quote: StripeObject): Fields {
  const items = itemsOf(draft, quote.id);
  writeItems(draft, quote, items);
  const upfront = totalOf(draft, quote, upfrontItems(quote, items)).amounts;
  const recurring = items.filter(isRecurring);
  const every = recurring[0]?.price.recurring;
  return {
    ...upfront,
    currency: items[0]?.currency ?? null,
    computed: {
      recurring:
        every === undefined
          ? null
          : { ...totalOf(draft, quote, recurring).amounts, interval: every.interval, interval_count: every.interval_count },
      upfront,
    },
  };
}
