import { fitFields } from '@annex/contract';
import { type Draft, type Fields, mergedMetadata, type Params, type StripeObject } from '../../engine/index.ts';

const CARD: Fields = { installments: null, mandate_options: null, network: null, request_three_d_secure: 'automatic' };

/** The lines of a payment have a list of their own, which is refused. */
export const amountDetails = (given: Params | undefined | null | ''): Fields => {
  const { enforce_arithmetic_validation: _checks, ...told } = given || {};
  return { tip: {}, ...told };
};

const DETAILS = ['allowed_payment_method_types', 'excluded_payment_method_types', 'payment_details'];

/** Details of a payment that may come with its confirmation or its capture, laid over what was said before. */
export const detailFields = (draft: Draft, intent: StripeObject, params: Params): Fields => ({
  ...fitFields(
    draft.contract,
    'payment_intent',
    Object.fromEntries(DETAILS.flatMap((name) => (params[name] === undefined ? [] : [[name, params[name]]]))),
    intent,
  ),
  ...(params.amount_details !== undefined && { amount_details: amountDetails(params.amount_details) }),
  ...(params.metadata !== undefined && { metadata: mergedMetadata(intent.metadata, params.metadata) }),
});

type Options = Readonly<Record<string, Fields | null | undefined>>;

/** `payment_method_options` as an intent tells them: what was asked for, laid over what was there and over Stripe's defaults. */
export function methodOptions(given: Params | undefined, before: Options = { card: CARD }): Fields {
  const merged: Record<string, Fields | null | undefined> = { ...before };
  for (const [type, asked] of Object.entries(given ?? {})) {
    if (typeof asked !== 'object' || asked === null) continue;
    const { cvc_token: _secret, moto: _moto, three_d_secure: _data, setup_future_usage: usage, ...told } = asked as Params;
    merged[type] = { ...merged[type], ...told, ...(usage !== undefined && usage !== 'none' && { setup_future_usage: usage }) };
  }
  return merged;
}
