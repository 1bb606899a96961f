import { type Contract, checkExpand, decodeForm, FormError, type FormHash, ParamError, readParams } from '@annex/contract';
import { invalid } from '../../engine/index.ts';
import type { Platform } from '../../platform.ts';
import { lookAt } from '../../versions/look.ts';
import { type Exchange, header } from '../exchange.ts';
import { answerOwnOperation } from '../own-operation.ts';
import { badBody, noV2, onlyInTestMode, unrecognizedUrl } from '../refusals.ts';

/** What: method and path name an operation of the contract. */
export function matchOperation(platform: Platform, exchange: Exchange): void {
  const path = exchange.path.replace(/\/{2,}/g, '/');
  if (path.startsWith('/v2/')) throw noV2(exchange.method, exchange.path);
  if (exchange.old !== undefined && matchFormer(platform, exchange, path)) return;
  const found = platform.engine.contract.match(exchange.method, path);
  if (found === undefined) {
    if (answerOwnOperation(platform, exchange)) return;
    throw unrecognizedUrl(exchange.method, exchange.path);
  }
  if (exchange.caller!.world.livemode && found.op.path.startsWith('/v1/test_helpers/')) throw onlyInTestMode(found.op.path);
  exchange.op = found.op;
  exchange.ids = found.ids;
}

/** An address that the request's version had and the contract has no more. */
function matchFormer(platform: Platform, exchange: Exchange, path: string): boolean {
  const route = exchange.old!.route(exchange.method, path);
  if (route === undefined) return false;
  const [method, now] = route.op.split(' ') as [string, string];
  const found = platform.engine.contract.match(method, now)!;
  exchange.former = { key: `${exchange.method} ${path}`, route };
  exchange.op = found.op;
  exchange.ids = found.ids;
  return true;
}

/** Parameters of an older version in the words of the model. */
function upgrade(platform: Platform, exchange: Exchange, form: FormHash): void {
  const { former, op } = exchange;
  const { of, lenient } = exchange.names!;
  const look = lookAt(platform.store, exchange.caller!.world);
  exchange.upgraded = of.upgrade(former === undefined ? [op!.key] : [former.key, op!.key], { form, ids: exchange.ids!, look, lenient });
}

/** Checks the paths to expand, and sets those apart that lead through fields of before. */
function chooseExpansions(contract: Contract, exchange: Exchange): void {
  if (exchange.old === undefined) {
    checkExpand(contract, exchange.op!, exchange.expand!);
    return;
  }
  const { now, before } = exchange.old.splitExpand(contract, exchange.op!, exchange.expand!);
  exchange.expand = now;
  exchange.expandBefore = before;
}

/** The request's parameters: the query of GET and DELETE, the body of POST (with the query, where there is one). */
export function readParameters(platform: Platform, exchange: Exchange): void {
  const { contract } = platform.engine;
  const op = exchange.op!;
  const type = header(exchange, 'content-type') ?? '';
  if (op.multipart && type.startsWith('multipart/form-data')) return;
  if (exchange.method === 'POST' && /json/.test(type) && exchange.bytes.length > 0) {
    throw badBody(
      `The request body has the content type ${JSON.stringify(type)}; v1 takes application/x-www-form-urlencoded. Send name=value pairs instead of JSON.`,
    );
  }
  const body = exchange.method === 'POST' ? exchange.bytes.toString('utf8') : '';
  exchange.form = body === '' ? exchange.query : exchange.query === '' ? body : `${exchange.query}&${body}`;
  try {
    const form = decodeForm(exchange.form);
    if (exchange.names !== undefined) upgrade(platform, exchange, form);
    exchange.params = readParams(contract, op, form);
    const { expand } = exchange.params;
    exchange.expand = Array.isArray(expand) ? (expand as string[]) : [];
    if (exchange.expand.length > 0) chooseExpansions(contract, exchange);
    delete exchange.params.expand;
    if (exchange.upgraded !== undefined) Object.assign(exchange.params, exchange.upgraded.beside);
  } catch (error) {
    if (error instanceof ParamError) throw invalid(error.message, error.param, error.code);
    if (error instanceof FormError) throw badBody(error.message);
    throw error;
  }
}
