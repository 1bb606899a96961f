import { checkoutSession } from './checkout-session.ts';
import { invoice } from './invoice.ts';
import type { StateTable } from './row.ts';

export const tables: readonly StateTable[] = [checkoutSession, invoice];
