import type { Table } from '@annex/contract';
import type { Overrides } from '../overrides.ts';
import type { FoundOperation, Program } from './program.ts';
import type { Shape } from './shapes.ts';

type Node = Table['nodes'][number];
const PRIMITIVES = ['any', 'str', 'int', 'num', 'bool', 'time', 'dec', 'i64', 'file', 'stream'] as const;

/** Descriptions, beside the table because folding forgets them: texts once each, by object node and field. */
export interface Docs {
  readonly docs: readonly string[];
  readonly objs: readonly (readonly [number, readonly number[]])[];
}

const LETTER = { array: 'a', map: 'm', metadata: 'M', list: 'l', search: 's', v2list: 'v', v2search: 'w' } as const;

/** Folds equal shapes into one node each. Nodes 0 to 9 are the primitives. */
class Folder {
  readonly nodes: (Node | undefined)[] = [...PRIMITIVES];
  readonly docs: string[] = [];
  readonly objectDocs = new Map<number, number[]>();
  private readonly program: Program;
  private readonly overrides: Overrides;
  private readonly resourceAt: ReadonlyMap<string, number>;
  private readonly ids = new Map<string, number>();
  private readonly docIds = new Map<string, number>();
  private readonly done = new Map<number, number>();
  /** Objects being folded; one that is met again inside itself gets its place before its fields are known. */
  private readonly open = new Map<number, { place: number | undefined }>();

  constructor(program: Program, overrides: Overrides, resourceAt: ReadonlyMap<string, number>) {
    this.program = program;
    this.overrides = overrides;
    this.resourceAt = resourceAt;
  }

  node(shape: Shape, path: string): number {
    switch (shape.k) {
      case 'num':
        return PRIMITIVES.indexOf(this.overrides.floats.test(path) ? 'num' : this.overrides.times.test(path) ? 'time' : 'int');
      case 'enum':
        if (shape.values.every((value) => typeof value === 'boolean')) return this.fold(['B', shape.values[0] ? 1 : 0]);
        return this.fold(['e', shape.open ? 1 : 0, shape.values as readonly (string | number)[]]);
      case 'array':
      case 'list':
      case 'v2list':
        return this.fold([LETTER[shape.k], this.node(shape.of, `${path}[]`)]);
      case 'map':
      case 'metadata':
        return this.fold([LETTER[shape.k], this.node(shape.of, `${path}{}`)]);
      case 'search':
      case 'v2search':
        return this.fold([LETTER[shape.k], this.node(shape.of, path)]);
      case 'resource':
        return this.fold(['r', this.resourceAt.get(shape.name)!]);
      case 'expandable':
        return this.fold(['x', shape.names.map((name) => this.resourceAt.get(name)!)]);
      case 'embedded':
        return this.fold(['p', shape.names.map((name) => this.resourceAt.get(name)!)]);
      case 'union':
        return this.fold(['u', shape.of.map((arm) => this.node(arm, path))]);
      case 'object':
        return this.object(shape.id, path);
      default:
        return PRIMITIVES.indexOf(shape.k);
    }
  }

  object(id: number, path: string): number {
    const done = this.done.get(id);
    if (done !== undefined) return done;
    const opened = this.open.get(id);
    if (opened !== undefined) {
      if (opened.place === undefined) opened.place = this.nodes.push(undefined) - 1;
      return opened.place;
    }
    const mark: { place: number | undefined } = { place: undefined };
    this.open.set(id, mark);
    const { fields, index } = this.program.shapes.objects[id]!;
    const triples: (string | number)[] = [];
    for (const { name, shape, optional } of fields) {
      const flags = (optional ? 1 : 0) | (shape.nullable ? 2 : 0) | (shape.empties ? 4 : 0);
      triples.push(name, flags, this.node(shape, path === '' ? name : `${path}.${name}`));
    }
    this.open.delete(id);
    const node: Node = index === undefined ? ['o', triples] : ['o', triples, this.node(index, `${path}{}`)];
    let place = mark.place;
    if (place === undefined) place = this.fold(node);
    else this.nodes[place] = node;
    this.done.set(id, place);
    this.objectDocs.set(
      place,
      fields.map((field) => this.doc(field.doc)),
    );
    return place;
  }

  private fold(node: Node): number {
    const key = JSON.stringify(node);
    let id = this.ids.get(key);
    if (id === undefined) {
      id = this.nodes.push(node) - 1;
      this.ids.set(key, id);
    }
    return id;
  }

  private doc(text: string | undefined): number {
    if (text === undefined) return -1;
    let id = this.docIds.get(text);
    if (id === undefined) {
      id = this.docs.push(text) - 1;
      this.docIds.set(text, id);
    }
    return id;
  }
}

const template = (op: FoundOperation): string => `${op.method} ${op.path.replace(/\{[^}]+\}/g, '{}')}`;
const BASES = ['files', 'connect', 'meter_events'];

/** One row per method and path; the SDK calls some addresses from two places. */
function operationRows(program: Program, folder: Folder): Table['ops'] {
  const rows = new Map<string, Table['ops'][number]>();
  for (const op of program.operations) {
    if (rows.has(template(op))) continue;
    const params = op.params === undefined ? -1 : folder.node(op.params, '');
    const result = op.result === undefined ? -1 : folder.node(op.result, '');
    const paging = op.paging === 'list' || op.paging === 'search' ? op.paging : 0;
    const base = BASES.includes(op.base) ? (op.base as 'files') : 0;
    const bits = (op.multipart ? 1 : 0) | (op.stream ? 2 : 0);
    rows.set(template(op), [op.id, op.method as 'GET', op.path, params, op.paramsRequired ? 1 : 0, result, paging, base, bits]);
  }
  return [...rows.values()];
}

/** The generic containers of the SDK look like resources and are none. */
const CONTAINERS = new Set(['list', 'search_result', 'v2.search_result']);

export function fold(program: Program, overrides: Overrides): { table: Table; docs: Docs } {
  const resources = [...program.shapes.resources.values()].filter((resource) => !CONTAINERS.has(resource.object));
  const folder = new Folder(program, overrides, new Map(resources.map((resource, index) => [resource.name, index])));
  const isDeleted = (id: number): boolean => {
    const shape = program.shapes.objects[id]!.fields.find((field) => field.name === 'deleted')?.shape;
    return shape?.k === 'enum' && shape.values[0] === true;
  };
  const resourceRows = resources.map(
    ({ name, object, shape }) => [name, object, isDeleted(shape) ? 1 : 0, folder.object(shape, name)] as const,
  );
  const ops = operationRows(program, folder);
  const events = new Map<string, Table['events'][number]>();
  for (const { type, generation, payload } of program.events) {
    if (!events.has(type)) events.set(type, [type, generation, payload === undefined ? -1 : folder.node(payload, '')]);
  }
  const { idPrefix, word, missingParam, listUrl, includable, longest, legacy } = overrides;
  const table: Table = {
    sdk: program.sdk,
    api: program.api,
    nodes: folder.nodes as Table['nodes'],
    ops,
    resources: resourceRows,
    events: [...events.values()],
    words: { idPrefix, word, missingParam, listUrl, includable, longest, legacy },
  };
  return { table, docs: { docs: folder.docs, objs: [...folder.objectDocs] } };
}
