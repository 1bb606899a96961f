import type { Fields, Params } from '../../engine/index.ts';

const CARD: Fields = { installments: null, mandate_options: null, network: null, request_three_d_secure: 'automatic' };

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
