import type { Span } from '@annex/money';
import { type Draft, type Fields, invalid, mergedMetadata, type Params, type StripeObject } from '../../engine/index.ts';
import { redeemDiscounts } from '../discount.ts';
import { planOfPrice } from '../price.ts';
import { taxRates } from '../tax-rate.ts';
import { checkTogether, isMetered, itemAmount, itemFields, itemsOf, naturalPeriod, priceOf } from './items.ts';
import type { ItemChange } from './prorate.ts';
import { lastItem, outsidePeriod } from './refusals.ts';
import { trialEndOf } from './terms.ts';

/** What an update comes to, worked out before anything is changed: it may have to wait for a payment. */
export interface Plan {
  readonly changes: readonly ItemChange[];
  /** All items as they will be. */
  readonly items: readonly StripeObject[];
  readonly fields: Fields;
  /** The cycle begins anew now, with an invoice of its own: asked for, by a trial, or by itself in classic mode. */
  readonly resets: boolean;
  /** The new cycle begins with a trial. */
  readonly trial: boolean;
  readonly proration: 'create_prorations' | 'always_invoice' | 'none';
  /** Unix seconds from which the change is reckoned. */
  readonly at: number;
}

const noSuchItem = (id: string, at: string) => invalid(`No such subscription_item: '${id}'`, `${at}[id]`, 'resource_missing');
const needsPrice = (at: string) => invalid(`Missing required param: ${at}[price].`, `${at}[price]`, 'parameter_missing');

/** An item with an id is modified or removed, one without is added (api-and-events 3.12). Periods follow. */
function itemChange(
  draft: Draft,
  subscription: StripeObject,
  given: Params,
  where: { at: string; current: readonly StripeObject[]; from: number },
): ItemChange {
  const { at, current, from } = where;
  if (given.id === undefined) {
    const price = priceOf(draft, given, at);
    if (price === undefined) throw needsPrice(at);
    const period = periodOf(subscription, price, from);
    return { after: newItem(draft, subscription, { price, given, period, at }) };
  }
  const before = current.find((item) => item.id === given.id);
  if (before === undefined) throw noSuchItem(given.id, at);
  return given.deleted === true ? { before } : { before, after: modified(draft, subscription, before, { given, at, from }) };
}

function newItem(
  draft: Draft,
  subscription: StripeObject,
  item: { price: StripeObject; given: Params; period: Span; at: string },
): StripeObject {
  const fields = itemFields(draft, { subscription, ...item }, draft.id('subscription_item'));
  return { object: 'subscription_item', created: draft.now, ...fields } as unknown as StripeObject;
}

function modified(
  draft: Draft,
  subscription: StripeObject,
  before: StripeObject,
  where: { given: Params; at: string; from: number },
): StripeObject {
  const { given, at, from } = where;
  const price = priceOf(draft, given, at) ?? before.price;
  // A new price without a quantity begins at one (documented).
  const quantity = given.quantity ?? (price.id === before.price.id ? before.quantity : 1);
  const owner = { customer: subscription.customer, subscription: subscription.id, subscription_item: before.id };
  const sameInterval =
    price.recurring.interval === before.price.recurring.interval &&
    price.recurring.interval_count === before.price.recurring.interval_count;
  const isOver = before.current_period_end <= from;
  const period = sameInterval || isOver ? undefined : periodOf(subscription, price, from);
  const { quantity: _quantity, ...rest } = before;
  return {
    ...(rest as StripeObject),
    price,
    plan: planOfPrice(price),
    ...(!isMetered(price) && { quantity: quantity ?? 1 }),
    ...(period !== undefined && { current_period_start: period.start, current_period_end: period.end }),
    ...(given.metadata !== undefined && { metadata: mergedMetadata(before.metadata, given.metadata) }),
    ...(given.discounts !== undefined && { discounts: redeemDiscounts(draft, given.discounts, { owner, param: `${at}[discounts]` }) }),
    ...(given.tax_rates !== undefined && { tax_rates: taxRates(draft, given.tax_rates, `${at}[tax_rates]`) ?? [] }),
  };
}

/** The period of an item that is new, or that recurs otherwise than before: the trial's, or the whole one around now. */
function periodOf(subscription: StripeObject, price: StripeObject, at: number): Span {
  const [sibling] = subscription.items.data as StripeObject[];
  if (subscription.status === 'trialing' && sibling !== undefined)
    return { start: sibling.current_period_start, end: subscription.trial_end };
  // At the very end of a period the renewal that follows begins the item's first one.
  if (sibling !== undefined && sibling.current_period_end <= at) return { start: at, end: at };
  return naturalPeriod(subscription, price, at);
}

function itemChanges(
  draft: Draft,
  subscription: StripeObject,
  given: unknown,
  from: number,
): { changes: ItemChange[]; items: StripeObject[] } {
  const current = itemsOf(draft, subscription.id);
  if (!Array.isArray(given)) return { changes: [], items: current };
  const changes = given.map((item: Params, index) => itemChange(draft, subscription, item, { at: `items[${index}]`, current, from }));
  const changed = (item: StripeObject): ItemChange | undefined => changes.find(({ before }) => before?.id === item.id);
  const kept = current.flatMap((item) => {
    const change = changed(item);
    return change === undefined ? [item] : change.after === undefined ? [] : [change.after];
  });
  const items = [...kept, ...changes.flatMap(({ before, after }) => (before === undefined && after !== undefined ? [after] : []))];
  if (items.length === 0) throw lastItem();
  checkTogether(
    items.map((item) => item.price),
    { currency: subscription.currency, mode: subscription.billing_mode.type },
  );
  return { changes, items };
}

