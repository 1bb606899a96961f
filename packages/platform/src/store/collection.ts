import { matches, type PageQuery, type Row, type StripeObject, valueAt } from '../engine/index.ts';

/** A row, with its position kept by (created, seq). Rows are replaced, never changed, so that a snapshot may share them. */
const before = (a: Row, b: Row): boolean => a.created < b.created || (a.created === b.created && a.seq < b.seq);

/** Rows in order of creation, oldest first; almost always appended to. */
class Ordered {
  readonly rows: Row[] = [];

  /** Index of the first row that is not before `row`. */
  position(row: Row): number {
    let low = 0;
    let high = this.rows.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      if (before(this.rows[middle]!, row)) low = middle + 1;
      else high = middle;
    }
    return low;
  }

  put(row: Row): void {
    const last = this.rows[this.rows.length - 1];
    if (last === undefined || before(last, row)) {
      this.rows.push(row);
      return;
    }
    const at = this.position(row);
    if (this.rows[at]?.seq === row.seq) this.rows[at] = row;
    else this.rows.splice(at, 0, row);
  }

  drop(row: Row): void {
    const at = this.position(row);
    if (this.rows[at]?.seq === row.seq) this.rows.splice(at, 1);
  }

  /** First index whose `created` is at least (or, with `after`, beyond) this second. */
  fromCreated(created: number, after: boolean): number {
    return this.position({ created: after ? created + 1 : created, seq: -1 } as Row);
  }
}

/** What an index files an object under: an embedded object counts by its id, null and absent are one. */
function indexKey(value: StripeObject, path: string): unknown {
  const found = valueAt(value, path);
  if (typeof found === 'object' && found !== null && 'id' in found) return (found as { id: unknown }).id;
  return found ?? null;
}

/** All objects of one kind in one world: by id, in order, and by the fields that lists have asked for. */
export class Collection {
  readonly byId = new Map<string, Row>();
  private readonly order = new Ordered();
  private readonly indexes = new Map<string, Map<unknown, Ordered>>();
  /** What each indexed row is filed under, so that a change can refile it without parsing the old text. */
  private readonly filed = new Map<string, Map<string, unknown>>();

  get size(): number {
    return this.order.rows.length;
  }

  put(row: Row, value?: StripeObject): void {
    const old = this.byId.get(row.id);
    if (old !== undefined && !old.deleted && (old.created !== row.created || row.deleted)) this.order.drop(old);
    this.byId.set(row.id, row);
    if (!row.deleted) this.order.put(row);
    if (this.indexes.size > 0) this.refile(old, row, value);
  }

  forget(id: string): void {
    const old = this.byId.get(id);
    if (old === undefined) return;
    this.byId.delete(id);
    if (!old.deleted) this.order.drop(old);
    for (const [path, index] of this.indexes) this.unfile(path, index, old);
  }

  page(query: PageQuery): { rows: Row[]; hasMore: boolean } {
    const [first, ...rest] = query.where ?? [];
    const source = first === undefined ? this.order : (this.index(first[0]).get(first[1] ?? null) ?? new Ordered());
    const fits = this.residual(rest, query.filter);
    const [low, high] = this.bounds(source, query);
    // Going up from `ending_before` finds the nearest newer ones; every page is answered newest first all the same.
    const upwards = query.endingBefore !== undefined || query.oldestFirst === true;
    const rows: Row[] = [];
    for (let i = upwards ? low : high - 1; upwards ? i < high : i >= low; i += upwards ? 1 : -1) {
      const row = source.rows[i]!;
      if (!fits(row)) continue;
      if (rows.length === query.limit) return { rows: query.endingBefore === undefined ? rows : rows.reverse(), hasMore: true };
      rows.push(row);
    }
    return { rows: query.endingBefore === undefined ? rows : rows.reverse(), hasMore: false };
  }

  private bounds(source: Ordered, query: PageQuery): [number, number] {
    let low = 0;
    let high = source.rows.length;
    const { created } = query;
    if (created?.gte !== undefined) low = Math.max(low, source.fromCreated(created.gte, false));
    if (created?.gt !== undefined) low = Math.max(low, source.fromCreated(created.gt, true));
    if (created?.lt !== undefined) high = Math.min(high, source.fromCreated(created.lt, false));
    if (created?.lte !== undefined) high = Math.min(high, source.fromCreated(created.lte, true));
    const after = query.startingAfter === undefined ? undefined : this.byId.get(query.startingAfter);
    const until = query.endingBefore === undefined ? undefined : this.byId.get(query.endingBefore);
    if (after !== undefined) high = Math.min(high, source.position(after));
    if (until !== undefined) low = Math.max(low, source.position({ ...until, seq: until.seq + 0.5 }));
    return [low, high];
  }

  private residual(where: NonNullable<PageQuery['where']>, filter: PageQuery['filter']): (row: Row) => boolean {
    if (where.length === 0 && filter === undefined) return () => true;
    return (row) => {
      const value = JSON.parse(row.text) as StripeObject;
      return matches(value, where) && (filter === undefined || filter(value));
    };
  }

  /** The index of a field, built when a list first asks for it. */
  private index(path: string): Map<unknown, Ordered> {
    const known = this.indexes.get(path);
    if (known !== undefined) return known;
    const index = new Map<unknown, Ordered>();
    this.indexes.set(path, index);
    this.filed.set(path, new Map());
    for (const row of this.order.rows) this.file(path, index, row, JSON.parse(row.text));
    return index;
  }

  private refile(old: Row | undefined, row: Row, given: StripeObject | undefined): void {
    const value = given ?? (JSON.parse(row.text) as StripeObject);
    for (const [path, index] of this.indexes) {
      if (old !== undefined) this.unfile(path, index, old);
      if (!row.deleted) this.file(path, index, row, value);
    }
  }

  private file(path: string, index: Map<unknown, Ordered>, row: Row, value: StripeObject): void {
    const key = indexKey(value, path);
    let rows = index.get(key);
    if (rows === undefined) {
      rows = new Ordered();
      index.set(key, rows);
    }
    rows.put(row);
    this.filed.get(path)!.set(row.id, key);
  }

  private unfile(path: string, index: Map<unknown, Ordered>, old: Row): void {
    const filed = this.filed.get(path)!;
    const key = filed.get(old.id);
    index.get(key)?.drop(old);
    filed.delete(old.id);
  }
}
