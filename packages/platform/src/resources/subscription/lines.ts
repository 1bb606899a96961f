import { format, type Priced, periodAt, priceAmount, type Span, share } from '@annex/money';
import { type Draft, invalid, type Params, type StripeObject } from '../../engine/index.ts';
import { inForce, redeemDiscounts } from '../discount.ts';
import type { NewLine } from '../invoice/lines.ts';
import { usageOf } from '../meter/usage.ts';
import { priceFor, priceIn } from '../price.ts';
import { taxRates } from '../tax-rate.ts';
import { everyOf, isMetered, itemAmount, naturalPeriod } from './items.ts';

const MOST_BACKDATED = 250;

export const productName = (draft: Draft, price: StripeObject): string => draft.get('product', price.product)?.name ?? price.product;

/** `1 × Pro (at $20.00 / month)`. */
function describe(draft: Draft, price: StripeObject, of: { quantity: number; currency: string }): string {
  const { interval, interval_count: count } = price.recurring;
  const every = count === 1 ? interval : `${count} ${interval}s`;
  const amount = priceIn(price, of.currency)?.unit_amount ?? null;
  const at = amount === null ? '' : ` (at ${format(amount, of.currency)} / ${every})`;
  return `${of.quantity} × ${productName(draft, price)}${at}`;
}

function line(
  draft: Draft,
  subscription: StripeObject,
  item: StripeObject,
  own: Pick<NewLine, 'amount' | 'description' | 'period' | 'quantity'>,
): NewLine {
  return {
    ...own,
    currency: subscription.currency,
    price: priceIn(draft.get('price', item.price.id) ?? item.price, subscription.currency) ?? item.price,
    subscription: subscription.id,
    subscription_item: item.id,
    metadata: subscription.metadata,
    discounts: inForce(draft, item.discounts ?? []).map(({ id }) => id),
  };
}

/** What an item costs for a period, which may be a part of the whole one: seconds over seconds, rounded once. */
export function periodAmount(draft: Draft, subscription: StripeObject, item: StripeObject, period: Span): number {
  const whole = itemAmount(draft, item.price, { quantity: item.quantity ?? 0, currency: subscription.currency });
  const natural = naturalPeriod(subscription, item.price, period.start);
  const length = natural.end - natural.start;
  return period.end - period.start === length ? whole : share(whole, period.end - period.start, length);
}

const spanOf = (item: StripeObject): Span => ({ start: item.current_period_start, end: item.current_period_end });

/** The lines of items for the periods they are in. A flexible subscription has none for what is billed by use (documented). */
export function linesFor(draft: Draft, subscription: StripeObject, items: readonly StripeObject[]): NewLine[] {
  const flexible = subscription.billing_mode.type === 'flexible';
  return items
    .filter((item) => !flexible || !isMetered(item.price))
    .map((item) => {
      const quantity = item.quantity ?? 0;
      return line(draft, subscription, item, {
        amount: periodAmount(draft, subscription, item, spanOf(item)),
        description: describe(draft, item.price, { quantity, currency: subscription.currency }),
        period: spanOf(item),
        quantity,
      });
    });
}

/** The lines of a trial: nothing is due for it. */
export function trialLines(draft: Draft, subscription: StripeObject, items: readonly StripeObject[]): NewLine[] {
  const flexible = subscription.billing_mode.type === 'flexible';
  return items
    .filter((item) => !flexible || !isMetered(item.price))
    .map((item) => {
      const name = productName(draft, item.price);
      const quantity = item.quantity ?? 0;
      const description = flexible ? `Free trial for ${quantity} × ${name}` : `Trial period for ${name}`;
      return line(draft, subscription, item, { amount: 0, description, period: spanOf(item), quantity });
    });
}

