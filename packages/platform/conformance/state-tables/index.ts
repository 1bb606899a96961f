import { checkoutSession } from './checkout-session.ts';
import { creditNote } from './credit-note.ts';
import { invoice } from './invoice.ts';
import { invoicePayment } from './invoice-payment.ts';
import { charge, dispute, paymentIntent, payout, refund, setupIntent, topup } from './payments.ts';
import type { StateTable } from './row.ts';
import { meter, quote, schedule, subscription, testClock } from './subscription.ts';

export const tables: readonly StateTable[] = [
  charge,
  checkoutSession,
  creditNote,
  dispute,
  invoice,
  invoicePayment,
  meter,
  paymentIntent,
  payout,
  quote,
  refund,
  schedule,
  setupIntent,
  subscription,
  testClock,
  topup,
];
