import { readFileSync } from 'node:fs';
import type { Contract, Operation } from './contract.ts';
import { type Field, fieldsOf, type Node, NULLABLE, OPTIONAL } from './table.ts';

/** A field of an object as others want to know it: for SQL columns, for list filters, for pages. */
export interface ObjectField {
  readonly name: string;
  readonly kind: 'text' | 'integer' | 'number' | 'boolean' | 'time' | 'decimal' | 'reference' | 'list' | 'json';
  readonly nullable: boolean;
  readonly optional: boolean;
  /** The kinds of object that a reference may name, or that a list holds. */
  readonly objects: readonly string[];
}

const KINDS: Readonly<Record<string, ObjectField['kind']>> = {
  any: 'json',
  str: 'text',
  int: 'integer',
  num: 'number',
  bool: 'boolean',
  time: 'time',
  dec: 'decimal',
  i64: 'text',
  file: 'text',
  stream: 'text',
};

function kindOf(contract: Contract, node: Node): { kind: ObjectField['kind']; objects: readonly string[] } {
  if (typeof node === 'string') return { kind: KINDS[node]!, objects: [] };
  switch (node[0]) {
    case 'e':
      return { kind: node[2].every((value) => typeof value === 'number') ? 'integer' : 'text', objects: [] };
    case 'B':
      return { kind: 'boolean', objects: [] };
    case 'x':
      return { kind: 'reference', objects: contract.objectsOf(node[1]) };
    case 'l': {
      const item = contract.node(node[1]);
      const objects =
        typeof item !== 'string' && (item[0] === 'r' || item[0] === 'p') ? contract.objectsOf([item[1]].flat() as number[]) : [];
      return { kind: 'list', objects };
    }
    default:
      return { kind: 'json', objects: [] };
  }
}

const cache = new WeakMap<Contract, Map<string, readonly ObjectField[]>>();

/** The fields of an object, in the contract's order. */
export function objectFields(contract: Contract, object: string): readonly ObjectField[] {
  let known = cache.get(contract);
  if (known === undefined) {
    known = new Map();
    cache.set(contract, known);
  }
  let fields = known.get(object);
  if (fields === undefined) {
    fields = contract.fields(object).map((field: Field) => ({
      name: field.name,
      ...kindOf(contract, contract.node(field.node)),
      nullable: (field.flags & NULLABLE) !== 0,
      optional: (field.flags & OPTIONAL) !== 0,
    }));
    known.set(object, fields);
  }
  return fields;
}

/** The object's own list address: `customer` → `/v1/customers`. Only lists that stand at the top, without an id in the path. */
export function listPaths(contract: Contract): ReadonlyMap<string, string> {
  const found = new Map<string, string>();
  for (const op of contract.operations) {
    if (op.method !== 'GET' || op.paging !== 'list' || op.names.length > 0 || !op.path.startsWith('/v1/') || op.resultObject === undefined)
      continue;
    if (!found.has(op.resultObject)) found.set(op.resultObject, op.path);
  }
  return found;
}

/** The parameters of a list operation, by name. */
export function listFilters(contract: Contract, op: Operation): readonly string[] {
  const paging = new Set(['limit', 'starting_after', 'ending_before', 'expand', 'page', 'query']);
  return op.params < 0
    ? []
    : fieldsOf(contract.node(op.params))
        .map((field) => field.name)
        .filter((name) => !paging.has(name));
}

/** What a list operation must be told: such a list is of something, and not of an account. */
export function listNeeds(contract: Contract, op: Operation): readonly string[] {
  const fields = op.params < 0 ? [] : fieldsOf(contract.node(op.params));
  return fields.filter(({ flags }) => (flags & OPTIONAL) === 0).map(({ name }) => name);
}

interface Docs {
  readonly docs: readonly string[];
  readonly objs: readonly (readonly [number, readonly number[]])[];
}
let docs: { texts: readonly string[]; byNode: Map<number, readonly number[]> } | undefined;

/** Stripe's sentence about a field, or nothing. Reads `docs.json` when first asked. */
export function fieldDescription(contract: Contract, object: string, field: string): string | undefined {
  if (docs === undefined) {
    const read = JSON.parse(readFileSync(new URL('../dist/docs.json', import.meta.url), 'utf8')) as Docs;
    docs = { texts: read.docs, byNode: new Map(read.objs) };
  }
  const shape = contract.objects.get(object);
  if (shape === undefined) return undefined;
  const at = contract.fields(object).findIndex((each) => each.name === field);
  const text = docs.byNode.get(shape)?.[at];
  return text === undefined || text < 0 ? undefined : docs.texts[text];
}