/** The time between a backdated start and the current period: one line in all (classic), or one for each period (flexible). */
export function pastLines(draft: Draft, subscription: StripeObject, items: readonly StripeObject[]): NewLine[] {
  const start = subscription.start_date;
  return items
    .filter((item) => !isMetered(item.price) && start < item.current_period_start)
    .flatMap((item) =>
      periodsBetween(subscription, item, start).map((period) => {
        const quantity = item.quantity ?? 0;
        const amount =
          subscription.billing_mode.type === 'flexible'
            ? periodAmount(draft, subscription, item, period)
            : wholeSpan(draft, subscription, item, period);
        return line(draft, subscription, item, {
          amount,
          description: describe(draft, item.price, { quantity, currency: subscription.currency }),
          period,
          quantity,
        });
      }),
    );
}

function periodsBetween(subscription: StripeObject, item: StripeObject, start: number): Span[] {
  const until = item.current_period_start;
  if (subscription.billing_mode.type === 'classic') return [{ start, end: until }];
  const periods: Span[] = [];
  for (let at = start; at < until; ) {
    const { end } = naturalPeriod(subscription, item.price, at);
    periods.push({ start: at, end: Math.min(end, until) });
    at = end;
  }
  if (periods.length > MOST_BACKDATED)
    throw invalid(`A subscription can be backdated by at most ${MOST_BACKDATED} periods of its prices.`, 'backdate_start_date');
  return periods;
}

/** Several periods as one line: each part is shared and all are added up. */
function wholeSpan(draft: Draft, subscription: StripeObject, item: StripeObject, span: Span): number {
  let sum = 0;
  for (let at = span.start; at < span.end; ) {
    const { end } = periodAt(subscription.billing_cycle_anchor, everyOf(subscription, item.price), at);
    sum += periodAmount(draft, subscription, item, { start: at, end: Math.min(end, span.end) });
    at = end;
  }
  return sum;
}

/** What was used in a period of a metered item, billed when it is over. */
export function usageLines(draft: Draft, subscription: StripeObject, used: readonly { item: StripeObject; period: Span }[]): NewLine[] {
  return used
    .filter(({ item }) => isMetered(item.price))
    .map(({ item, period }) => {
      // A period that is cut short now includes this very second.
      const end = period.end < item.current_period_end ? period.end + 1 : period.end;
      const quantity = usageOf(draft, item, { customer: subscription.customer, start: period.start, end });
      const price = draft.get('price', item.price.id) ?? item.price;
      const sold = (priceIn(price, subscription.currency) ?? price) as Priced & StripeObject;
      return line(draft, subscription, item, {
        amount: priceAmount(sold, quantity),
        description: describe(draft, price, { quantity, currency: subscription.currency }),
        period,
        quantity,
      });
    });
}

const oneTimeOnly = (id: string, at: string) =>
  invalid(
    `The price specified is set to \`type=recurring\` but this field only accepts prices with \`type=one_time\` (${id}).`,
    `${at}[price]`,
  );

/** `add_invoice_items`: one-time prices on the invoice that a change brings about. */
export function extraLines(draft: Draft, subscription: StripeObject, given: unknown): NewLine[] {
  if (!Array.isArray(given)) return [];
  return given.map((extra: Params, index) => {
    const at = `add_invoice_items[${index}]`;
    const price = priceFor(draft, extra, at);
    if (price.type !== 'one_time') throw oneTimeOnly(price.id, at);
    const quantity = extra.quantity ?? 1;
    const owner = { customer: subscription.customer, subscription: subscription.id };
    return {
      amount: priceAmount((priceIn(price, subscription.currency) ?? price) as Priced & StripeObject, quantity),
      currency: subscription.currency,
      description: productName(draft, price),
      period: { start: draft.now, end: draft.now },
      price,
      quantity,
      subscription: subscription.id,
      metadata: extra.metadata ?? {},
      discountable: extra.discountable ?? true,
      discounts: redeemDiscounts(draft, extra.discounts, { owner, param: `${at}[discounts]` }),
      tax_rates: taxRates(draft, extra.tax_rates, `${at}[tax_rates]`),
    };
  });
}
