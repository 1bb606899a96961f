import { dayText, discountBill, type Span, share } from '@annex/money';
import type { Draft, StripeObject } from '../../engine/index.ts';
import { inForce } from '../discount.ts';
import { asDiscounts } from '../invoice/total.ts';
import { insertItem, type NewItem } from '../invoiceitem.ts';
import { discountsOf } from './bill.ts';
import { isMetered, itemAmount, itemsOf, naturalPeriod } from './items.ts';
import { productName } from './lines.ts';

/** One item as it was and as it will be; without `before` it is added, without `after` removed. Neither need be stored. */
export interface ItemChange {
  readonly before?: StripeObject;
  readonly after?: StripeObject;
}

/** That a billed line, or a waiting debit, has been credited: it never is a second time. Its id is the debit's. */
const CREDITED = 'annex.credited';

interface Part {
  readonly item: StripeObject;
  readonly price: StripeObject;
  readonly quantity: number;
  readonly amount: number;
  readonly period: Span;
  /** The line or item that a credit takes back. */
  readonly credits?: StripeObject;
}

function waiting(draft: Draft, subscription: StripeObject, part: Part, at: number): NewItem {
  const times = part.quantity > 1 ? `${part.quantity} × ` : '';
  return {
    customer: subscription.customer,
    amount: part.amount,
    currency: subscription.currency,
    description: `${part.amount < 0 || part.credits !== undefined ? 'Unused' : 'Remaining'} time on ${times}${productName(draft, part.price)} after ${dayText(at)}`,
    period: part.period,
    price: part.price,
    quantity: part.quantity,
    proration: true,
    subscription,
    subscription_item: part.item.id,
    ...(part.credits !== undefined && { credits: part.credits }),
  };
}

type Discounts = readonly StripeObject[];

const fullAmount = (draft: Draft, subscription: StripeObject, item: StripeObject): number =>
  itemAmount(draft, item.price, { quantity: item.quantity ?? 0, currency: subscription.currency });

/** What discounts, its own and these, take off one of several items billed together for a whole period. */
function discountOn(
  draft: Draft,
  subscription: StripeObject,
  items: readonly StripeObject[],
  of: { item: StripeObject; discounts: Discounts },
): number {
  const { currency } = subscription;
  const lines = items.map((item) => ({
    ...{ amount: fullAmount(draft, subscription, item), discountable: true, product: item.price.product, rates: [] },
    discounts: asDiscounts(draft, inForce(draft, item.discounts ?? []), currency),
  }));
  const at = items.findIndex((item) => item.id === of.item.id);
  const perLine = discountBill({ lines, discounts: asDiscounts(draft, of.discounts, currency) });
  return perLine[at]!.reduce((sum, each) => sum + each.amount, 0);
}

/** A share of what a whole period comes to: the seconds that are left of it over all its seconds, rounded once. */
function left(subscription: StripeObject, item: StripeObject, net: number, at: number): number {
  const natural = naturalPeriod(subscription, item.price, Math.min(at, item.current_period_end - 1));
  return share(net, Math.max(0, item.current_period_end - at), natural.end - natural.start);
}

const lineItems = (draft: Draft, item: StripeObject, at: number): StripeObject[] =>
  draft.find('line_item', [['parent.subscription_item_details.subscription_item', item.id]], (line) => line.period.end > at);

/** Classic: the unused part of what the item costs now, less the discounts of its last invoice, whatever was really billed. */
function classicCredits(draft: Draft, subscription: StripeObject, item: StripeObject, at: number): Part[] {
  const last = lineItems(draft, item, item.current_period_start)[0];
  const discounts = (last?.discount_amounts ?? [])
    .map((each: { discount: string }) => draft.get('discount', each.discount))
    .filter(Boolean);
  const net = fullAmount(draft, subscription, item) - discountOn(draft, subscription, [{ ...item, discounts: [] }], { item, discounts });
  const amount = -left(subscription, item, net, at);
  const credits = last === undefined ? {} : { credits: last };
  const period = { start: at, end: item.current_period_end };
  return [{ item, price: item.price, quantity: item.quantity ?? 0, amount: amount === 0 ? 0 : amount, period, ...credits }];
}

const isLive = (draft: Draft, invoice: string | null): boolean => {
  const found = draft.get('invoice', invoice);
  return invoice === null || (found !== undefined && found.status !== 'void');
};

