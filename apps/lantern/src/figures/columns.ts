/** Rows as one array per column, for `unnest`: half of what PostgreSQL needs to take the same rows out of JSON. */
export interface Columns<T> {
  readonly names: readonly (keyof T & string)[];
  /** PostgreSQL's types, in the same order. */
  readonly types: readonly string[];
}

/** `$3::text[], $4::bigint[]`: the columns as parameters, after those that come before. */
export const unnested = ({ types }: Columns<never>, after: number): string =>
  `unnest(${types.map((type, n) => `$${n + 1 + after}::${type}[]`).join(', ')})`;

export const columnsOf = <T>({ names }: Columns<T>, rows: readonly T[]): unknown[][] => names.map((name) => rows.map((row) => row[name]));
