import type { Draft, Fields, StripeObject } from '../../engine/index.ts';

export interface NewIntent {
  readonly amount: number;
  readonly currency: string;
  readonly customer: string | null;
  readonly description: string | null;
  /** Where an application's subscription is billed: its application, and what it earns. */
  readonly application: string | null;
  readonly application_fee_amount: number | null;
  /** Laid over what follows from the rest. */
  readonly fields?: Fields;
}

/** A payment intent that an invoice or a checkout session opens; without other words its method is kept for the next time. */
export function insertIntent(draft: Draft, given: NewIntent): StripeObject {
  const id = draft.id('payment_intent');
  const { fields: own, ...asked } = given;
  const intent = Object.assign(draft.blank('payment_intent', id), asked, {
    amount_capturable: 0,
    amount_received: 0,
    capture_method: 'automatic_async',
    client_secret: `${id}_secret_${draft.random(25)}`,
    confirmation_method: 'automatic',
    payment_method_options: { card: { installments: null, mandate_options: null, network: null, request_three_d_secure: 'automatic' } },
    payment_method_types: ['card'],
    setup_future_usage: 'off_session',
    status: 'requires_payment_method',
  });
  return draft.insert(Object.assign(intent, own));
}
