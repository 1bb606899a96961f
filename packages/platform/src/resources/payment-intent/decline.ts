import { type Draft, docUrl, type Fields, StripeError, type StripeObject } from '../../engine/index.ts';
import type { Decline } from '../payment-method/cards.ts';

export const NEEDS_AUTHENTICATION: Decline = {
  code: 'authentication_required',
  decline_code: 'authentication_required',
  message: 'Your card was declined. This transaction requires authentication.',
};

export const AUTHENTICATION_FAILED: Decline = {
  code: 'payment_intent_authentication_failure',
  decline_code: null,
  message:
    'The provided PaymentMethod has failed authentication. You can provide payment_method_data or a new PaymentMethod to attempt to fulfill this PaymentIntent again.',
};

export interface Attempt {
  readonly method: StripeObject;
  readonly decline: Decline;
  readonly charge: StripeObject | undefined;
}

/** What an intent remembers of its last attempt, and what a 402 tells of it. */
const errorOf = ({ method, decline, charge }: Attempt): Fields => ({
  ...(decline.blocked !== true && method.type === 'card' && { advice_code: 'try_again_later' }),
  ...(charge !== undefined && { charge: charge.id }),
  code: decline.code,
  ...(decline.decline_code !== null && { decline_code: decline.decline_code }),
  doc_url: docUrl(decline.code),
  message: decline.message,
  ...(decline.blocked !== true && method.type === 'card' && { network_decline_code: '01' }),
  payment_method: method,
  type: method.type === 'card' ? 'card_error' : 'invalid_request_error',
});

/** The intent goes back to needing a payment method, and says why. */
export function fail(draft: Draft, intent: StripeObject, attempt: Attempt): StripeObject {
  return draft.set(
    intent,
    {
      status: 'requires_payment_method',
      payment_method: null,
      processing: null,
      last_payment_error: errorOf(attempt),
      latest_charge: attempt.charge?.id ?? intent.latest_charge,
      next_action: null,
    },
    { event: 'payment_intent.payment_failed' },
  );
}

/** The 402 that tells of a failed attempt, which is kept. */
export function declined(draft: Draft, intent: StripeObject, attempt: Attempt): StripeError {
  const after = fail(draft, intent, attempt);
  const { type, code, message, doc_url: _doc, ...more } = after.last_payment_error;
  return new StripeError({ status: 402, type, code, message, more: { ...more, payment_intent: after } }, { keepsChanges: true });
}
