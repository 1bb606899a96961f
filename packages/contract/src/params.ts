import type { Contract, Operation } from './contract.ts';
import type { Form, FormHash } from './form.ts';
import * as refusal from './param-error.ts';
import { EMPTYABLE, type Field, fieldsOf, type Node, type NodeId, NULLABLE, OPTIONAL } from './table.ts';

type Value = unknown;
/** Reads one value; `path` is its name as Stripe writes it: `items[0][price]`. */
type Read = (value: Form, path: string) => Value;

const LONGEST = 5000;
const LONGEST_DESCRIPTION = 40_000;
const inner = (path: string, key: string): string => (path === '' ? key : `${path}[${key}]`);
const isHash = (value: Form): value is FormHash => typeof value === 'object' && !Array.isArray(value);

function readInteger(value: Form, path: string): number {
  if (typeof value !== 'string') throw refusal.badInteger(path, value);
  if (value === '') throw refusal.emptyParam(path);
  if (!/^-?\d{1,15}$/.test(value)) throw refusal.badInteger(path, value);
  return Number(value);
}

function readNumber(value: Form, path: string): number {
  if (value === '') throw refusal.emptyParam(path);
  if (typeof value !== 'string' || !/^-?(?:\d{1,15}\.?\d{0,15}|\.\d{1,15})$/.test(value)) throw refusal.badNumber(path, value);
  return Number(value);
}

function readDecimal(value: Form, path: string): string {
  if (value === '') throw refusal.emptyParam(path);
  if (typeof value !== 'string' || !/^-?\d{1,20}(?:\.\d{1,12})?$/.test(value)) throw refusal.badNumber(path, value);
  return value;
}

function readBoolean(value: Form, path: string): boolean {
  if (value === '') throw refusal.emptyParam(path);
  if (value === 'true' || value === 'True' || value === '1') return true;
  if (value === 'false' || value === 'False' || value === '0') return false;
  throw refusal.badBoolean(path, value);
}

/** The most characters that a parameter may have, by the end of its name. */
class Lengths {
  private readonly byEnd: ReadonlyMap<string, number>;
  /** What is no longer than this needs no look-up. */
  private readonly least: number;

  constructor(longest: Readonly<Record<string, number>>) {
    this.byEnd = new Map(Object.entries(longest).map(([path, most]) => [dotted(path), most]));
    this.least = Math.min(LONGEST, ...this.byEnd.values());
  }

  check(value: string, path: string): void {
    if (value.length <= this.least) return;
    const most = path === 'description' ? LONGEST_DESCRIPTION : this.of(dotted(path));
    if (value.length > most) throw refusal.tooLong(path, value, most);
  }

  private of(path: string): number {
    for (let end = path; ; end = end.slice(end.indexOf('.') + 1)) {
      const most = this.byEnd.get(end);
      if (most !== undefined) return most;
      if (!end.includes('.')) return LONGEST;
    }
  }
}

/** `items[0][price]` → `items.[].price` */
const dotted = (path: string): string => path.replace(/\[\d*\]/g, '.[]').replace(/\[([^\]]+)\]/g, '.$1');

function readString(value: Form, path: string): string {
  if (typeof value !== 'string') throw refusal.badString(path, value);
  if (value === '') throw refusal.emptyParam(path);
  return value;
}

const PRIMITIVES: Readonly<Record<string, Read>> = {
  any: (value) => value,
  str: readString,
  i64: readString,
  file: (value) => value,
  stream: (value) => value,
  int: readInteger,
  time: readInteger,
  num: readNumber,
  dec: readDecimal,
  bool: readBoolean,
};

/** `a[]`, and hashes whose keys are 0, 1, 2 …: anything else is told in Stripe's long sentence. */
function listOf(value: Form, path: string): Form[] {
  if (Array.isArray(value)) return value;
  if (!isHash(value)) throw refusal.badArray(path);
  const keys = Object.keys(value);
  if (!keys.every((key) => /^\d+$/.test(key))) throw refusal.badArray(path);
  return keys.map((key, index) => {
    const at = value[index];
    if (at === undefined) throw refusal.arrayKeys(path, key, index);
    return at;
  });
}

/** Writes a key without ever meeting a prototype's setter. */
function define(target: Record<string, unknown>, key: string, value: unknown): void {
  if (key === '__proto__') Object.defineProperty(target, key, { value, enumerable: true, configurable: true, writable: true });
  else target[key] = value;
}

/** Values stay strings; an empty one is kept as the mark that unsets its key (api-and-events 1.10). */
function readMetadata(value: Form, path: string): Value {
  if (!isHash(value)) throw refusal.badObject(path);
  const keys = Object.keys(value);
  if (keys.length > 50) throw refusal.tooManyKeys(keys.length);
  const out: Record<string, string> = {};
  for (const key of keys) {
    const item = value[key]!;
    if (typeof item !== 'string') throw refusal.badString(inner(path, key), item);
    if (key.length > 40) throw refusal.metadataKeyTooLong(key);
    if (item.length > 500) throw refusal.metadataValueTooLong(key, item);
    define(out, key, item);
  }
  return out;
}

/** Interprets the table; nodes are linked to readers when they are first met. */
export class ParamReader {
  private readonly contract: Contract;
  private readonly linked: Read[] = [];
  private readonly byOperation = new Map<Operation, Read>();
  private readonly lengths: Lengths;

  constructor(contract: Contract, longest: Readonly<Record<string, number>>) {
    this.contract = contract;
    this.lengths = new Lengths(longest);
  }

