import { objectFields } from '@annex/contract';
import type { Behaviour, FilterPredicate } from './behaviour.ts';
import type { Draft } from './draft.ts';
import { invalid, noSuch, notSimulated } from './errors.ts';
import type { PageQuery } from './store.ts';
import { valueAt } from './values.ts';
import type { Params, StripeObject } from './world.ts';

const PAGING = new Set(['limit', 'starting_after', 'ending_before', 'expand', 'page', 'query']);
const RANGE_KEYS = new Set(['gt', 'gte', 'lt', 'lte']);

type Predicate = (object: StripeObject) => boolean;
type Range = { gt?: number; gte?: number; lt?: number; lte?: number };

const isHash = (value: unknown): value is Record<string, unknown> => typeof value === 'object' && value !== null && !Array.isArray(value);
const isRange = (value: unknown): value is Range => isHash(value) && Object.keys(value).every((key) => RANGE_KEYS.has(key));

const inRange = (value: unknown, range: Range): boolean =>
  typeof value === 'number' &&
  (range.gt === undefined || value > range.gt) &&
  (range.gte === undefined || value >= range.gte) &&
  (range.lt === undefined || value < range.lt) &&
  (range.lte === undefined || value <= range.lte);

const idOf = (value: unknown): unknown => (isHash(value) && 'id' in value ? value.id : value);

/** A nested filter (`recurring[interval]=month`) asks every leaf to be equal. */
const nestedEqual = (actual: unknown, wanted: Record<string, unknown>): boolean =>
  isHash(actual) &&
  Object.entries(wanted).every(([key, value]) => (isHash(value) ? nestedEqual(actual[key], value) : actual[key] === value));

/** Stripe clamps a limit out of 1..100 rather than refusing it (captured on customers). */
export const limitOf = (params: Params): number => Math.min(100, Math.max(1, typeof params.limit === 'number' ? params.limit : 10));

type Declared = NonNullable<Behaviour['filters']>[string];

function declaredFilter(declared: Declared | undefined, name: string, value: unknown): string | FilterPredicate | undefined {
  if (typeof declared !== 'object') return declared;
  return declared.pattern.test(String(value)) ? declared.holds : name;
}

/** The store's query for a list operation's parameters. */
export function listQuery(
  draft: Draft,
  listing: { object: string; behaviour: Behaviour | undefined; plain: NonNullable<Behaviour['filters']>; params: Params },
): PageQuery {
  const { object, behaviour, plain, params } = listing;
  const where: [string, unknown][] = [];
  const predicates: Predicate[] = [];
  let created: Range | undefined;
  const fields = objectFields(draft.contract, object);
  for (const [name, value] of Object.entries(params)) {
    if (PAGING.has(name) || value === undefined || value === null) continue;
    const declared = declaredFilter(behaviour?.filters?.[name] ?? plain[`${object}.${name}`], name, value);
    if (typeof declared === 'function') {
      predicates.push((row) => declared(row, value, draft));
      continue;
    }
    const path = declared ?? name;
    if (declared === undefined && name !== 'created' && !fields.some((field) => field.name === name))
      throw notSimulated(`the filter '${name}' of a list of ${object}s`);
    if (name === 'created') created = isRange(value) ? value : { gte: Number(value), lte: Number(value) };
    else if (isRange(value)) predicates.push((row) => inRange(valueAt(row, path), value));
    else if (isHash(value)) predicates.push((row) => nestedEqual(valueAt(row, path), value));
    else if (Array.isArray(value)) predicates.push((row) => value.includes(idOf(valueAt(row, path))));
    else where.push([path, value]);
  }
  const since = behaviour?.listedSince?.(draft);
  if (since !== undefined) created = { ...created, gte: Math.max(since, created?.gte ?? since) };
  const listed = behaviour?.listed?.(params);
  if (listed?.filter !== undefined) predicates.push(listed.filter);
  if (listed?.where !== undefined) where.push(...listed.where.map(([path, value]): [string, unknown] => [path, value]));
  return {
    ...(where.length > 0 && { where }),
    ...(created !== undefined && { created }),
    ...(predicates.length > 0 && { filter: (row: StripeObject) => predicates.every((holds) => holds(row)) }),
    ...cursorsOf(draft, object, params),
    limit: limitOf(params),
  };
}

/** A cursor must name an object of the listed type; that is checked before the refusal of two cursors. */
function cursorsOf(draft: Draft, object: string, params: Params): Pick<PageQuery, 'startingAfter' | 'endingBefore'> {
  for (const param of ['starting_after', 'ending_before']) {
    const id = params[param];
    if (typeof id !== 'string') continue;
    if (draft.getOrStub(object, id) === undefined) throw noSuch(draft.contract.objectWord(object), id, { param, inPath: false });
  }
  if (params.starting_after !== undefined && params.ending_before !== undefined) {
    throw invalid('Received both starting_after and ending_before parameters. Please pass in only one.');
  }
  return {
    ...(params.starting_after !== undefined && { startingAfter: params.starting_after }),
    ...(params.ending_before !== undefined && { endingBefore: params.ending_before }),
  };
}
