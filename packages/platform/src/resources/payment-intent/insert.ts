import type { Draft, StripeObject } from '../../engine/index.ts';

export interface NewIntent {
  readonly amount: number;
  readonly currency: string;
  readonly customer: string;
  readonly description: string | null;
  /** Where an application's subscription is billed: its application, and what it earns. */
  readonly application: string | null;
  readonly application_fee_amount: number | null;
}

/** A payment intent that an invoice opens: charged off-session, its method kept for the next time. */
export function insertIntent(draft: Draft, given: NewIntent): StripeObject {
  const id = draft.id('payment_intent');
  const fields = {
    ...given,
    amount_capturable: 0,
    amount_received: 0,
    capture_method: 'automatic_async',
    client_secret: `${id}_secret_${draft.random(25)}`,
    confirmation_method: 'automatic',
    payment_method_options: { card: { installments: null, mandate_options: null, network: null, request_three_d_secure: 'automatic' } },
    payment_method_types: ['card'],
    setup_future_usage: 'off_session',
    status: 'requires_payment_method',
  };
  return draft.make('payment_intent', { ...fields, id });
}
