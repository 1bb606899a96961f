import { errorBody, refuse, type StripeError } from '../engine/index.ts';
import type { Exchange } from '../http/exchange.ts';
import type { Part, Platform } from '../platform.ts';
import { Past } from './past.ts';

const tooMany = (reason: string, given: { status?: number; shouldRetry?: boolean | undefined } = {}): StripeError => {
  const { status = 429, shouldRetry } = given;
  const isLock = reason === 'lock_timeout';
  return refuse({
    status,
    code: isLock ? 'lock_timeout' : 'rate_limit',
    message: isLock
      ? 'This object cannot be accessed right now because another API request or Stripe process is currently accessing it. If you see this error intermittently, retry the request. If you see this error frequently and are making multiple concurrent requests to a single object, make your requests serially or at a lower rate.'
      : 'Request rate limit exceeded. Learn more about rate limits here https://stripe.com/docs/rate-limits.',
    headers: {
      ...(!isLock && { 'Stripe-Rate-Limited-Reason': reason }),
      ...(shouldRetry !== undefined && { 'Stripe-Should-Retry': String(shouldRetry) }),
    },
  });
};

const broken = (requestId: string): StripeError =>
  refuse({ status: 500, type: 'api_error', message: `An unknown error occurred (a fault that was asked for). Request: ${requestId}.` });

/** A step of the pipeline: the account's limits, as they were switched on. */
export function limitRate(platform: Platform, exchange: Exchange): void {
  const { rates } = platform;
  if (rates.limits === undefined) return;
  const { account, livemode } = exchange.caller!.world;
  const reason = rates.ask({ account, livemode, operation: exchange.op!.key }, performance.now());
  if (reason !== undefined) throw tooMany(reason);
}

/** A step of the pipeline: what is to go wrong with this request. */
export function meetFault(platform: Platform, exchange: Exchange): void {
  if (!platform.faults.active) return;
  const fate = platform.faults.request(exchange);
  exchange.fate = fate;
  if (fate.refuse !== undefined) throw tooMany(fate.refuse.reason, fate.refuse);
  if (fate.error === 'before') throw broken(exchange.requestId);
  if (fate.staleMs !== undefined) exchange.readFrom = pasts.get(platform)?.follow();
}

/** After the work is done and kept, the answer is lost. */
export function loseAnswer(exchange: Exchange): void {
  if (exchange.fate?.error !== 'after') return;
  const { refusal } = broken(exchange.requestId);
  exchange.answer = { status: 500, text: JSON.stringify(errorBody(refusal)) };
}

const pasts = new WeakMap<Platform, Past>();

/** Follows the store at a distance while a recipe makes lists go stale. */
export function faultsPart(platform: Platform): Part {
  const { faults, invariants, store } = platform;
  const begin = (): void => {
    const behind = faults.stalestMs;
    if (behind > 0) pasts.set(platform, new Past(platform, behind));
    else pasts.delete(platform);
  };
  faults.onChanged(begin);
  store.onReplaced(() => {
    begin();
    invariants.clear();
  });
  store.onCommit((change) => {
    pasts.get(platform)?.note(change);
    invariants.noteAcknowledged(change.writes, Date.now());
  });
  return { close: () => invariants.clear() };
}
