import { billingPortal } from './billing-portal.ts';
import { catalog, meter } from './catalog.ts';
import { checkoutSession } from './checkout-session.ts';
import { creditNote } from './credit-note.ts';
import { invoice } from './invoice.ts';
import { invoiceitem } from './invoiceitem.ts';
import { paymentLink } from './payment-link.ts';
import { quote } from './quote.ts';
import type { EventRow } from './row.ts';
import { schedule, subscription } from './subscription.ts';
import { tax } from './tax.ts';

/** Every table of events, by the object that the operations are about. */
export const tables: Readonly<Record<string, readonly EventRow[]>> = {
  'billing.meter': meter,
  'billing_portal.session': billingPortal,
  catalog,
  'checkout.session': checkoutSession,
  credit_note: creditNote,
  invoice,
  invoiceitem,
  payment_link: paymentLink,
  quote,
  subscription,
  subscription_schedule: schedule,
  tax,
};
