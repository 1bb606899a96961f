import { type Draft, StripeError, type StripeObject } from '../../engine/index.ts';
import { afterFailure } from '../subscription/dunning.ts';
import { markUncollectible, voidInvoice } from './close.ts';
import { finalizationFailed, finalize } from './finalize.ts';
import { attempt, methodForInvoice, nothingToCharge } from './pay.ts';
import { paymentOf } from './payment.ts';

const subscriptionOf = (draft: Draft, invoice: StripeObject): StripeObject | undefined =>
  draft.get('subscription', invoice.parent?.subscription_details?.subscription);

/** A draft's hour is over: it is finalised, and collected where it is charged automatically. */
export function finalizeDue(draft: Draft, invoice: StripeObject): void {
  let open: StripeObject;
  try {
    open = finalize(draft, invoice);
  } catch (error) {
    if (!(error instanceof StripeError)) throw error;
    finalizationFailed(draft, draft.get('invoice', invoice.id)!, error);
    return;
  }
  if (open.status !== 'open') return;
  const paused = subscriptionOf(draft, open)?.pause_collection?.behavior;
  if (paused === 'void') voidInvoice(draft, open);
  else if (paused === 'mark_uncollectible') markUncollectible(draft, open, 'subscription_paused');
  else if (open.collection_method === 'charge_automatically') collect(draft, open);
  else draft.emit('invoice.sent', open);
}

/** One automatic try. What follows a failure is the next try, or the end of the subscription. */
export function collect(draft: Draft, invoice: StripeObject): void {
  const method = methodForInvoice(draft, invoice);
  if (method === undefined) {
    nothingToCharge(draft, invoice, true);
    afterFailure(draft, invoice, undefined);
    return;
  }
  try {
    const after = attempt(draft, invoice, { method, offSession: true, automatic: true });
    const intent = draft.get('payment_intent', paymentOf(draft, invoice.id)?.payment.payment_intent);
    if (after.status === 'open' && intent?.status === 'requires_action') {
      draft.set(after, { attempt_count: after.attempt_count + 1 }, { event: null });
      afterFailure(draft, invoice, 'authentication_required');
    } else if (after.status === 'open') draft.set(after, { next_payment_attempt: null }, { event: null });
  } catch (error) {
    if (!(error instanceof StripeError) || error.status !== 402) throw error;
    const told = error.refusal.more as { decline_code?: string } | undefined;
    afterFailure(draft, invoice, told?.decline_code ?? error.refusal.code);
  }
}
