import type { Draft, Fields, Params, StripeObject } from '../engine/index.ts';

/** Where an intent's customer answers what it asks, without signing in. */
export function pageOf(draft: Draft, page: '3ds' | 'microdeposits', intent: StripeObject): string {
  const { account, livemode } = draft.world;
  return `${draft.origin}/${page}/${account}/${livemode ? 'live' : 'test'}/${intent.id}?client_secret=${intent.client_secret}`;
}

/** The bank wants to ask the card's owner: the `next_action` that leads to its page. */
export function askOwner(draft: Draft, intent: StripeObject, params: Params): Fields {
  const url = pageOf(draft, '3ds', intent);
  return params.return_url === undefined
    ? { type: 'use_stripe_sdk', use_stripe_sdk: { type: 'three_d_secure_redirect', stripe_js: url } }
    : { type: 'redirect_to_url', redirect_to_url: { return_url: params.return_url, url } };
}
