import { type Behaviour, type Draft, type Fields, invalid, type Params, type StripeObject } from '../../engine/index.ts';
import { methodFromParams, methodOf } from '../payment-method/make.ts';

const HALF_DAY = 43_200;

const spent = (token: StripeObject) =>
  invalid(
    `The ConfirmationToken ${token.id} has already been used to confirm ${token.payment_intent ?? token.setup_intent}.`,
    'confirmation_token',
  );

/** What a browser gathered of a customer's payment method; it becomes one when an intent is confirmed with it. */
export function methodOfToken(draft: Draft, id: string): StripeObject {
  const token = draft.need('confirmation_token', id, 'confirmation_token');
  const kept = draft.get('annex.confirmation', id)!;
  if (kept.used === true) throw spent(token);
  draft.set(kept, { used: true }, { event: null });
  return typeof kept.payment_method === 'string'
    ? methodOf(draft, kept.payment_method)
    : methodFromParams(draft, kept.data, 'payment_method_data');
}

/** Notes for which intent a token was used. */
export function spendConfirmation(draft: Draft, params: Params, intent: StripeObject): void {
  const token = draft.get('confirmation_token', params.confirmation_token);
  if (token !== undefined && token.payment_intent === null && token.setup_intent === null)
    draft.set(token, { [intent.object]: intent.id }, { event: null });
}

function preview(draft: Draft, params: Params): Fields {
  const { payment_method: named, payment_method_data: data } = params;
  if (named === undefined && data === undefined)
    throw invalid('You must provide payment_method or payment_method_data.', 'payment_method_data', 'parameter_missing');
  const method = named === undefined ? methodFromParams(draft, data, 'payment_method_data') : methodOf(draft, named);
  const { type, billing_details, customer, allow_redisplay } = method;
  return { allow_redisplay, billing_details, customer, customer_account: null, type, [type]: method[type] };
}

/** Tokens are made in browsers; a test makes them here. */
function create(draft: Draft, params: Params): StripeObject {
  const token = draft.make('confirmation_token', {
    expires_at: draft.now + HALF_DAY,
    payment_method_preview: preview(draft, params),
    return_url: params.return_url ?? null,
    setup_future_usage: params.setup_future_usage ?? null,
    shipping: params.shipping ?? null,
    use_stripe_sdk: true,
  });
  const kept = { payment_method: params.payment_method ?? null, data: params.payment_method_data ?? null };
  draft.insert({ id: token.id, object: 'annex.confirmation', ...kept, created: draft.now }, { event: null });
  return token;
}

export const confirmationToken: Behaviour = {
  object: 'confirmation_token',
  grade: 'lived',
  specials: { 'POST /v1/test_helpers/confirmation_tokens': create },
};