  private readonly text: Read = (value, path) => {
    const text = readString(value, path);
    this.lengths.check(text, path);
    return text;
  };

  read(op: Operation, form: FormHash): Record<string, unknown> {
    let reader = this.byOperation.get(op);
    if (reader === undefined) {
      const node: Node = op.params < 0 ? ['o', []] : this.contract.node(op.params);
      reader = this.object(fieldsOf(node), { expand: true, unset: this.unsettable(op) });
      this.byOperation.set(op, reader);
    }
    return reader(form, '') as Record<string, unknown>;
  }

  /** Optional strings that name a field which may be null: an empty value unsets them too, though the types do not say so. */
  private unsettable(op: Operation): ReadonlySet<string> {
    if (op.params < 0 || op.resultObject === undefined || op.method !== 'POST') return new Set();
    const nullable = new Set(
      this.contract
        .fields(op.resultObject)
        .filter((field) => (field.flags & NULLABLE) !== 0)
        .map((field) => field.name),
    );
    const texts = fieldsOf(this.contract.node(op.params)).filter(
      (field) => this.contract.node(field.node) === 'str' && (field.flags & OPTIONAL) !== 0,
    );
    return new Set(texts.map((field) => field.name).filter((name) => nullable.has(name)));
  }

  private link(id: NodeId): Read {
    const known = this.linked[id];
    if (known !== undefined) return known;
    // Recursive shapes meet themselves while they are being linked.
    this.linked[id] = (value, path) => this.linked[id]!(value, path);
    const reader = this.make(this.contract.node(id));
    this.linked[id] = reader;
    return reader;
  }

  private make(node: Node): Read {
    if (node === 'str') return this.text;
    if (typeof node === 'string') return PRIMITIVES[node]!;
    switch (node[0]) {
      case 'e': {
        const values = new Map(node[2].map((value) => [String(value), value]));
        return (value, path) => {
          const found = typeof value === 'string' ? values.get(value) : undefined;
          if (found === undefined) throw value === '' ? refusal.emptyParam(path) : refusal.badEnum(path, node[2]);
          return found;
        };
      }
      case 'B':
        return (value, path) => {
          if (readBoolean(value, path) !== (node[1] === 1)) throw refusal.badBoolean(path, value);
          return node[1] === 1;
        };
      case 'a': {
        const item = this.link(node[1]);
        return (value, path) => listOf(value, path).map((each, index) => item(each, `${path}[${index}]`));
      }
      case 'M':
        return readMetadata;
      case 'm': {
        const item = this.link(node[1]);
        return (value, path) => {
          if (!isHash(value)) throw refusal.badObject(path);
          const out: Record<string, unknown> = {};
          for (const key of Object.keys(value)) define(out, key, value[key] === '' ? null : item(value[key]!, inner(path, key)));
          return out;
        };
      }
      case 'u':
        return this.union(node[1]);
      case 'o':
        return this.object(fieldsOf(node), { expand: false });
      default:
        return this.text;
    }
  }

  /** Tried in order among the arms that take this kind of value; the last one's refusal is told. */
  private union(arms: readonly NodeId[]): Read {
    const takesHash = (id: NodeId): boolean => {
      const node = this.contract.node(id);
      return typeof node !== 'string' && 'aMmou'.includes(node[0]);
    };
    const [hashes, scalars] = [arms.filter(takesHash), arms.filter((id) => !takesHash(id))];
    const attempt = (ids: readonly NodeId[], value: Form, path: string): Value => {
      let last: unknown;
      for (const id of ids) {
        try {
          return this.link(id)(value, path);
        } catch (error) {
          last = error;
        }
      }
      throw last;
    };
    return (value, path) =>
      attempt(typeof value === 'string' ? (scalars.length > 0 ? scalars : arms) : hashes.length > 0 ? hashes : arms, value, path);
  }

  private object(fields: readonly Field[], options: { expand: boolean; unset?: ReadonlySet<string> }): Read {
    const known = new Map<string, { read: Read | undefined; field: Field }>();
    for (const field of fields) known.set(field.name, { read: undefined, field });
    const required = fields.filter((field) => (field.flags & OPTIONAL) === 0).map((field) => field.name);
    return (value, path) => {
      if (!isHash(value)) throw refusal.badObject(path);
      const out: Record<string, unknown> = {};
      let unknown: string[] | undefined;
      for (const key in value) {
        const slot = known.get(key);
        if (slot === undefined) {
          if (options.expand && key === 'expand') out.expand = listOf(value[key]!, key).map((each) => readString(each, key));
          else if (unknown === undefined) unknown = [inner(path, key)];
          else unknown.push(inner(path, key));
          continue;
        }
        const given = value[key]!;
        if (given === '' && ((slot.field.flags & EMPTYABLE) !== 0 || options.unset?.has(key))) {
          out[key] = null;
          continue;
        }
        slot.read ??= this.link(slot.field.node);
        out[key] = slot.read(given, inner(path, key));
      }
      if (unknown !== undefined) throw refusal.unknownParams(unknown);
      for (const name of required) if (value[name] === undefined) throw refusal.missingParam(inner(path, name));
      return out;
    };
  }
}

/**
 * The typed parameters of an operation, or the refusal that Stripe gives. Integers are numbers, decimals stay strings, an
 * empty string on a parameter that can be unset is `null`, metadata keeps `''` as its mark for unsetting a key.
 */
export function readParams(contract: Contract, op: Operation, form: FormHash): Record<string, unknown> {
  return contract.params.read(op, form);
}
