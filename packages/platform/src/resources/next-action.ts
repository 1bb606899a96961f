import type { Draft, Fields, Params, StripeObject } from '../engine/index.ts';

/** The bank wants to ask the card's owner: the `next_action` that leads to its page. */
export function askOwner(draft: Draft, intent: StripeObject, params: Params): Fields {
  const { account, livemode } = draft.world;
  const url = `${draft.origin}/3ds/${account}/${livemode ? 'live' : 'test'}/${intent.id}?client_secret=${intent.client_secret}`;
  return params.return_url === undefined
    ? { type: 'use_stripe_sdk', use_stripe_sdk: { type: 'three_d_secure_redirect', stripe_js: url } }
    : { type: 'redirect_to_url', redirect_to_url: { return_url: params.return_url, url } };
}