/** Flexible: one credit for each debit that was really made and not yet credited, for the unused part of what it came to. */
function flexibleCredits(draft: Draft, item: StripeObject, at: number): Part[] {
  const isOpen = (debit: StripeObject): boolean =>
    debit.amount > 0 && debit.period.end > at && draft.get(CREDITED, debit.id) === undefined && isLive(draft, debit.invoice);
  const ofItem = draft.find(
    'invoiceitem',
    [['parent.subscription_details.subscription_item', item.id]],
    (row) => row.proration && isOpen(row),
  );
  const debits = [...lineItems(draft, item, at).filter(isOpen), ...ofItem];
  return debits.map((debit) => {
    const net = (debit.discount_amounts ?? []).reduce((sum: number, each: { amount: number }) => sum - each.amount, debit.amount);
    const { start, end } = debit.period;
    const amount = -share(net, end - Math.max(at, start), end - start);
    const price = draft.get('price', debit.pricing?.price_details?.price) ?? item.price;
    return {
      item,
      price,
      quantity: debit.quantity ?? 0,
      amount: amount === 0 ? 0 : amount,
      period: { start: Math.max(at, start), end },
      credits: debit,
    };
  });
}

export const creditsFor = (draft: Draft, subscription: StripeObject, item: StripeObject, at: number): Part[] =>
  isMetered(item.price) || item.current_period_end <= at
    ? []
    : subscription.billing_mode.type === 'flexible'
      ? flexibleCredits(draft, item, at)
      : classicCredits(draft, subscription, item, at);

/** The remaining part of what an item will cost, less the discounts that apply now. */
function debitFor(
  draft: Draft,
  subscription: StripeObject,
  item: StripeObject,
  of: { at: number; items: readonly StripeObject[] },
): Part[] {
  const { at } = of;
  if (isMetered(item.price) || item.current_period_end <= at) return [];
  const together = subscription.billing_mode.type === 'flexible' ? of.items : [item];
  const discounts = discountsOf(draft, subscription);
  const net = fullAmount(draft, subscription, item) - discountOn(draft, subscription, together, { item, discounts });
  const period = { start: at, end: item.current_period_end };
  return [{ item, price: item.price, quantity: item.quantity ?? 0, amount: left(subscription, item, net, at), period }];
}

export interface Proration {
  readonly changes: readonly ItemChange[];
  /** All items as they will be: an amount off is split over them. */
  readonly items: readonly StripeObject[];
  readonly at: number;
  /** A cycle that begins anew bills whole periods: only what is left of the old ones is credited. */
  readonly creditsOnly: boolean;
}

/** A credit for the unused time of the old and a debit for the remaining time of the new, each rounded on its own. */
export function prorations(draft: Draft, subscription: StripeObject, given: Proration): NewItem[] {
  const { changes, items, at } = given;
  return changes.flatMap(({ before, after }) => {
    const credits = before === undefined ? [] : creditsFor(draft, subscription, before, at);
    const debits = after === undefined || given.creditsOnly ? [] : debitFor(draft, subscription, after, { at, items });
    return [...credits, ...debits].map((part) => waiting(draft, subscription, part, at));
  });
}

/** Stores prorations as items that wait for an invoice. */
export const insertProrations = (draft: Draft, parts: readonly NewItem[]): StripeObject[] =>
  parts.map((part) => {
    const item = insertItem(draft, part);
    if (part.credits !== undefined && draft.get(CREDITED, part.credits.id) === undefined)
      draft.insert({ id: part.credits.id, object: CREDITED, by: item.id, created: draft.now }, { event: null });
    return item;
  });

/** What was credited by these items is so no longer: their invoice came to nothing. */
export function uncredit(draft: Draft, items: readonly StripeObject[]): void {
  const ids = new Set(items.map((item) => item.id));
  for (const mark of draft.find(CREDITED, undefined, (row) => ids.has(row.by))) draft.remove(mark, 'gone', { event: null });
}

/** Credits what is left of the periods of all items. */
export const creditUnused = (draft: Draft, subscription: StripeObject, at: number): StripeObject[] => {
  const changes = itemsOf(draft, subscription.id).map((before) => ({ before }));
  return insertProrations(draft, prorations(draft, subscription, { changes, items: [], at, creditsOnly: true }));
};
