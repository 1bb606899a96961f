import { readFileSync } from 'node:fs';
import { ParamReader } from './params.ts';
import { type Field, fieldsOf, type Node, type NodeId, type Table } from './table.ts';

/** One operation of the API, as the table tells it. */
export interface Operation {
  /** `POST /v1/customers/{id}` */
  readonly key: string;
  /** `Customers.update`: the SDK's name. */
  readonly id: string;
  readonly method: 'GET' | 'POST' | 'DELETE';
  readonly path: string;
  /** Node of the parameters, or -1. */
  readonly params: NodeId;
  readonly paramsRequired: boolean;
  /** Node of the answer, or -1. */
  readonly result: NodeId;
  readonly paging: '' | 'list' | 'search';
  readonly base: '' | 'files' | 'connect' | 'meter_events';
  readonly multipart: boolean;
  readonly stream: boolean;
  /** v2: JSON bodies. */
  readonly json: boolean;
  /** Names of the path's holes, in order. */
  readonly names: readonly string[];
  /** The `object` of the answer, or of what a list holds; live variant. */
  readonly resultObject: string | undefined;
  readonly resultIsList: boolean;
}

export interface Match {
  readonly op: Operation;
  readonly ids: string[];
}

interface Trie {
  readonly literals: Map<string, Trie>;
  hole: Trie | undefined;
  op: Operation | undefined;
}

const trie = (): Trie => ({ literals: new Map(), hole: undefined, op: undefined });

export class Contract {
  readonly sdk: string;
  /** `2026-10-28.endive` */
  readonly api: string;
  readonly operations: readonly Operation[];
  readonly eventTypes: ReadonlySet<string>;
  readonly params: ParamReader;
  private readonly table: Table;
  private readonly shapes = new Map<string, NodeId>();
  private readonly roots: Record<string, Trie> = { GET: trie(), POST: trie(), DELETE: trie() };
  private readonly payloads = new Map<string, number>();

  constructor(table: Table) {
    this.table = table;
    this.sdk = table.sdk;
    this.api = table.api;
    for (const [name, object, deleted, shape] of table.resources) {
      if (deleted === 0 && !name.startsWith('V2.') && !this.shapes.has(object)) this.shapes.set(object, shape);
    }
    for (const [name, object, deleted, shape] of table.resources)
      if (deleted === 0 && name.startsWith('V2.') && !this.shapes.has(object)) this.shapes.set(object, shape);
    const events = table.events.filter((row) => row[1] === 1);
    this.eventTypes = new Set(events.map((row) => row[0]));
    for (const [type, , payload] of events) this.payloads.set(type, payload);
    this.operations = table.ops.map((row) => this.operation(row));
    for (const op of this.operations) this.plant(op);
    for (const [path, like] of Object.entries(table.words.legacy)) {
      const twin = this.operations.find((op) => op.key === like)!;
      this.plant({ ...twin, key: `GET ${path}`, path, names: ['id'] });
    }
    this.params = new ParamReader(this, table.words.longest);
  }

  node(id: NodeId): Node {
    return this.table.nodes[id]!;
  }

  /** All `object` values, live variants. */
  get objects(): ReadonlyMap<string, NodeId> {
    return this.shapes;
  }

  /** The fields of an object, or none for an unknown one. */
  fields(object: string): readonly Field[] {
    const shape = this.shapes.get(object);
    return shape === undefined ? [] : fieldsOf(this.node(shape));
  }

  /** The `object` values behind resource indexes, without doubles (a live and a deleted variant are one). */
  objectsOf(resources: readonly number[]): string[] {
    return [...new Set(resources.map((index) => this.table.resources[index]![1]))];
  }

  /** The node of a resource by its index, preferring the live variant. */
  shapeOfResource(index: number): NodeId {
    return this.table.resources[index]![3];
  }

  isDeletedVariant(index: number): boolean {
    return this.table.resources[index]![2] === 1;
  }

  /** The `object` of an event type's `data.object`. */
  eventPayload(type: string): string | undefined {
    const node = this.payloads.get(type);
    return node === undefined || node < 0 ? undefined : this.resourceOf(node);
  }

  /** `cus_`, with its underscore. Undefined where Stripe gives no prefix that we know of. */
  idPrefix(object: string): string | undefined {
    return this.table.words.idPrefix[object];
  }

  /** The word in "No such …: 'x'". */
  objectWord(object: string): string {
    return this.table.words.word[object] ?? object;
  }

