import { createHash } from 'node:crypto';
import { fieldsOf, type Table } from '@annex/contract';
import type { Overrides } from '../overrides.ts';
import type { Program } from './program.ts';

/** `contract.lock.json`: committed, so that an upgrade of the SDK is a difference one can read. */
export interface Lock {
  readonly sdk: string;
  readonly api: string;
  readonly counts: {
    readonly operations: number;
    readonly v1: number;
    readonly v2: number;
    readonly objects: number;
    readonly events: number;
    readonly nodes: number;
  };
  /** `POST /v1/customers` → 8 hex digits of everything its parameters and answer are made of. */
  readonly operations: Readonly<Record<string, string>>;
  readonly objects: Readonly<Record<string, string>>;
}

/** Unresolved names that are known and harmless: the generic `T` of the SDK's list containers. */
const KNOWN_PROBLEM = /^unresolved T in lib\.d\.ts$/;
/** One call site has a computed path (the related object of a v2 event). */
const COMPUTED_CALLS = 1;

/** A hash of a node and all that it is made of; a node met again inside itself counts as its depth. */
class Hasher {
  private readonly table: Table;
  private readonly known = new Map<number, string>();

  constructor(table: Table) {
    this.table = table;
  }

  of(id: number, above: readonly number[] = []): string {
    if (id < 0) return '-';
    const known = this.known.get(id);
    if (known !== undefined) return known;
    const loop = above.indexOf(id);
    if (loop >= 0) return `^${above.length - loop}`;
    const path = [...above, id];
    const node = this.table.nodes[id]!;
    const text = typeof node === 'string' ? node : this.text(node, path);
    const hash = createHash('sha256').update(text).digest('hex').slice(0, 8);
    if (above.length === 0) this.known.set(id, hash);
    return hash;
  }

  private text(node: Exclude<Table['nodes'][number], string>, path: readonly number[]): string {
    switch (node[0]) {
      case 'o':
        return `o${fieldsOf(node)
          .map((field) => `${field.name}:${field.flags}:${this.of(field.node, path)}`)
          .join(',')}${node[2] === undefined ? '' : this.of(node[2], path)}`;
      case 'r':
        return `r${this.table.resources[node[1]]![0]}`;
      case 'x':
      case 'p':
        return node[0] + node[1].map((index) => this.table.resources[index]![0]).join();
      case 'u':
        return `u${node[1].map((arm) => this.of(arm, path)).join()}`;
      case 'e':
      case 'B':
        return JSON.stringify(node);
      default:
        return node[0] + this.of(node[1], path);
    }
  }
}

export function lockOf(table: Table): Lock {
  const hasher = new Hasher(table);
  const sorted = (rows: [string, string][]): Record<string, string> => Object.fromEntries(rows.sort(([a], [b]) => (a < b ? -1 : 1)));
  const v1 = table.ops.filter((op) => op[2].startsWith('/v1/')).length;
  const v2 = table.ops.filter((op) => op[2].startsWith('/v2/')).length;
  return {
    sdk: table.sdk,
    api: table.api,
    counts: {
      operations: table.ops.length,
      v1,
      v2,
      objects: table.resources.length,
      events: table.events.filter((event) => event[1] === 1).length,
      nodes: table.nodes.length,
    },
    operations: sorted(
      table.ops.map((op) => [
        `${op[1]} ${op[2]}`,
        createHash('sha256')
          .update(hasher.of(op[3]) + hasher.of(op[5]))
          .digest('hex')
          .slice(0, 8),
      ]),
    ),
    objects: sorted(table.resources.map((row) => [row[0], hasher.of(row[3])])),
  };
}

/** What changed between two contracts, a line each. */
export function difference(before: Lock, after: Lock): string[] {
  const lines: string[] = [];
  if (before.sdk !== after.sdk || before.api !== after.api)
    lines.push(`stripe ${before.sdk} (${before.api}) → ${after.sdk} (${after.api})`);
  for (const kind of ['operations', 'objects'] as const) {
    for (const key of new Set([...Object.keys(before[kind]), ...Object.keys(after[kind])])) {
      const [old, now] = [before[kind][key], after[kind][key]];
      if (old !== now) lines.push(`${old === undefined ? '+' : now === undefined ? '-' : '~'} ${key}`);
    }
  }
  for (const [name, count] of Object.entries(after.counts)) {
    const old = before.counts[name as keyof Lock['counts']];
    if (old !== count) lines.push(`${name}: ${old} → ${count}`);
  }
  return lines;
}

