import type { Draft, StripeObject } from '../../engine/index.ts';
import { type Reminded, remind } from '../reminder.ts';
import { invoiceSettings } from './settings.ts';

const DAY = 86_400;
const WILL_BE_DUE = 'tell that it will be due';
const OVERDUE = 'tell that it is overdue';

/** Sets what an account's automations tell of the due date of an invoice; nothing unless they are set (documented). */
export function remindOfDueDate(draft: Draft, invoice: StripeObject): void {
  if (typeof invoice.due_date !== 'number') return;
  const { will_be_due_days: before, overdue_days: after } = invoiceSettings(draft);
  const { test_clock } = invoice;
  const soon = invoice.due_date - before * DAY;
  if (before > 0 && soon > draft.now) remind(draft, invoice, { what: WILL_BE_DUE, at: soon, test_clock });
  if (after > 0) remind(draft, invoice, { what: OVERDUE, at: invoice.due_date + after * DAY, test_clock });
}

/** Only what is still open is told of. */
const telling = (what: string, type: string): Reminded => ({
  object: 'invoice',
  what,
  act: (draft, invoice) => {
    if (invoice.status === 'open') draft.emit(type, invoice);
  },
});

export const dueDates: readonly Reminded[] = [telling(WILL_BE_DUE, 'invoice.will_be_due'), telling(OVERDUE, 'invoice.overdue')];