  /** Where an embedded list of this object has its own address, with `{id}` for the parent. */
  listUrl(object: string, field: string): string | undefined {
    return this.table.words.listUrl[`${object}.${field}`];
  }

  /** The `param` of a 404 for the last id of the path. */
  missingParamName(op: Operation): string {
    return this.table.words.missingParam[op.resultObject ?? ''] ?? 'id';
  }

  /** Whether a DELETE answers `{id, object, deleted}` rather than the object. */
  resultIsStub(op: Operation): boolean {
    const node = op.result < 0 ? 'any' : this.node(op.result);
    if (typeof node === 'string') return false;
    return (
      (node[0] === 'r' && this.isDeletedVariant(node[1])) || (node[0] === 'p' && node[1].some((index) => this.isDeletedVariant(index)))
    );
  }

  /** Whether a field is absent unless it is expanded, though its type does not say so. */
  isIncludable(object: string | undefined, field: string): boolean {
    return this.table.words.includable.includes(`${object}.${field}`);
  }

  match(method: string, path: string): Match | undefined {
    const root = this.roots[method];
    if (root === undefined || path.charCodeAt(0) !== 47) return undefined;
    const ids: string[] = [];
    const op = walk(root, path, { at: 1, ids });
    return op === undefined ? undefined : { op, ids };
  }

  private operation(row: Table['ops'][number]): Operation {
    const [id, method, path, params, paramsRequired, result, paging, base, bits] = row;
    const node = result < 0 ? undefined : this.node(result);
    const isList = node !== undefined && typeof node !== 'string' && 'lsvw'.includes(node[0]);
    return {
      key: `${method} ${path}`,
      id,
      method,
      path,
      params,
      paramsRequired: paramsRequired === 1,
      result,
      paging: paging === 0 ? '' : paging,
      base: base === 0 ? '' : base,
      multipart: (bits & 1) !== 0,
      stream: (bits & 2) !== 0,
      json: path.startsWith('/v2/'),
      names: [...path.matchAll(/\{([^}]+)\}/g)].map((match) => match[1]!),
      resultObject: result < 0 ? undefined : this.resourceOf(isList ? (node as [string, number])[1] : result),
      resultIsList: isList,
    };
  }

  private resourceOf(id: NodeId): string | undefined {
    const node = this.node(id);
    if (typeof node === 'string') return undefined;
    if (node[0] === 'r') return this.table.resources[node[1]]![1];
    if (node[0] === 'p' || node[0] === 'x') {
      const live = node[1].find((index) => this.table.resources[index]![2] === 0) ?? node[1][0]!;
      return this.table.resources[live]![1];
    }
    // An event is a union of shapes, one per type; each says its `object` as a constant.
    if (node[0] === 'u') return this.resourceOf(node[1][0]!);
    const named = fieldsOf(node).find((field) => field.name === 'object');
    const constant = named === undefined ? undefined : this.node(named.node);
    return typeof constant === 'object' && constant[0] === 'e' && constant[2].length === 1 ? String(constant[2][0]) : undefined;
  }

  private plant(op: Operation): void {
    let at = this.roots[op.method]!;
    for (const segment of op.path.split('/').slice(1)) {
      if (segment.startsWith('{')) {
        at.hole ??= trie();
        at = at.hole;
        continue;
      }
      let next = at.literals.get(segment);
      if (next === undefined) {
        next = trie();
        at.literals.set(segment, next);
      }
      at = next;
    }
    at.op = op;
  }
}

/** A literal before a hole, and back where the literal leads nowhere. */
function walk(node: Trie, path: string, place: { at: number; ids: string[] }): Operation | undefined {
  const { at, ids } = place;
  if (at > path.length) return node.op;
  let end = path.indexOf('/', at);
  if (end < 0) end = path.length;
  const segment = path.slice(at, end);
  const literal = node.literals.get(segment);
  const found = literal === undefined ? undefined : walk(literal, path, { at: end + 1, ids });
  if (found !== undefined || node.hole === undefined || segment === '') return found;
  let id = segment;
  try {
    id = decodeURIComponent(segment);
  } catch {
    // A broken escape is an id that nobody has.
  }
  ids.push(id);
  const below = walk(node.hole, path, { at: end + 1, ids });
  if (below === undefined) ids.pop();
  return below;
}

let loaded: Contract | undefined;

/** The compiled contract; read once. */
export function loadContract(): Contract {
  loaded ??= new Contract(JSON.parse(readFileSync(new URL('../dist/contract.json', import.meta.url), 'utf8')) as Table);
  return loaded;
}
