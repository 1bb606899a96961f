import type { Contract } from './contract.ts';
import { shapesOf } from './shape.ts';
import { type Field, fieldsOf, type NodeId, NULLABLE, OPTIONAL } from './table.ts';

/** A value that cannot stand in this field: a behaviour has to say what it means. */
const UNFIT = Symbol('unfit');
type Hash = Record<string, unknown>;
const isHash = (value: unknown): value is Hash => typeof value === 'object' && value !== null && !Array.isArray(value);
const TIMELESS = { created: 0, livemode: false };

function fitHash(contract: Contract, fields: readonly Field[], place: { value: Hash; before: unknown }): Hash {
  const out: Hash = {};
  for (const { name, flags, node } of fields) {
    const given = place.value[name];
    const old = isHash(place.before) ? place.before[name] : undefined;
    const fitted = given === undefined ? UNFIT : fitNode(contract, node, { value: given, before: old, nullable: (flags & NULLABLE) !== 0 });
    if (fitted !== UNFIT) out[name] = fitted;
    else if (old !== undefined) out[name] = old;
    else if ((flags & OPTIONAL) === 0)
      out[name] = (flags & NULLABLE) !== 0 ? null : shapesOf(contract).node(node, { object: '', field: name, depth: 3 })(TIMELESS);
  }
  return out;
}

function fitNode(contract: Contract, id: NodeId, given: { value: unknown; before: unknown; nullable: boolean }): unknown {
  const { value, before, nullable } = given;
  if (value === null) return nullable ? null : UNFIT;
  const node = contract.node(id);
  if (typeof node === 'string') return fitPrimitive(node, value);
  switch (node[0]) {
    case 'e':
      return node[2].includes(value as string) ? value : UNFIT;
    case 'B':
      return value === (node[1] === 1) ? value : UNFIT;
    case 'a': {
      if (!Array.isArray(value)) return UNFIT;
      const items = value.map((item) => fitNode(contract, node[1], { value: item, before: undefined, nullable: false }));
      return items.includes(UNFIT) ? UNFIT : items;
    }
    case 'm':
    case 'M':
      return isHash(value) ? value : UNFIT;
    case 'x':
      return typeof value === 'string' ? value : UNFIT;
    case 'u': {
      for (const arm of node[1]) {
        const fitted = fitNode(contract, arm, given);
        if (fitted !== UNFIT) return fitted;
      }
      return UNFIT;
    }
    case 'o':
      return isHash(value) ? fitHash(contract, fieldsOf(node), { value, before }) : UNFIT;
    default:
      return UNFIT;
  }
}

function fitPrimitive(kind: string, value: unknown): unknown {
  switch (kind) {
    case 'any':
      return value;
    case 'str':
    case 'i64':
      return typeof value === 'string' ? value : UNFIT;
    case 'dec':
      return typeof value === 'string' || typeof value === 'number' ? String(value) : UNFIT;
    case 'bool':
      return typeof value === 'boolean' ? value : UNFIT;
    case 'int':
    case 'time':
    case 'num':
      return typeof value === 'number' ? value : UNFIT;
    default:
      return UNFIT;
  }
}

/**
 * The parameters that name a field of the object, in that field's shape: nested hashes are filled up with their nulls, and
 * on an update laid over what was there. What does not fit is left to the object's behaviour. `metadata` is not copied: it
 * merges.
 */
export function fitFields(contract: Contract, object: string, params: Readonly<Hash>, before?: Readonly<Hash>): Hash {
  const out: Hash = {};
  for (const { name, flags, node } of contract.fields(object)) {
    const value = params[name];
    if (value === undefined || name === 'metadata' || name === 'id' || name === 'object') continue;
    const fitted = fitNode(contract, node, { value, before: before?.[name], nullable: (flags & NULLABLE) !== 0 || value === null });
    if (fitted !== UNFIT) out[name] = fitted;
  }
  return out;
}