/** Keys of the overrides that name nothing. */
function staleKeys(table: Table, overrides: Overrides): string[] {
  const objects = new Set(table.resources.map((row) => row[1]));
  const hasField = (key: string): boolean => {
    const dot = key.lastIndexOf('.');
    const rows = table.resources.filter((row) => row[1] === key.slice(0, dot));
    return rows.some((row) => fieldsOf(table.nodes[row[3]]!).some((field) => field.name === key.slice(dot + 1)));
  };
  const stale: string[] = [];
  for (const kind of ['idPrefix', 'word', 'missingParam'] as const) {
    for (const key of Object.keys(overrides[kind]))
      if (!objects.has(key)) stale.push(`overrides.${kind}['${key}'] names no object of the contract`);
  }
  for (const key of [...Object.keys(overrides.listUrl), ...overrides.includable])
    if (!hasField(key)) stale.push(`overrides: '${key}' names no field of the contract`);
  const known = new Set(table.ops.map((op) => `${op[1]} ${op[2]}`));
  for (const [path, like] of Object.entries(overrides.legacy))
    if (!known.has(like)) stale.push(`overrides.legacy['${path}'] is like ${like}, which is no operation`);
  const names = new Set(table.nodes.flatMap((node) => fieldsOf(node).map((field) => field.name)));
  for (const path of Object.keys(overrides.longest)) {
    const missing = path
      .replaceAll(']', '')
      .split('[')
      .find((name) => name !== '' && !names.has(name));
    if (missing !== undefined) stale.push(`overrides.longest['${path}']: nothing is called ${missing}`);
  }
  return stale;
}

/** Why this contract may not be used. Empty for a good one. */
export function refusals(given: { program: Program; table: Table; overrides: Overrides; before: Lock | undefined }): string[] {
  const { program, table, overrides, before } = given;
  const found = program.problems.filter((problem) => !KNOWN_PROBLEM.test(problem));
  const extracted = program.operations.length;
  if (program.callSites !== extracted + COMPUTED_CALLS) {
    found.push(`${program.callSites} calls of _makeRequest, but ${extracted} operations read and ${COMPUTED_CALLS} computed path known`);
  }
  // Two addresses of OAuth are the only ones without typed answers in older SDKs; here every operation must have one.
  for (const op of program.operations) {
    if (op.params === undefined) found.push(`${op.method} ${op.path} has no parameters`);
    if (op.result === undefined) found.push(`${op.method} ${op.path} has no answer`);
  }
  const byObject = new Map<string, string[]>();
  for (const [name, object, deleted] of table.resources)
    byObject.set(`${object}/${deleted}`, [...(byObject.get(`${object}/${deleted}`) ?? []), name]);
  for (const [object, names] of byObject) if (names.length > 1) found.push(`the object ${object} is ambiguous: ${names.join(', ')}`);
  found.push(...eventRefusals(program, table), ...staleKeys(table, overrides));
  if (before !== undefined) {
    const counts = lockOf(table).counts;
    for (const [name, count] of Object.entries(counts)) {
      const old = before.counts[name as keyof Lock['counts']];
      if (name !== 'nodes' && count < old * 0.98) found.push(`${name} fell from ${old} to ${count}`);
    }
  }
  return found;
}

/** The event types must be the ones that a webhook endpoint can be enabled for. */
function eventRefusals(program: Program, table: Table): string[] {
  const events = new Set(table.events.filter((event) => event[1] === 1).map((event) => event[0]));
  const create = table.ops.find((op) => `${op[1]} ${op[2]}` === 'POST /v1/webhook_endpoints');
  const field = create === undefined ? undefined : fieldsOf(table.nodes[create[3]]!).find((each) => each.name === 'enabled_events');
  const list = field === undefined ? undefined : table.nodes[field.node];
  const item = Array.isArray(list) && list[0] === 'a' ? table.nodes[list[1] as number] : undefined;
  if (!Array.isArray(item) || item[0] !== 'e') return ['POST /v1/webhook_endpoints has no enumerated enabled_events'];
  const enabled = (item[2] as string[]).filter((value) => value !== '*');
  const missing = enabled.filter((value) => !events.has(value)).map((value) => `the event ${value} can be enabled and has no type`);
  const extra = [...events]
    .filter((value) => !enabled.includes(value))
    .map((value) => `the event ${value} has a type and cannot be enabled`);
  return program.events.length === 0 ? ['no events were read'] : [...missing, ...extra];
}
