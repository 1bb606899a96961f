import { account } from './account.ts';
import { billingPortal } from './billing-portal.ts';
import { catalog, meter } from './catalog.ts';
import { checkoutSession } from './checkout-session.ts';
import { connect } from './connect.ts';
import { creditNote } from './credit-note.ts';
import { customer } from './customer.ts';
import { invoice } from './invoice.ts';
import { invoiceitem } from './invoiceitem.ts';
import { charge, paymentIntent } from './payment-intent.ts';
import { paymentLink } from './payment-link.ts';
import { paymentMethod, setupIntent, source } from './payment-method.ts';
import { balanceSettings, payout, topup, transfer } from './payout.ts';
import { quote } from './quote.ts';
import { dispute, refund } from './refund.ts';
import { review } from './review.ts';
import type { EventRow } from './row.ts';
import { subscription } from './subscription.ts';
import { schedule } from './subscription-schedule.ts';
import { tax } from './tax.ts';

/**
 * Every table of events, by the object that the operations are about. Without a row, because nothing brings it about here:
 * `payment_method.automatically_updated` (card networks do it, with live cards alone), and what a new connected account tells
 * as Stripe verifies it (nothing is verified; what is asked for later has its rows under `connect`).
 */
export const tables: Readonly<Record<string, readonly EventRow[]>> = {
  account,
  'billing.meter': meter,
  balance_settings: balanceSettings,
  'billing_portal.session': billingPortal,
  catalog,
  charge,
  'checkout.session': checkoutSession,
  connect,
  credit_note: creditNote,
  customer,
  dispute,
  invoice,
  invoiceitem,
  payment_intent: paymentIntent,
  payment_link: paymentLink,
  quote,
  subscription,
  subscription_schedule: schedule,
  payment_method: paymentMethod,
  payout,
  refund,
  review,
  setup_intent: setupIntent,
  source,
  tax,
  topup,
  transfer,
};
