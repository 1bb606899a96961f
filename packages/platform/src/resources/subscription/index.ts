import { fitFields } from '@annex/contract';
import {
  type Behaviour,
  type Draft,
  mergedMetadata,
  noSuch,
  type Params,
  previousAttributes,
  type StripeObject,
} from '../../engine/index.ts';
import { changeItems, ENDED, update } from './change.ts';
import { create, insertSubscription } from './create.ts';
import { itemsOf } from './items.ts';

/** Ends it now. Unpaid invoices stop advancing; what was prorated and not billed is dropped unless it is asked for. */
export function cancelNow(draft: Draft, subscription: StripeObject, params: Params): StripeObject {
  if (ENDED.has(subscription.status)) throw noSuch('subscription', subscription.id, { param: 'id', inPath: true });
  for (const invoice of draft.find('invoice', [['parent.subscription_details.subscription', subscription.id]])) {
    if (invoice.status === 'open' || invoice.status === 'draft')
      draft.set(invoice, { auto_advance: false, next_payment_attempt: null }, { event: null });
  }
  if (params.invoice_now !== true && params.prorate !== true) {
    const isPending = (row: StripeObject): boolean =>
      row.invoice === null && row.proration && row.parent?.subscription_details?.subscription === subscription.id;
    for (const item of draft.find('invoiceitem', [['customer', subscription.customer]], isPending))
      draft.remove(item, 'stub', { event: null });
  }
  const details = {
    ...subscription.cancellation_details,
    ...params.cancellation_details,
    reason: params.reason ?? 'cancellation_requested',
  };
  const fields = {
    status: 'canceled',
    canceled_at: subscription.canceled_at ?? draft.now,
    ended_at: draft.now,
    cancellation_details: details,
  };
  return draft.set(subscription, fields, { event: 'customer.subscription.deleted' });
}

/** The generic create would tell its event before the first payment is known; a subscription's own order is kept here. */
export function createSubscription(draft: Draft, params: Params, paidBy?: StripeObject): StripeObject {
  const fields = create(draft, params);
  const given = fitFields(draft.contract, 'subscription', params);
  const metadata = mergedMetadata({}, params.metadata ?? {});
  return insertSubscription(draft, { ...given, metadata, ...fields, application: draft.actor.application }, params, paidBy);
}

/** `customer.subscription.updated` with what changed since; nothing where nothing did. */
function tellUpdated(draft: Draft, before: StripeObject): StripeObject {
  const after = draft.get('subscription', before.id)!;
  const previous = previousAttributes(before, after);
  if (previous !== undefined) draft.emit('customer.subscription.updated', after, { previous });
  return after;
}

const STATUSES: Readonly<Record<string, (status: string) => boolean>> = {
  all: () => true,
  ended: (status) => ENDED.has(status),
};

export const subscription: Behaviour = {
  object: 'subscription',
  grade: 'lived',
  // One event an update, told when items and fields are both as they should be; the other two verbs tell theirs themselves.
  events: { created: null, updated: null, deleted: null },
  filters: {
    status: (row, value) => STATUSES[String(value)]?.(row.status) ?? row.status === value,
    price: (row, value) => row.items.data.some((item: StripeObject) => item.price.id === value),
    plan: (row, value) => row.items.data.some((item: StripeObject) => item.plan.id === value),
    current_period_start: () => true,
    current_period_end: () => true,
    automatic_tax: (row, value) => row.automatic_tax.enabled === (value as { enabled: boolean }).enabled,
  },
  listed: (params) => {
    const hidesClocked = params.test_clock === undefined && params.customer === undefined;
    return {
      ...(params.status === undefined && { filter: (row: StripeObject) => row.status !== 'canceled' }),
      ...(hidesClocked && { where: [['test_clock', null]] as const }),
    };
  },
  update,
  updated: (draft, after, params, before) => {
    changeItems(draft, after, params);
    return tellUpdated(draft, before);
  },
  remove: cancelNow,
  specials: { 'POST /v1/subscriptions': (draft, params) => createSubscription(draft, params) },
};

export const subscriptionItem: Behaviour = {
  object: 'subscription_item',
  grade: 'lived',
  filters: { subscription: 'subscription' },
  specials: {
    'POST /v1/subscription_items': (draft, params) => {
      const owner = draft.need('subscription', params.subscription, 'subscription');
      const { subscription: _owner, proration_behavior: behavior, proration_date: date, ...item } = params;
      changeItems(draft, owner, {
        items: [item],
        ...(behavior && { proration_behavior: behavior }),
        ...(date && { proration_date: date }),
      });
      tellUpdated(draft, owner);
      return itemsOf(draft, owner.id).at(-1)!;
    },
    'POST /v1/subscription_items/{id}': (draft, params, ids) => changeOne(draft, ids[0]!, params),
    'DELETE /v1/subscription_items/{id}': (draft, params, ids) => {
      changeOne(draft, ids[0]!, { ...params, deleted: true });
      return { id: ids[0]!, object: 'subscription_item', deleted: true };
    },
  },
};

function changeOne(draft: Draft, id: string, params: Params): StripeObject {
  const item = draft.get('subscription_item', id);
  if (item === undefined) throw noSuch('subscription_item', id, { param: 'id', inPath: true });
  const owner = draft.get('subscription', item.subscription)!;
  const { proration_behavior: behavior, proration_date: date, ...change } = params;
  changeItems(draft, owner, {
    items: [{ id, ...change }],
    ...(behavior && { proration_behavior: behavior }),
    ...(date && { proration_date: date }),
  });
  tellUpdated(draft, owner);
  return draft.get('subscription_item', id) ?? item;
}
