import type { Draft, StripeObject } from '../../engine/index.ts';
import { voidInvoice } from '../invoice/close.ts';

/** 23 hours without the first payment: its invoice is void, and by that the subscription never began. */
export function expireIncomplete(draft: Draft, subscription: StripeObject): void {
  const invoice = draft.get('invoice', subscription.latest_invoice);
  if (invoice?.status === 'open') voidInvoice(draft, invoice);
  else {
    const ended = { status: 'incomplete_expired', ended_at: draft.now, canceled_at: draft.now };
    draft.set(subscription, ended, { event: 'customer.subscription.updated' });
  }
}
