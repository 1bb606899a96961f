import { existsSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { Contract, fieldsOf, type Node, type NodeId } from '@annex/contract';
import { fold } from '../../contract/compile/fold.ts';
import { readAnyProgram } from '../../contract/compile/older-program.ts';
import { overrides } from '../../contract/overrides.ts';

/** What an older SDK's own types promise, compiled when a test asks (about two seconds). */
export function contractOf(sdk: string): Contract {
  let folder = dirname(createRequire(import.meta.url).resolve(sdk));
  const isIts = (at: string): boolean =>
    existsSync(join(at, 'package.json')) && JSON.parse(readFileSync(join(at, 'package.json'), 'utf8')).name === 'stripe';
  while (!isIts(folder)) folder = dirname(folder);
  return new Contract(fold(readAnyProgram(folder), overrides).table);
}

type Hash = Record<string, unknown>;
const isHash = (value: unknown): value is Hash => typeof value === 'object' && value !== null && !Array.isArray(value);

const PRIMITIVES: Readonly<Record<string, (value: unknown) => boolean>> = {
  str: (value) => typeof value === 'string',
  dec: (value) => typeof value === 'string',
  i64: (value) => typeof value === 'string',
  int: Number.isInteger,
  time: Number.isInteger,
  num: (value) => typeof value === 'number',
  bool: (value) => typeof value === 'boolean',
};

/** Where a value is not what the types promise: absent, null or of another kind. Fields that the types do not know are fine. */
export function violations(contract: Contract, value: unknown, object?: string): string[] {
  const found: string[] = [];
  if (isHash(value) && value.object === 'list') for (const item of value.data as unknown[]) found.push(...violations(contract, item));
  else if (isHash(value) && value.deleted !== true) {
    const kind = object ?? String(value.object);
    const shape = contract.objects.get(kind);
    if (shape === undefined) found.push(`${kind}: no such object at ${contract.api}`);
    else check(contract, shape, { value, path: kind, found });
  }
  return found;
}

interface At {
  readonly value: unknown;
  readonly path: string;
  readonly found: string[];
}

function check(contract: Contract, id: NodeId, at: At): void {
  const node: Node = contract.node(id);
  const { value, path, found } = at;
  const wrong = (wanted: string): void => void found.push(`${path}: ${JSON.stringify(value)?.slice(0, 60)} is no ${wanted}`);
  if (typeof node === 'string') {
    if (PRIMITIVES[node]?.(value) === false) wrong(node);
    return;
  }
  switch (node[0]) {
    case 'e':
      if (!node[2].includes(value as string)) wrong(`one of ${node[2].slice(0, 12).join(', ')}`);
      return;
    case 'B':
      if (value !== (node[1] === 1)) wrong(String(node[1] === 1));
      return;
    case 'a':
      if (!Array.isArray(value)) wrong('array');
      else items(contract, node[1], { value, path, found });
      return;
    case 'm':
    case 'M':
      if (!isHash(value)) wrong('map');
      return;
    case 'l':
      if (!isHash(value) || value.object !== 'list' || !Array.isArray(value.data)) wrong('list');
      else items(contract, node[1], { value: value.data, path: `${path}.data`, found });
      return;
    case 'x':
      if (typeof value !== 'string') embedded(contract, node[1], at);
      return;
    case 'r':
      embedded(contract, [node[1]], at);
      return;
    case 'p':
      embedded(contract, node[1], at);
      return;
    case 'u': {
      const each = node[1].map((arm) => {
        const inner: string[] = [];
        check(contract, arm, { value, path, found: inner });
        return inner;
      });
      if (each.every((inner) => inner.length > 0)) found.push(...each[0]!);
      return;
    }
    case 'o':
      fields(contract, id, at);
  }
}

function items(contract: Contract, id: NodeId, at: At): void {
  for (const [index, value] of (at.value as unknown[]).entries()) check(contract, id, { ...at, value, path: `${at.path}[${index}]` });
}

function embedded(contract: Contract, kinds: readonly number[], at: At): void {
  const objects = contract.objectsOf(kinds);
  if (!isHash(at.value) || !objects.includes(String(at.value.object))) {
    at.found.push(`${at.path}: ${JSON.stringify(at.value)?.slice(0, 60)} is no ${objects.join(' or ')}`);
  } else if (at.value.deleted !== true) check(contract, contract.objects.get(String(at.value.object))!, at);
}

function fields(contract: Contract, id: NodeId, at: At): void {
  const { value, path, found } = at;
  if (!isHash(value)) {
    found.push(`${path}: ${JSON.stringify(value)?.slice(0, 60)} is no hash`);
    return;
  }
  for (const { name, flags, node } of fieldsOf(contract.node(id))) {
    const inner = value[name];
    if (inner === undefined) {
      if ((flags & 1) === 0) found.push(`${path}.${name} is absent`);
    } else if (inner === null) {
      if ((flags & 2) === 0) found.push(`${path}.${name} is null`);
    } else check(contract, node, { value: inner, path: `${path}.${name}`, found });
  }
}
