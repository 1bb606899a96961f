import { type Draft, errorBody, type Refusal } from '../engine/index.ts';
import type { Platform } from '../platform.ts';
import { lookAt, lookInto } from '../versions/look.ts';
import { ownName } from '../versions/params.ts';
import type { Exchange } from './exchange.ts';

/** The parameter as the caller knows it, in the sentence too. */
function inOwnWords(exchange: Exchange, refusal: Refusal): Refusal {
  const { upgraded } = exchange;
  const { param, message } = refusal;
  if (upgraded === undefined || param === undefined) return refusal;
  const own = ownName(upgraded.names, param);
  return own === param ? refusal : { ...refusal, param: own, message: message.replaceAll(param, own) };
}

/** A refusal's JSON, at the version and in the names of the request. */
export function refusalText(platform: Platform, exchange: Exchange, refusal: Refusal, draft?: Draft): string {
  const text = JSON.stringify(errorBody(inOwnWords(exchange, refusal)));
  const { old, caller } = exchange;
  if (old === undefined || refusal.more === undefined) return text;
  return old.downgrade.text(text, draft === undefined ? lookAt(platform.store, caller!.world) : lookInto(draft));
}
