import { type Contract, checkExpand, type Operation, objectFields, ParamError } from '@annex/contract';
import type { StripeObject } from '../engine/index.ts';
import type { Look, VersionChange } from './change.ts';
import type { Downgrade } from './downgrade.ts';

/** The expansions of an old request: those that the engine can do now, and those that lead through a field of before. */
export interface OldExpand {
  readonly now: readonly string[];
  /** Whole paths, walked over the answer as it was. */
  readonly before: readonly string[];
}

/** Fields that could be expanded before, over all changes. */
export function referencesOf(changes: readonly VersionChange[]): ReadonlyMap<string, string> {
  const found = new Map<string, string>();
  for (const change of changes) {
    for (const [object, fields] of Object.entries(change.references ?? {})) {
      for (const [field, target] of Object.entries(fields)) found.set(`${object}.${field}`, target);
    }
  }
  return found;
}

const canExpand = (contract: Contract, op: Operation, path: string): boolean => {
  try {
    checkExpand(contract, op, [path]);
    return true;
  } catch (error) {
    if (error instanceof ParamError) return false;
    throw error;
  }
};

/** What follows a field of before must lead somewhere from one of the objects that it named. */
function checkRest(
  given: { contract: Contract; references: ReadonlyMap<string, string> },
  path: string,
  after: { field: string; rest: readonly string[] },
): void {
  const { contract, references } = given;
  if (after.rest.length === 0) return;
  const named = [...references].filter(([key]) => key.endsWith(`.${after.field}`)).map(([, target]) => target);
  const leads = named.some((target) => {
    const op = contract.operations.find((each) => each.method === 'GET' && each.resultObject === target && each.path.endsWith('}'));
    if (op === undefined) return false;
    try {
      splitExpand({ contract, op, references }, [after.rest.join('.')]);
      return true;
    } catch {
      return false;
    }
  });
  if (!leads) throw new ParamError(`This property cannot be expanded (${path}).`);
}

/** A path that the contract refuses is taken where one of its segments named a reference before; what precedes it is expanded now. */
export function splitExpand(
  given: { contract: Contract; op: Operation; references: ReadonlyMap<string, string> },
  paths: readonly string[],
): OldExpand {
  const fields = new Set([...given.references.keys()].map((key) => key.slice(key.lastIndexOf('.') + 1)));
  const now = new Set<string>();
  const before: string[] = [];
  for (const path of paths) {
    const way = path.split('.');
    const old = canExpand(given.contract, given.op, path) ? -1 : way.findIndex((segment) => fields.has(segment));
    if (old < 0 || way.filter((segment, index) => index === 0 || segment !== 'data').length > 4) {
      checkExpand(given.contract, given.op, [path]);
      now.add(path);
      continue;
    }
    checkRest(given, path, { field: way[old]!, rest: way.slice(old + 1) });
    const reached = way.slice(0, old).join('.');
    if (reached !== '' && reached !== 'data' && canExpand(given.contract, given.op, reached)) now.add(reached);
    before.push(path);
  }
  return { now: [...now], before };
}

interface Walk {
  readonly contract: Contract;
  readonly look: Look;
  readonly downgrade: Downgrade;
  readonly references: ReadonlyMap<string, string>;
}

/** The kinds of object that a field may name: before, or now. */
function targets(walk: Walk, object: string, field: string): readonly string[] {
  const old = walk.references.get(`${object}.${field}`);
  if (old !== undefined) return [old];
  return objectFields(walk.contract, object).find((each) => each.name === field)?.objects ?? [];
}

/** Expands in place along one path of an answer that is in its old form. */
export function expandBefore(walk: Walk, value: unknown, way: readonly string[]): void {
  const [field, ...rest] = way;
  if (field === undefined || typeof value !== 'object' || value === null) return;
  if (Array.isArray(value)) {
    for (const item of value) expandBefore(walk, item, way);
    return;
  }
  const parent = value as StripeObject;
  const inside: unknown = parent[field];
  if (typeof inside === 'string') parent[field] = fetched(walk, targets(walk, parent.object, field), inside) ?? inside;
  expandBefore(walk, parent[field], rest);
}

function fetched(walk: Walk, kinds: readonly string[], id: string): StripeObject | undefined {
  for (const kind of kinds) {
    const found = walk.look.get(kind, id);
    if (found === undefined) continue;
    walk.downgrade.walk(found, walk.look);
    return found;
  }
  return undefined;
}
