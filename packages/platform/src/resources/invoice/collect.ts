import { type Draft, StripeError, type StripeObject } from '../../engine/index.ts';
import { afterFailure, HARD, nextTry } from '../subscription/dunning.ts';
import { markUncollectible, voidInvoice } from './close.ts';
import { finalizationFailed, finalize } from './finalize.ts';
import { attempt, failed, methodForInvoice, nothingToCharge } from './pay.ts';
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

/** The bank has said for good that this method does not pay, or asks its owner: another one is waited for. */
function isHopeless(intent: StripeObject | undefined, method: StripeObject): boolean {
  if (intent?.status === 'requires_action') return intent.payment_method === method.id;
  const told = intent?.last_payment_error;
  return told?.payment_method?.id === method.id && HARD.has(told.decline_code ?? told.code);
}

/** One automatic try. What follows a failure is the next try, or the end of the subscription. */
export function collect(draft: Draft, invoice: StripeObject): void {
  const method = methodForInvoice(draft, invoice);
  const intentOf = (): StripeObject | undefined => draft.get('payment_intent', paymentOf(draft, invoice.id)?.payment.payment_intent);
  // What is told of a failure says when it is tried again.
  const tried = { automatic: true, next: nextTry(draft, invoice.attempt_count + 1) };
  if (method === undefined) {
    nothingToCharge(draft, invoice, tried);
    afterFailure(draft, invoice);
    return;
  }
  if (isHopeless(intentOf(), method)) {
    // The try counts, but nothing is charged (documented).
    draft.set(invoice, { attempt_count: invoice.attempt_count + 1, next_payment_attempt: tried.next });
    afterFailure(draft, invoice);
    return;
  }
  try {
    const after = attempt(draft, invoice, { method, offSession: true, ...tried });
    if (after.status === 'open' && intentOf()?.status === 'requires_action') {
      draft.set(after, { attempt_count: after.attempt_count + 1 }, { event: null });
      afterFailure(draft, invoice);
    } else if (after.status === 'open') draft.set(after, { next_payment_attempt: null }, { event: null });
  } catch (error) {
    if (!(error instanceof StripeError) || error.status !== 402) throw error;
    afterFailure(draft, invoice);
  }
}

/** A bank's answer comes days later: a debit that it refuses is a failed try of the invoice. */
export function debitRefused(draft: Draft, intent: StripeObject, before: StripeObject | undefined): void {
  if (before?.status !== 'processing') return;
  const payment = draft.find('invoice_payment', [['payment.payment_intent', intent.id]])[0];
  const invoice = draft.get('invoice', payment?.invoice);
  if (invoice?.status !== 'open') return;
  const isCollected = invoice.collection_method === 'charge_automatically';
  failed(draft, invoice, { automatic: true, ...(isCollected && { next: nextTry(draft, invoice.attempt_count + 1) }) });
  if (isCollected) afterFailure(draft, invoice);
}
