import { checkoutSession } from './checkout-session.ts';
import { creditNote } from './credit-note.ts';
import { invoice } from './invoice.ts';
import { invoicePayment } from './invoice-payment.ts';
import type { StateTable } from './row.ts';
import { meter, quote, schedule, subscription } from './subscription.ts';

export const tables: readonly StateTable[] = [checkoutSession, creditNote, invoice, invoicePayment, meter, quote, schedule, subscription];
