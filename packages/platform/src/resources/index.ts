import type { Behaviour, Resources, SubList } from '../engine/index.ts';
import { account } from './account.ts';
import { applicationFee, elsewhere, feeRefund } from './application-fee.ts';
import { balance, balanceTransaction } from './balance/index.ts';
import { balanceSettings } from './balance/settings.ts';
import { portalConfiguration } from './billing-portal/configuration.ts';
import { portalSession } from './billing-portal/session.ts';
import { capability } from './capability.ts';
import { cashBalance } from './cash-balance/index.ts';
import { charge } from './charge/index.ts';
import { checkoutSession } from './checkout-session/index.ts';
import { item } from './checkout-session/items.ts';
import { consequences } from './consequences.ts';
import { coupon } from './coupon.ts';
import { creditNote, creditNoteLineItem } from './credit-note/index.ts';
import { customer } from './customer.ts';

import { customerBalanceTransaction } from './customer-balance.ts';

import { card } from './customer-source.ts';

import { dispute } from './dispute/index.ts';
import { due } from './due.ts';
import { event } from './event.ts';
import { bankAccount } from './external-account.ts';
import { filters } from './filters.ts';
import { invoice } from './invoice/index.ts';
import { invoicePayment } from './invoice/payment.ts';
import { invoiceitem } from './invoiceitem.ts';
import { meter } from './meter/index.ts';
import { meterEvent } from './meter/report.ts';
import { confirmationToken } from './payment-intent/confirmation-token.ts';
import { paymentIntent } from './payment-intent/index.ts';
import { paymentLink } from './payment-link.ts';
import { paymentMethod } from './payment-method/index.ts';
import { payout } from './payout/index.ts';
import { plan } from './plan.ts';
import { price } from './price.ts';
import { product } from './product.ts';
import { promotionCode } from './promotion-code.ts';
import { quote } from './quote/index.ts';
import { refund } from './refund/index.ts';
import { review } from './review.ts';
import { searchFields } from './search-fields.ts';
import { setupIntent } from './setup-intent/index.ts';
import { subscription, subscriptionItem } from './subscription/index.ts';
import { subscriptionSchedule } from './subscription-schedule/index.ts';
import { taxId } from './tax-id.ts';
import { taxRate } from './tax-rate.ts';
import { testClock } from './test-clock/index.ts';
import { present } from './test-clock/present.ts';
import { token } from './token.ts';
import { topup } from './topup.ts';
import { transfer, transferReversal } from './transfer/index.ts';
import { unsimulated } from './unsimulated.ts';
import { webhookEndpoint } from './webhook-endpoint.ts';

/** The register: every resource that means more than being stored. */
const all: readonly Behaviour[] = [
  account,
  applicationFee,
  balance,
  balanceSettings,
  balanceTransaction,
  bankAccount,
  capability,
  card,
  cashBalance,
  charge,
  checkoutSession,
  confirmationToken,
  coupon,
  creditNote,
  creditNoteLineItem,
  customer,
  customerBalanceTransaction,
  dispute,
  event,
  feeRefund,
  invoice,
  invoicePayment,
  invoiceitem,
  meter,
  meterEvent,
  item,
  paymentIntent,
  paymentLink,
  paymentMethod,
  payout,
  plan,
  portalConfiguration,
  portalSession,
  price,
  product,
  promotionCode,
  quote,
  refund,
  review,
  setupIntent,
  subscription,
  subscriptionItem,
  subscriptionSchedule,
  taxId,
  taxRate,
  testClock,
  token,
  topup,
  transfer,
  transferReversal,
  webhookEndpoint,
];

/** Lists that an object embeds. `onExpand` ones are absent unless they are asked for. */
const subLists: readonly SubList[] = [
  {
    parent: 'quote',
    field: 'line_items',
    child: 'item',
    by: 'quote',
    url: (id) => `/v1/quotes/${id}/line_items`,
    order: 'oldest',
    onExpand: true,
  },
  {
    parent: 'payment_link',
    field: 'line_items',
    child: 'item',
    by: 'payment_link',
    url: (id) => `/v1/payment_links/${id}/line_items`,
    order: 'oldest',
    onExpand: true,
  },
  {
    parent: 'checkout.session',
    field: 'line_items',
    child: 'item',
    by: 'checkout_session',
    url: (id) => `/v1/checkout/sessions/${id}/line_items`,
    order: 'oldest',
    onExpand: true,
  },
  {
    parent: 'application_fee',
    field: 'refunds',
    child: 'fee_refund',
    by: 'fee',
    url: (id) => `/v1/application_fees/${id}/refunds`,
    order: 'newest',
  },
  {
    parent: 'subscription',
    field: 'items',
    child: 'subscription_item',
    by: 'subscription',
    url: (id) => `/v1/subscription_items?subscription=${id}`,
    order: 'oldest',
  },
  { parent: 'invoice', field: 'lines', child: 'line_item', by: 'invoice', url: (id) => `/v1/invoices/${id}/lines`, order: 'newest' },
  {
    parent: 'credit_note',
    field: 'lines',
    child: 'credit_note_line_item',
    by: 'credit_note',
    url: (id) => `/v1/credit_notes/${id}/lines`,
    order: 'newest',
  },
  {
    parent: 'invoice',
    field: 'payments',
    child: 'invoice_payment',
    by: 'invoice',
    url: () => '/v1/invoice_payments',
    order: 'newest',
    onExpand: true,
  },
  {
    parent: 'transfer',
    field: 'reversals',
    child: 'transfer_reversal',
    by: 'transfer',
    url: (id) => `/v1/transfers/${id}/reversals`,
    order: 'newest',
  },
  {
    parent: 'charge',
    field: 'refunds',
    child: 'refund',
    by: 'charge',
    url: (id) => `/v1/charges/${id}/refunds`,
    order: 'newest',
    onExpand: true,
  },
  {
    parent: 'customer',
    field: 'subscriptions',
    child: 'subscription',
    by: 'customer',
    url: (id) => `/v1/customers/${id}/subscriptions`,
    order: 'newest',
    onExpand: true,
  },
  {
    parent: 'customer',
    field: 'tax_ids',
    child: 'tax_id',
    by: 'customer',
    url: (id) => `/v1/customers/${id}/tax_ids`,
    order: 'newest',
    onExpand: true,
  },
];

/** Types beside `*.updated` that were captured with `previous_attributes`; all others tell only how things are now. */
const TELL_BEFORE = new Set(['charge.captured', 'charge.refunded', 'payment_method.automatically_updated', 'payment_method.detached']);

export const resources: Resources = {
  tellsBefore: (type) => type.endsWith('.updated') || TELL_BEFORE.has(type),
  present,
  elsewhere,
  due,
  filters,
  searchFields,
  behaviours: new Map(all.map((behaviour) => [behaviour.object, behaviour])),
  subLists,
  unsimulated,
  consequences,
};
