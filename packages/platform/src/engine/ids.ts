import type { World } from './world.ts';

/** Where new ids come from: the shell gives chance, a seeded run gives a sequence. The core itself has neither. */
export interface Ids {
  /** `length` characters of [0-9A-Za-z]. */
  random(length: number): string;
}

const BASE62 = '0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz';

/** Five characters that grow with time, as in Stripe's long ids. */
function timePart(now: number): string {
  let rest = Math.floor(now);
  let text = '';
  for (let i = 0; i < 5; i++) {
    text = BASE62[rest % 62] + text;
    rest = Math.floor(rest / 62);
  }
  return text;
}

/** Objects whose ids are short: 14 characters (api-and-events 1.15). */
const SHORT = new Set([
  'customer',
  'product',
  'subscription_item',
  'coupon',
  'tax_id',
  'customer_balance_transaction',
  'billing_portal.session',
]);
/** Payment intents and what they make carry a `3` where others carry a `1`. */
const THREE = new Set(['payment_intent', 'charge', 'refund']);

export interface IdRequest {
  readonly object: string;
  readonly prefix: string;
  readonly world: World;
  readonly now: number;
  readonly style?: 'long' | 'short' | undefined;
}

/** `cus_` + 14, or `in_1` + time(5) + account(10) + random(8). Prefixes include their underscore. */
export function newId(ids: Ids, request: IdRequest): string {
  const { object, prefix, world, now } = request;
  const short = request.style === 'short' || (request.style === undefined && SHORT.has(object));
  if (short) return prefix + ids.random(object === 'coupon' ? 8 : 14);
  const account = world.account.slice(-10).padStart(10, '0');
  return `${prefix}${THREE.has(object) ? '3' : '1'}${timePart(now)}${account}${ids.random(8)}`;
}
