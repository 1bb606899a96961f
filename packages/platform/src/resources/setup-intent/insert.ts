import type { Draft, Fields, StripeObject } from '../../engine/index.ts';

/** A setup intent that a checkout session opens. */
export function insertSetupIntent(
  draft: Draft,
  given: { readonly customer: string | null; readonly application: string | null; readonly fields?: Fields },
): StripeObject {
  const id = draft.id('setup_intent');
  const fields: Fields = {
    application: given.application,
    automatic_payment_methods: null,
    client_secret: `${id}_secret_${draft.random(25)}`,
    customer: given.customer,
    flow_directions: null,
    last_setup_error: null,
    latest_attempt: null,
    payment_method: null,
    payment_method_options: { card: { mandate_options: null, network: null, request_three_d_secure: 'automatic' } },
    payment_method_types: ['card'],
    status: 'requires_payment_method',
    usage: 'off_session',
    ...given.fields,
  };
  return draft.make('setup_intent', { ...fields, id });
}
