import {
  type Action,
  type Behaviour,
  type Draft,
  invalid,
  noSuch,
  type Params,
  type Special,
  type StripeObject,
} from '../../engine/index.ts';
import { tellOver } from '../discount.ts';
import { roomForOneMore } from '../test-clock/limits.ts';
import { cancelNow, ENDED } from './cancel.ts';
import { insertSubscription } from './create.ts';
import { itemsOf } from './items.ts';
import { machine } from './machine.ts';
import { pause, resume } from './pause.ts';
import { refuseUnsimulated } from './refusals.ts';
import { updateSubscription } from './update.ts';

const alreadyFlexible = () =>
  invalid('The subscription is already in flexible billing mode; there is no way back to classic.', 'billing_mode');
const noDiscount = (id: string) => noSuch('discount', id, { param: 'discount', inPath: true });

/** Classic becomes flexible, once and for all. */
const migrate: Action = (draft, subscription, params) => {
  refuseUnsimulated(params);
  if (subscription.billing_mode.type === 'flexible') throw alreadyFlexible();
  const billing_mode = { flexible: { proration_discounts: 'included' }, type: 'flexible', updated_at: draft.now };
  return draft.set(subscription, { billing_mode }, { event: 'customer.subscription.updated' });
};

/** `DELETE …/discount` takes off the discount that was applied last. */
const deleteDiscount: Special = (draft, _params, ids) => {
  const owner = draft.get('subscription', ids[0]);
  if (owner === undefined) throw noSuch('subscription', ids[0]!, { param: 'id', inPath: true });
  const discount = draft.get('discount', owner.discounts.at(-1));
  if (discount === undefined) throw noDiscount(owner.id);
  tellOver(draft, [discount.id]);
  draft.set(owner, { discounts: owner.discounts.filter((id: string) => id !== discount.id) }, { event: 'customer.subscription.updated' });
  return { ...discount, deleted: true };
};

const STATUSES: Readonly<Record<string, (status: string) => boolean>> = {
  all: () => true,
  ended: (status) => ENDED.has(status),
};

type Range = { gt?: number; gte?: number; lt?: number; lte?: number };
const within = (at: number, range: unknown): boolean => {
  if (typeof range === 'number') return at === range;
  const { gt = -Infinity, gte = -Infinity, lt = Infinity, lte = Infinity } = range as Range;
  return at > gt && at >= gte && at < lt && at <= lte;
};
const periods = (row: StripeObject, field: string): number[] => row.items.data.map((item: StripeObject) => item[field]);

export const subscription: Behaviour = {
  object: 'subscription',
  grade: 'lived',
  // One event an update, told when items and fields are both as they should be; the other two verbs tell theirs themselves.
  events: { created: null, updated: null, deleted: null },
  machine,
  filters: {
    status: (row, value) => STATUSES[String(value)]?.(row.status) ?? row.status === value,
    price: (row, value) => row.items.data.some((item: StripeObject) => item.price.id === value),
    plan: (row, value) => row.items.data.some((item: StripeObject) => item.plan.id === value),
    current_period_start: (row, value) => within(Math.max(...periods(row, 'current_period_start')), value),
    current_period_end: (row, value) => within(Math.min(...periods(row, 'current_period_end')), value),
    automatic_tax: (row, value) => row.automatic_tax.enabled === (value as { enabled: boolean }).enabled,
  },
  listed: (params) => {
    const hidesClocked = params.test_clock === undefined && params.customer === undefined;
    return {
      ...(params.status === undefined && { filter: (row: StripeObject) => row.status !== 'canceled' }),
      ...(hidesClocked && { where: [['test_clock', null]] as const }),
    };
  },
  remove: cancelNow,
  actions: { migrate, pause, resume },
  specials: {
    'POST /v1/subscriptions': (draft, params) => {
      roomForOneMore(draft, params.customer);
      return insertSubscription(draft, params);
    },
    'POST /v1/subscriptions/{id}': (draft, params, ids) => updateSubscription(draft, ids[0]!, params),
    'DELETE /v1/subscriptions/{id}/discount': deleteDiscount,
  },
};

const HOW = new Set(['add_invoice_items', 'payment_behavior', 'proration_behavior', 'proration_date', 'off_session']);

/** A change of one item is an update of its subscription. */
function changeItem(draft: Draft, subscription: string, params: Params): void {
  const entries = Object.entries(params);
  const how = Object.fromEntries(entries.filter(([name]) => HOW.has(name)));
  const item = Object.fromEntries(entries.filter(([name]) => !HOW.has(name) && name !== 'clear_usage'));
  updateSubscription(draft, subscription, { ...how, items: [item] });
}

function ownerOf(draft: Draft, id: string): string {
  const item = draft.get('subscription_item', id);
  if (item === undefined) throw noSuch('subscription_item', id, { param: 'id', inPath: true });
  return item.subscription;
}

export const subscriptionItem: Behaviour = {
  object: 'subscription_item',
  grade: 'lived',
  filters: { subscription: 'subscription' },
  specials: {
    'POST /v1/subscription_items': (draft, { subscription: id, ...params }) => {
      const owner = draft.need('subscription', id, 'subscription');
      changeItem(draft, owner.id, params);
      return itemsOf(draft, owner.id).at(-1)!;
    },
    'POST /v1/subscription_items/{id}': (draft, params, ids) => {
      changeItem(draft, ownerOf(draft, ids[0]!), { ...params, id: ids[0] });
      return draft.get('subscription_item', ids[0]!)!;
    },
    'DELETE /v1/subscription_items/{id}': (draft, params, ids) => {
      changeItem(draft, ownerOf(draft, ids[0]!), { ...params, id: ids[0], deleted: true });
      return { id: ids[0]!, object: 'subscription_item', deleted: true };
    },
  },
};
