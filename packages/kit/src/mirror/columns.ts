import { type Contract, fieldDescription, objectFields } from '@annex/contract';
import type { InnerList, MirroredObject } from './mirrored-object.ts';

/** A column of a view: its PostgreSQL type and how it is read out of the stored object. */
export interface ViewColumn {
  readonly name: string;
  readonly type: ColumnType;
  readonly sql: string;
  readonly comment?: string | undefined;
}

export type ColumnType = 'text' | 'bigint' | 'numeric' | 'boolean' | 'timestamp with time zone' | 'jsonb';

type Kind = ReturnType<typeof objectFields>[number]['kind'];

const TYPES: Readonly<Record<Kind, ColumnType>> = {
  text: 'text',
  integer: 'bigint',
  number: 'numeric',
  boolean: 'boolean',
  time: 'timestamp with time zone',
  decimal: 'numeric',
  reference: 'text',
  list: 'jsonb',
  json: 'jsonb',
};

/** Reads a field as a type. A value of another kind than expected reads as null: one odd object must not fail every query. */
const READ: Readonly<Record<ColumnType, (from: string, field: string) => string>> = {
  text: (from, field) => `coalesce(${from}->'${field}'->>'id', ${from}->>'${field}')`,
  bigint: (from, field) => `case jsonb_typeof(${from}->'${field}') when 'number' then (${from}->'${field}')::bigint end`,
  numeric: (from, field) =>
    `case when ${from}->>'${field}' ~ '^-?[0-9]+([.][0-9]+)?([eE][-+]?[0-9]+)?$' then (${from}->>'${field}')::numeric end`,
  boolean: (from, field) => `case jsonb_typeof(${from}->'${field}') when 'boolean' then (${from}->'${field}')::boolean end`,
  'timestamp with time zone': (from, field) =>
    `case jsonb_typeof(${from}->'${field}') when 'number' then to_timestamp((${from}->'${field}')::float8) end`,
  jsonb: (from, field) => `${from}->'${field}'`,
};

export const readField = (type: ColumnType, from: string, field: string): string => READ[type](from, field);

/** Columns every view begins with. Fields of the same name are these, or get `object_` before their name. */
const KEY = ['account', 'livemode', 'id'];

/** The view of an object type: one column per field of the contract. */
export function objectColumns(contract: Contract, mirrored: MirroredObject): ViewColumn[] {
  const own = new Set(mirrored.columns ?? []);
  return [
    { name: 'account', type: 'text', sql: 't.account', comment: 'The connected account' },
    { name: 'livemode', type: 'boolean', sql: 't.livemode', comment: 'False for test data' },
    { name: 'id', type: 'text', sql: 't.id' },
    ...fieldColumns(contract, mirrored.object, { from: 't.data', own }),
  ];
}

/** The view of a list inside objects: one row per item, with the id of the object it is in. */
export function itemColumns(contract: Contract, mirrored: MirroredObject, { field }: InnerList): ViewColumn[] {
  const item = objectFields(contract, mirrored.object).find(({ name }) => name === field)?.objects[0];
  return [
    { name: 'account', type: 'text', sql: 't.account', comment: 'The connected account' },
    { name: 'livemode', type: 'boolean', sql: 't.livemode', comment: 'False for test data' },
    { name: 'id', type: 'text', sql: "item->>'id'" },
    { name: 'parent_id', type: 'text', sql: 't.id', comment: `The ${mirrored.object} this is in` },
    { name: 'position', type: 'bigint', sql: 'item_at', comment: 'Its place in the list, from 1' },
    ...(item === undefined ? [] : fieldColumns(contract, item, { from: 'item', own: new Set() })),
  ];
}

function fieldColumns(contract: Contract, object: string, about: { from: string; own: ReadonlySet<string> }): ViewColumn[] {
  return objectFields(contract, object)
    .filter(({ name }) => name !== 'id' && name !== 'object' && name !== 'livemode')
    .map(({ name, kind }) => {
      const type = TYPES[kind];
      const stored = about.own.has(name) && type === 'text';
      return {
        name: KEY.includes(name) ? `object_${name}` : name,
        type,
        sql: stored ? `t.${name}` : kind === 'text' ? `${about.from}->>'${name}'` : readField(type, about.from, name),
        comment: fieldDescription(contract, object, name),
      };
    });
}
