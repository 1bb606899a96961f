import { createHash } from 'node:crypto';
import type { Platform } from '../../platform.ts';
import { type Exchange, header } from '../exchange.ts';
import { keyInUse, keyTooLong, otherEndpoint, otherParameters } from '../refusals.ts';

const fingerprintOf = (exchange: Exchange): string =>
  createHash('sha1')
    .update(exchange.form ?? '')
    .update(exchange.bytes.length > 0 && exchange.form === undefined ? exchange.bytes : '')
    .digest('base64url');

/**
 * Seen before? The same key with the same request is answered as the first time, byte for byte; with another request it is
 * refused; while the first still runs it is refused for now (api-and-events 1.7). Only POST counts on v1.
 */
export function replayIfSeen(platform: Platform, exchange: Exchange): void {
  const key = header(exchange, 'idempotency-key');
  if (key === undefined || key === '' || exchange.method !== 'POST') return;
  if (key.length > 255) throw keyTooLong();
  const { world } = exchange.caller!;
  if (platform.running.has(`${world.account}/${world.livemode}/${key}`)) throw keyInUse(key);
  const stored = platform.store.answer(world, key);
  const fingerprint = fingerprintOf(exchange);
  exchange.idempotent = { key, fingerprint };
  if (stored === undefined) return;
  if (stored.path !== exchange.path) throw otherEndpoint(key, { now: exchange.path, first: stored.path });
  if (stored.fingerprint !== fingerprint) throw otherParameters(key);
  exchange.originalRequest = stored.requestId;
  exchange.replayed = true;
  exchange.answer = { status: stored.status, text: stored.body };
}
