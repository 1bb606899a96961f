import { decodeForm, FormError } from '@annex/contract';
import type { Params } from '../engine/index.ts';
import type { Platform } from '../platform.ts';
import type { Exchange } from './exchange.ts';
import { badBody } from './refusals.ts';

/** An operation under `/v1` that no SDK has and the contract does not know; Stripe's CLI calls them. */
export interface OwnOperation {
  readonly method: 'GET' | 'POST';
  /** The whole path; its groups are the ids. */
  readonly path: RegExp;
  readonly run: (exchange: Exchange, call: { readonly ids: readonly string[]; readonly params: Params }) => unknown;
}

/** Answers an operation of our own, if the request names one. */
export function answerOwnOperation(platform: Platform, exchange: Exchange): boolean {
  for (const operation of platform.ownOperations) {
    const match = operation.method === exchange.method ? operation.path.exec(exchange.path) : null;
    if (match === null) continue;
    exchange.form = exchange.method === 'POST' ? exchange.bytes.toString('utf8') : exchange.query;
    exchange.answer = {
      status: 200,
      text: JSON.stringify(operation.run(exchange, { ids: match.slice(1), params: readForm(exchange.form) })),
    };
    return true;
  }
  return false;
}

function readForm(form: string): Params {
  try {
    return decodeForm(form) as Params;
  } catch (error) {
    if (error instanceof FormError) throw badBody(error.message);
    throw error;
  }
}
