import type { Draft, StripeObject } from '../engine/index.ts';

type Filter = string | ((object: StripeObject, value: unknown, draft: Draft) => boolean);

const grantOf = (row: StripeObject, draft: Draft): StripeObject | undefined => draft.get('billing.credit_grant', row.credit_grant);
const includes = (value: unknown, one: unknown): boolean => Array.isArray(value) && value.includes(one);

/**
 * List filters of resources without a file of their own, where a filter is not the equality of a field of its name: the
 * field's path, or a predicate. By `<object>.<filter>`.
 */
export const filters: Readonly<Record<string, Filter>> = {
  'billing.alert.meter': 'usage_threshold.meter',
  'billing.credit_balance_transaction.customer': (row, value, draft) => grantOf(row, draft)?.customer === value,
  'billing.credit_balance_transaction.customer_account': (row, value, draft) => grantOf(row, draft)?.customer_account === value,
  'entitlements.active_entitlement.customer': 'customer',
  'entitlements.feature.archived': (row, value) => row.active === !value,
  'issuing.personalization_design.lookup_keys': (row, value) => includes(value, row.lookup_key),
  'payment_record.created_after': (row, value) => row.created > Number(value),
  'payment_record.created_before': (row, value) => row.created < Number(value),
  'product_catalog.trial_offer.prices': (row, value) => includes(value, row.price),
  'radar.value_list.contains': (row, value, draft) =>
    draft.find('radar.value_list_item', [['value_list', row.id]]).some((item) => item.value === value),
  'shipping_rate.currency': 'fixed_amount.currency',
  'treasury.transaction.order_by': () => true,
  'treasury.transaction_entry.order_by': () => true,
};
