import type { StripeObject, World } from '../engine/index.ts';
import type { Exchange } from '../http/exchange.ts';
import { answerApi } from '../http/pipeline.ts';
import type { Platform } from '../platform.ts';

export interface OwnCall {
  readonly method: 'GET' | 'POST' | 'DELETE';
  readonly path: string;
  /** `{'items[0][price]': 'price_…'}`; empty values are left out. */
  readonly form?: Readonly<Record<string, string>>;
}

export interface OwnAnswer {
  readonly status: number;
  readonly body: StripeObject;
  readonly requestId: string;
  /** The refusal's message; nothing where it was done. */
  readonly refusal: string | undefined;
}

/**
 * Does what a button promises by a real request of the account's own: the same pipeline, the same log, the same events as
 * if it had come over the wire.
 */
export function callAsOwner(platform: Platform, world: World, call: OwnCall): OwnAnswer {
  const form = new URLSearchParams(Object.entries(call.form ?? {}).filter(([, value]) => value !== '')).toString();
  const exchange: Exchange = {
    method: call.method,
    path: call.path,
    query: call.method === 'POST' ? '' : form,
    headers: {
      authorization: `Bearer ${platform.accounts.secretKey(world.account, world.livemode)}`,
      'content-type': 'application/x-www-form-urlencoded',
      // The pages are written for it, whatever the account has chosen.
      'stripe-version': platform.engine.contract.api,
      'user-agent': 'Annex dashboard',
    },
    bytes: Buffer.from(call.method === 'POST' ? form : ''),
    requestId: `req_${platform.ids.random(14)}`,
    startedMs: platform.clock.nowMs(),
  };
  const answer = answerApi(platform, exchange);
  platform.log.add(exchange, platform.clock.nowMs());
  const body = JSON.parse(answer.text) as StripeObject;
  return { status: answer.status, body, requestId: exchange.requestId, refusal: answer.status < 400 ? undefined : body.error?.message };
}
