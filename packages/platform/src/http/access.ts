import { type StoreRead, type StripeObject, SYSTEM, type Write, worldKey } from '../engine/index.ts';
import type { LogEntry, RequestLog } from './log.ts';

/** What an application did on an account, per kind of thing. */
export interface AccessRow {
  /** `customers`, `events`: the first word of the path. */
  readonly what: string;
  reads: number;
  writes: number;
  refused: number;
  /** Milliseconds of the platform's clock. */
  lastAt: number;
}

/** What is kept of one application's doings on one account, across restarts. */
interface AccessRecord extends StripeObject {
  object: 'annex.access';
  rows: AccessRow[];
}

const KIND = 'annex.access';

/**
 * Counted from the API log as it is written, so that it outlasts the log's own forgetting. With a data folder the counts
 * are kept now and then and when the platform stops; the last moments before a crash may be missing from them.
 */
export class Access {
  private readonly rows = new Map<string, Map<string, AccessRow>>();
  private readonly unkept = new Set<string>();
  private readonly ownerOf: (application: string) => string | undefined;

  constructor(log: RequestLog, ownerOf: (application: string) => string | undefined) {
    this.ownerOf = ownerOf;
    log.onEntry((entry) => this.count(entry));
  }

  /** The kinds that the owner's applications touched on the account, most recent first. */
  of(owner: string, account: string): AccessRow[] {
    return [...(this.rows.get(`${owner}/${account}`)?.values() ?? [])].sort((a, b) => b.lastAt - a.lastAt);
  }

  /** Milliseconds of the last call. */
  last(owner: string, account: string): number | undefined {
    return this.of(owner, account)[0]?.lastAt;
  }

  /** Begins with what a store has kept. */
  load(store: StoreRead): void {
    this.rows.clear();
    this.unkept.clear();
    for (const row of store.page(SYSTEM, KIND, { limit: Number.POSITIVE_INFINITY }).rows) {
      const { id, rows } = JSON.parse(row.text) as AccessRecord;
      this.rows.set(id, new Map(rows.map((found) => [found.what, found])));
    }
  }

  /** What has been counted since the last call, to be kept. */
  takeWrites(): Write[] {
    const ids = [...this.unkept];
    this.unkept.clear();
    return ids.map((id) => {
      const rows = [...(this.rows.get(id)?.values() ?? [])];
      const text = JSON.stringify({ id, object: KIND, rows });
      return { world: worldKey(SYSTEM), object: KIND, id, created: 0, text, deleted: false };
    });
  }

  private count(entry: LogEntry): void {
    if (entry.application === undefined || entry.account === undefined) return;
    const key = `${this.ownerOf(entry.application)}/${entry.account}`;
    let kinds = this.rows.get(key);
    if (kinds === undefined) {
      kinds = new Map();
      this.rows.set(key, kinds);
    }
    const what = entry.operation?.split('/')[2] ?? 'something unknown';
    let row = kinds.get(what);
    if (row === undefined) {
      row = { what, reads: 0, writes: 0, refused: 0, lastAt: 0 };
      kinds.set(what, row);
    }
    if (entry.status >= 400) row.refused++;
    else if (entry.method === 'GET') row.reads++;
    else row.writes++;
    row.lastAt = entry.at;
    this.unkept.add(key);
  }
}
