import type { Contract, Operation } from './contract.ts';
import { fieldsOf, type NodeId, NULLABLE, OPTIONAL } from './table.ts';

/** What a new object is told about itself. Times in unix seconds. */
export interface Given {
  readonly id?: string;
  readonly created: number;
  readonly livemode: boolean;
}

type Made = Record<string, unknown>;
/** Makes one value afresh, so that no two objects share a part. */
type Make = (given: Given) => unknown;

const DEEPEST = 6;
/** What needs no making, by its maker: it stands in the template already. */
const constants = new WeakMap<Make, unknown>();
function constant(value: unknown): Make {
  const make: Make = () => value;
  constants.set(make, value);
  return make;
}

export class Shapes {
  private readonly contract: Contract;
  private readonly objects = new Map<string, Make>();

  constructor(contract: Contract) {
    this.contract = contract;
  }

  /** The template of an object, compiled once. */
  of(object: string): Make {
    let make = this.objects.get(object);
    if (make === undefined) {
      const shape = this.contract.objects.get(object);
      make = shape === undefined ? () => ({ object }) : this.object(shape, { object, depth: 0 });
      this.objects.set(object, make);
    }
    return make;
  }

  /** The default of a node in a named field. */
  node(id: NodeId, place: { object: string; field: string; depth: number }): Make {
    const { contract } = this;
    const node = contract.node(id);
    const { field, depth } = place;
    if (typeof node === 'string') return primitive(node, field);
    switch (node[0]) {
      case 'e':
        return constant(node[2][0]);
      case 'B':
        return constant(node[1] === 1);
      case 'a':
        return () => [];
      case 'm':
      case 'M':
        return () => ({});
      case 'l':
        return (given) => ({ object: 'list', data: [], has_more: false, url: listUrl(contract, place.object, field, given.id ?? '') });
      case 's':
        return () => ({ object: 'search_result', data: [], has_more: false, next_page: null, url: '' });
      case 'v':
      case 'w':
        return () => ({ data: [], next_page_url: null, previous_page_url: null });
      case 'r':
        return depth > DEEPEST
          ? constant(null)
          : this.object(contract.shapeOfResource(node[1]), { object: contract.objectsOf([node[1]])[0]!, depth: depth + 1 });
      case 'p':
        return depth > DEEPEST ? constant(null) : this.anyOf(node[1], depth);
      case 'x':
        return constant(`${contract.idPrefix(contract.objectsOf(node[1])[0]!) ?? ''}none`);
      case 'u':
        return this.node(node[1][0]!, place);
      default:
        return depth > DEEPEST ? () => ({}) : this.object(id, { object: place.object, depth: depth + 1 });
    }
  }

  private anyOf(resources: readonly number[], depth: number): Make {
    const live = resources.find((index) => !this.contract.isDeletedVariant(index)) ?? resources[0]!;
    return this.object(this.contract.shapeOfResource(live), { object: this.contract.objectsOf([live])[0]!, depth: depth + 1 });
  }

  private object(shape: NodeId, place: { object: string; depth: number }): Make {
    const parts: [string, Make][] = [];
    for (const { name, flags, node } of fieldsOf(this.contract.node(shape))) {
      if ((flags & OPTIONAL) !== 0) continue;
      parts.push([name, (flags & NULLABLE) !== 0 ? constant(null) : this.field(name, node, place)]);
    }
    parts.sort(([a], [b]) => rank(a) - rank(b) || (a < b ? -1 : 1));
    const template = templateOf(parts);
    const varying = parts.filter(([, make]) => !constants.has(make));
    return (given) => {
      const made: Made = { ...template };
      for (const [name, make] of varying) made[name] = make(given);
      return made;
    };
  }

  private field(name: string, node: NodeId, place: { object: string; depth: number }): Make {
    if (place.depth === 0) {
      if (name === 'id') return (given) => given.id ?? '';
      if (name === 'livemode') return (given) => given.livemode;
      if (name === 'created') return (given) => given.created;
    } else if (name === 'id') return constant('');
    return this.node(node, { object: place.object, field: name, depth: place.depth });
  }
}

