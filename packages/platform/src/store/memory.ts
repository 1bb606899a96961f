import {
  type Change,
  type Page,
  type PageQuery,
  parseWorldKey,
  type Row,
  type Store,
  type StoredAnswer,
  type World,
  type WorldKey,
  type Write,
  worldKey,
} from '../engine/index.ts';
import { Collection } from './collection.ts';

/** Everything the store holds, as plain rows: what a snapshot is, and what a compacted journal begins with. */
export interface Snapshot {
  readonly rows: readonly { readonly world: WorldKey; readonly row: Row }[];
  readonly answers: readonly StoredAnswer[];
}

/** Stored answers are kept for a day, as Stripe promises, and no more than this many. */
const ANSWER_SECONDS = 24 * 3600;
const MOST_ANSWERS = 20_000;

const EMPTY: Page = { rows: [], hasMore: false };
const answerKey = (world: WorldKey, key: string): string => `${world} ${key}`;

/** State in memory, indexed, bodies as JSON text. A journal may listen to what is committed. */
export class MemoryStore implements Store {
  private worlds = new Map<WorldKey, Map<string, Collection>>();
  private answers = new Map<string, StoredAnswer>();
  private seq = 0;
  private readonly listeners: ((change: Change) => void)[] = [];
  private readonly replacedListeners: (() => void)[] = [];
  private readonly keep: ((change: Change) => void) | undefined;

  /** `keep` is called before a change is visible; what it throws refuses the change. */
  constructor(keep?: (change: Change) => void) {
    this.keep = keep;
  }

  commit(change: Change): void {
    this.keep?.(change);
    this.apply(change);
    for (const listener of this.listeners) listener(change);
  }

  /** Called after each commit; must not throw. */
  onCommit(listener: (change: Change) => void): void {
    this.listeners.push(listener);
  }

  /** Called after everything was replaced (reset, restore): whatever was remembered of the store is void. */
  onReplaced(listener: () => void): void {
    this.replacedListeners.push(listener);
  }

  /** Applies without keeping: replay of a journal. */
  apply(change: Change): void {
    for (const write of change.writes) this.write(write);
    if (change.answer !== undefined) this.remember(change.answer);
  }

  row(world: World, object: string, id: string): Row | undefined {
    return this.worlds.get(worldKey(world))?.get(object)?.byId.get(id);
  }

  page(world: World, object: string, query: PageQuery): Page {
    return this.worlds.get(worldKey(world))?.get(object)?.page(query) ?? EMPTY;
  }

  /** The world that holds this object, for callers that know an id alone (the control API). */
  locate(object: string, id: string): World | undefined {
    for (const [key, collections] of this.worlds) {
      const row = collections.get(object)?.byId.get(id);
      if (row !== undefined && !row.deleted) return parseWorldKey(key);
    }
    return undefined;
  }

  count(world: World, object: string): number {
    return this.worlds.get(worldKey(world))?.get(object)?.size ?? 0;
  }

  answer(world: World, key: string): StoredAnswer | undefined {
    return this.answers.get(answerKey(worldKey(world), key));
  }

  /** The kinds of object that a world holds, with their number. */
  kinds(world: World): Map<string, number> {
    const kinds = new Map<string, number>();
    for (const [object, collection] of this.worlds.get(worldKey(world)) ?? []) if (collection.size > 0) kinds.set(object, collection.size);
    return kinds;
  }

  snapshot(): Snapshot {
    const rows: { world: WorldKey; row: Row }[] = [];
    for (const [world, collections] of this.worlds) {
      for (const collection of collections.values()) for (const row of collection.byId.values()) rows.push({ world, row });
    }
    return { rows, answers: [...this.answers.values()] };
  }

  /** Replaces everything. The caller sees to the journal. */
  restore(snapshot: Snapshot): void {
    this.worlds = new Map();
    this.answers = new Map(snapshot.answers.map((answer) => [answerKey(answer.world, answer.key), answer]));
    for (const { world, row } of [...snapshot.rows].sort((a, b) => a.row.seq - b.row.seq)) {
      this.seq = Math.max(this.seq, row.seq);
      this.collection(world, row.object).put(row);
    }
    for (const listener of this.replacedListeners) listener();
  }

  private write(write: Write): void {
    const collection = this.collection(write.world, write.object);
    if (write.text === null) {
      collection.forget(write.id);
      return;
    }
    const seq = collection.byId.get(write.id)?.seq ?? ++this.seq;
    const { object, id, created, text, deleted } = write;
    collection.put({ object, id, created, seq, text, deleted }, write.value);
  }

  private remember(answer: StoredAnswer): void {
    this.answers.set(answerKey(answer.world, answer.key), answer);
    if (this.answers.size <= MOST_ANSWERS) return;
    for (const [key, old] of this.answers) {
      if (this.answers.size <= MOST_ANSWERS && old.at > answer.at - ANSWER_SECONDS) break;
      this.answers.delete(key);
    }
  }

  private collection(world: WorldKey, object: string): Collection {
    let collections = this.worlds.get(world);
    if (collections === undefined) {
      collections = new Map();
      this.worlds.set(world, collections);
    }
    let collection = collections.get(object);
    if (collection === undefined) {
      collection = new Collection();
      collections.set(object, collection);
    }
    return collection;
  }
}
