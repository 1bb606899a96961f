import { type Draft, type StoredAnswer, StripeError, worldKey } from '../../engine/index.ts';
import type { Platform } from '../../platform.ts';
import { lookInto } from '../../versions/look.ts';
import type { Exchange } from '../exchange.ts';
import { refusalText } from '../refusal-text.ts';

/** What the answer of an idempotent request leaves behind, in the same change as what it did. */
function storedAnswer(exchange: Exchange, status: number, body: string): StoredAnswer | undefined {
  const { idempotent, caller, requestId, path } = exchange;
  if (idempotent === undefined) return undefined;
  const at = Math.floor(exchange.startedMs / 1000);
  return { world: worldKey(caller!.world), key: idempotent.key, path, fingerprint: idempotent.fingerprint, status, requestId, at, body };
}

function keep(platform: Platform, exchange: Exchange, result: { draft: Draft; status: number; text: string }): void {
  const answer = storedAnswer(exchange, result.status, result.text);
  exchange.eventIds = platform.commit(result.draft, answer);
  exchange.answer = { status: result.status, text: result.text };
}

/** The answer as it looked at the request's version. */
function atVersion(platform: Platform, exchange: Exchange, answer: { text: string; draft: Draft }): string {
  if (exchange.old === undefined) return answer.text;
  const { contract } = platform.engine;
  const pick = exchange.former?.route.pick;
  const text = pick === undefined ? answer.text : JSON.stringify((JSON.parse(answer.text) as Record<string, unknown>)[pick]);
  return exchange.old.answer(text, { contract, look: lookInto(answer.draft), expand: exchange.expandBefore ?? [] });
}

/**
 * Means, implies, is kept: the engine decides, the store keeps it whole, and only then is it answered. A refusal is kept too, for
 * whoever sends the same key again; not that of a request that must wait (429), which is meant to be sent again.
 */
export function execute(platform: Platform, exchange: Exchange): void {
  const { caller, op, ids, params, expand, requestId } = exchange;
  const actor = { application: caller!.application, requestId, idempotencyKey: exchange.idempotent?.key ?? null };
  const call = { op: op!, ids: ids!, params: params ?? {}, expand: expand ?? [], world: caller!.world, actor, now: platform.clock.now() };
  try {
    const { text: now, draft, grade } = (exchange.readFrom ?? platform.engine).execute(call);
    const text = atVersion(platform, exchange, { text: now, draft });
    exchange.grade = grade;
    if (exchange.method === 'GET') exchange.answer = { status: 200, text };
    else keep(platform, exchange, { draft, status: 200, text });
  } catch (error) {
    const draft = (error as { draft?: Draft }).draft ?? platform.engine.draft(call.world, call.now, actor);
    if (!(error instanceof StripeError) || exchange.idempotent === undefined || error.status === 429) {
      if (error instanceof StripeError && error.keepsChanges) exchange.eventIds = platform.commit(draft);
      throw error;
    }
    keep(platform, exchange, { draft, status: error.status, text: refusalText(platform, exchange, error.refusal, draft) });
  }
}