/** A change that is priced: another price or quantity, an item more or less. */
export const isPriced = ({ before, after }: ItemChange): boolean =>
  before?.price.id !== after?.price.id || (before?.quantity ?? 0) !== (after?.quantity ?? 0);

function total(draft: Draft, subscription: StripeObject, items: readonly StripeObject[]): number {
  return items.reduce(
    (sum, item) => sum + itemAmount(draft, item.price, { quantity: item.quantity ?? 0, currency: subscription.currency }),
    0,
  );
}

/** Classic subscriptions begin a new cycle by themselves where the interval changes, and where free becomes paid (documented). */
function resetsByItself(draft: Draft, subscription: StripeObject, items: readonly StripeObject[]): boolean {
  if (subscription.billing_mode.type !== 'classic' || subscription.status === 'trialing') return false;
  const before: StripeObject[] = subscription.items.data;
  const every = (item: StripeObject | undefined): string => `${item?.price.recurring.interval_count} ${item?.price.recurring.interval}`;
  return every(before[0]) !== every(items[0]) || (total(draft, subscription, before) === 0 && total(draft, subscription, items) > 0);
}

/** What a trial that is asked for means: it begins, is moved, or ends now. */
function trialFields(
  draft: Draft,
  subscription: StripeObject,
  params: Params,
  items: readonly StripeObject[],
): { fields: Fields; begins: boolean; ends: boolean } {
  const end = trialEndOf(
    draft,
    { trial_end: params.trial_end, trial_from_plan: params.trial_from_plan },
    items.map((item) => item.price),
  );
  const isTrialing = subscription.status === 'trialing';
  if (end === undefined || (end === null && !isTrialing)) return { fields: {}, begins: false, ends: false };
  if (end === null) return { fields: { status: 'active', trial_end: draft.now }, begins: false, ends: true };
  // Classic keeps the first trial's beginning, flexible tells the latest (documented).
  const first = subscription.billing_mode.type === 'classic' || isTrialing ? subscription.trial_start : null;
  const fields = { billing_cycle_anchor: end, status: 'trialing', trial_end: end, trial_start: first ?? draft.now };
  return { fields, begins: !isTrialing, ends: false };
}

function checkDate(subscription: StripeObject, changes: readonly ItemChange[], date: unknown): void {
  if (typeof date !== 'number') return;
  const spans = changes.flatMap(({ before, after }) => [before ?? after!]);
  const all = spans.length > 0 ? spans : (subscription.items.data as StripeObject[]);
  if (all.some((item) => date < item.current_period_start || date > item.current_period_end)) throw outsidePeriod(date);
}

/** Items in the periods that a new cycle, a trial, or nothing of the kind gives them. */
function placed(
  subscription: Fields,
  items: readonly StripeObject[],
  how: { now: number; resets: boolean; trialEnd: number | null },
): StripeObject[] {
  if (!how.resets && how.trialEnd === null) return [...items];
  return items.map((item) => {
    const start = how.resets ? how.now : item.current_period_start;
    const end = how.trialEnd ?? naturalPeriod(subscription, item.price, how.now).end;
    return { ...item, current_period_start: start, current_period_end: end };
  });
}

/** Works out what an update means for items, trial and cycle. Redeems coupons; changes nothing else. */
export function planChange(draft: Draft, subscription: StripeObject, params: Params): Plan {
  const proration = params.proration_behavior ?? 'create_prorations';
  const at = params.proration_date ?? draft.now;
  const { changes, items } = itemChanges(draft, subscription, params.items, at);
  checkDate(subscription, changes, params.proration_date);
  const trial = trialFields(draft, subscription, params, items);
  const asked = params.billing_cycle_anchor?.type === 'now';
  const resets = asked || trial.begins || trial.ends || resetsByItself(draft, subscription, items);
  const anew = resets && !trial.begins ? { billing_cycle_anchor: draft.now, billing_cycle_anchor_config: null } : {};
  const fields = { ...anew, ...trial.fields };
  const trialEnd = trial.fields.status === 'trialing' ? (trial.fields.trial_end as number) : null;
  const moved = placed({ ...subscription, ...fields }, items, { now: draft.now, resets, trialEnd });
  return {
    changes: placedChanges(itemsOf(draft, subscription.id), changes, moved),
    items: moved,
    fields,
    resets,
    trial: trial.begins,
    proration,
    at,
  };
}

/** Every item that is added, removed or changed, with its final period. */
function placedChanges(current: readonly StripeObject[], asked: readonly ItemChange[], moved: readonly StripeObject[]): ItemChange[] {
  const removed = asked.filter(({ after }) => after === undefined);
  const rest = moved.map((after): ItemChange => {
    const before = current.find((item) => item.id === after.id);
    return before === undefined ? { after } : { before, after };
  });
  return [...rest, ...removed];
}