/**
 * All fields, those that vary as null. Copying it costs a thirtieth of adding field after field, if the engine gave the object one
 * shape for all that its fields will ever hold: hence the parse, and the values of other kinds that are written and forgotten.
 */
function templateOf(parts: readonly (readonly [string, Make])[]): Made {
  const text = JSON.stringify(Object.fromEntries(parts.map(([name, make]) => [name, constants.get(make) ?? null])));
  const taught = JSON.parse(text) as Made;
  for (const [name] of parts) for (const value of [0.5, '', {}]) taught[name] = value;
  return JSON.parse(text) as Made;
}

/** Stripe's order of keys: id, object, then alphabetical. */
const rank = (name: string): number => (name === 'id' ? 0 : name === 'object' ? 1 : 2);

function primitive(kind: string, field: string): Make {
  switch (kind) {
    case 'str':
      return constant(field === 'currency' ? 'usd' : field === 'country' ? 'US' : '');
    case 'bool':
      return constant(false);
    case 'dec':
    case 'i64':
      return constant('0');
    case 'time':
      return (given) => given.created;
    case 'int':
    case 'num':
      return constant(0);
    default:
      return constant(null);
  }
}

function listUrl(contract: Contract, object: string, field: string, id: string): string {
  const known = contract.listUrl(object, field);
  if (known !== undefined) return known.replace('{id}', id);
  const home = contract.operations.find(
    (op) => op.method === 'GET' && op.resultObject === object && !op.resultIsList && /\}$/.test(op.path),
  );
  return home === undefined ? `/v1/${field}` : `${home.path.replace(/\{[^}]+\}$/, id)}/${field}`;
}

const shapes = new WeakMap<Contract, Shapes>();
export function shapesOf(contract: Contract): Shapes {
  let made = shapes.get(contract);
  if (made === undefined) {
    made = new Shapes(contract);
    shapes.set(contract, made);
  }
  return made;
}

/** A new object with every field that is always present: `null` where it may be, else empty, zero, false or the first value. */
export function defaultObject(contract: Contract, object: string, given: Given): Record<string, unknown> {
  const made = shapesOf(contract).of(object)(given) as Made;
  if (given.id !== undefined && 'id' in made) made.id = given.id;
  return made;
}

export interface AnswerGiven {
  readonly ids: readonly string[];
  readonly params: Readonly<Record<string, unknown>>;
  readonly created: number;
  readonly livemode: boolean;
}

/** An answer made from the schema alone: the right object, list or deleted stub, with the ids of the path. */
export function contractAnswer(contract: Contract, op: Operation, given: AnswerGiven): unknown {
  const { ids, created, livemode } = given;
  const object = op.resultObject;
  if (object === undefined) {
    if (op.result < 0) return {};
    return shapesOf(contract).node(op.result, { object: '', field: '', depth: 0 })({ created, livemode });
  }
  const isNamed = op.path.endsWith('}') || (op.method === 'POST' && ids.length > 0);
  const id = isNamed ? ids[ids.length - 1]! : `${contract.idPrefix(object) ?? ''}annex`;
  if (op.method === 'DELETE' && contract.resultIsStub(op)) return { id, object, deleted: true };
  const item = defaultObject(contract, object, { id, created, livemode });
  for (const [name, value] of Object.entries(given.params)) {
    if (name in item && typeof value !== 'object' && typeof item[name] === typeof value) item[name] = value;
  }
  if (!op.resultIsList) return item;
  const url = op.path.replace(/\{[^}]+\}/g, () => ids[0] ?? '');
  if (op.paging === 'search') return { object: 'search_result', data: [item], has_more: false, next_page: null, url };
  if (op.json) return { data: [item], next_page_url: null, previous_page_url: null };
  return { object: 'list', data: [item], has_more: false, url };
}
