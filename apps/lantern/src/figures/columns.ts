/** Rows as one array per column, for `unnest`: half of what PostgreSQL needs to take the same rows out of JSON. */
export interface Columns<T> {
  readonly names: readonly (keyof T & string)[];
  /** PostgreSQL's types, in the same order. */
  readonly types: readonly string[];
}

/** The columns as a table, from parameters that come after others. As `from unnest(a, b)` each column would be stored first, and apart. */
export const unnested = ({ names, types }: Columns<never>, after: number): string =>
  `(select ${types.map((type, n) => `unnest($${n + 1 + after}::${type}[]) as ${names[n]}`).join(', ')})`;

/** Written as PostgreSQL writes arrays: the driver would look at every value for what it might be. */
export const columnsOf = <T>({ names }: Columns<T>, rows: readonly T[]): string[] =>
  names.map((name) => `{${rows.map((row) => element(row[name])).join(',')}}`);

function element(value: unknown): string {
  if (value === null || value === undefined) return 'NULL';
  return typeof value === 'string' ? `"${value.replace(/["\\]/g, '\\$&')}"` : String(value);
}
