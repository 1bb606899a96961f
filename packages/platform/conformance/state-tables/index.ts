import { checkoutSession } from './checkout-session.ts';
import { creditNote } from './credit-note.ts';
import { invoice } from './invoice.ts';
import { invoicePayment } from './invoice-payment.ts';
import type { StateTable } from './row.ts';

export const tables: readonly StateTable[] = [checkoutSession, creditNote, invoice, invoicePayment];
