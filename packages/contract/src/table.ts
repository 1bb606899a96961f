/** `dist/contract.json`: structure only. Descriptions live in `docs.json` and are loaded on demand. */
export type NodeId = number;
export type Prim = 'any' | 'str' | 'int' | 'num' | 'bool' | 'time' | 'dec' | 'i64' | 'file' | 'stream';
export type Node =
  | Prim
  | readonly ['e', open: 0 | 1, values: readonly (string | number)[]]
  | readonly ['B', value: 0 | 1]
  | readonly ['a' | 'm' | 'M', NodeId]
  | readonly ['l' | 's' | 'v' | 'w', NodeId]
  | readonly ['r', number]
  | readonly ['x' | 'p', readonly number[]]
  | readonly ['u', readonly NodeId[]]
  | readonly ['o', fields: readonly (string | number)[], index?: NodeId];

export const OPTIONAL = 1;
export const NULLABLE = 2;
export const EMPTYABLE = 4;

export interface Table {
  readonly sdk: string;
  readonly api: string;
  readonly nodes: readonly Node[];
  readonly ops: readonly (readonly [
    string,
    'GET' | 'POST' | 'DELETE',
    string,
    number,
    0 | 1,
    number,
    0 | 'list' | 'search',
    0 | 'files' | 'connect' | 'meter_events',
    number,
  ])[];
  readonly resources: readonly (readonly [name: string, object: string, deleted: 0 | 1, shape: NodeId])[];
  readonly events: readonly (readonly [type: string, generation: 1 | 2, payload: number])[];
  /** What is said by hand (`overrides.ts`). */
  readonly words: {
    readonly idPrefix: Readonly<Record<string, string>>;
    readonly word: Readonly<Record<string, string>>;
    readonly missingParam: Readonly<Record<string, string>>;
    readonly listUrl: Readonly<Record<string, string>>;
    readonly includable: readonly string[];
    readonly longest: Readonly<Record<string, number>>;
    readonly legacy: Readonly<Record<string, string>>;
  };
}

export interface Field {
  readonly name: string;
  readonly flags: number;
  readonly node: NodeId;
}

/** The fields of an object node, as a list. */
export function fieldsOf(node: Node): readonly Field[] {
  if (typeof node === 'string' || node[0] !== 'o') return [];
  const fields: Field[] = [];
  const triples = node[1];
  for (let i = 0; i < triples.length; i += 3) {
    fields.push({ name: triples[i] as string, flags: triples[i + 1] as number, node: triples[i + 2] as number });
  }
  return fields;
}
