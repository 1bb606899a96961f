import type { StripeObject, World, WorldKey } from './world.ts';

/** One stored object. `text` is its JSON as it is answered; it is parsed only where a behaviour looks inside. */
export interface Row {
  readonly object: string;
  readonly id: string;
  readonly created: number;
  readonly seq: number;
  readonly text: string;
  /** Deleted objects keep a stub that can be retrieved, and are in no list. */
  readonly deleted: boolean;
}

export interface Write {
  readonly world: WorldKey;
  readonly object: string;
  readonly id: string;
  readonly created: number;
  /** `null` forgets the object altogether. */
  readonly text: string | null;
  readonly deleted: boolean;
  /** The parsed object, where the writer has it at hand: spares the store a parse when it keeps an index. */
  readonly value?: StripeObject;
}

/** What a request with an `Idempotency-Key` answered, kept in the same change as what it did. */
export interface StoredAnswer {
  readonly world: WorldKey;
  readonly key: string;
  readonly path: string;
  readonly fingerprint: string;
  readonly status: number;
  readonly requestId: string;
  readonly at: number;
  readonly body: string;
}

/** Objects, their events and the answer: whole or not at all. */
export interface Change {
  readonly writes: readonly Write[];
  readonly answer?: StoredAnswer;
}

export interface PageQuery {
  /** Equality on stored fields; the first one is answered from an index. `null` matches null and absent. */
  readonly where?: readonly (readonly [path: string, value: unknown])[];
  readonly created?: { readonly gt?: number; readonly gte?: number; readonly lt?: number; readonly lte?: number };
  /** Whatever equality cannot say; sees the parsed object. */
  readonly filter?: (value: StripeObject) => boolean;
  readonly startingAfter?: string;
  readonly endingBefore?: string;
  readonly limit: number;
  readonly oldestFirst?: boolean;
}

export interface Page {
  readonly rows: readonly Row[];
  readonly hasMore: boolean;
}

/** Reading: all that behaviours and pages need. */
export interface StoreRead {
  row(world: World, object: string, id: string): Row | undefined;
  /** Newest first by (created, order of writing), cursors exclusive. */
  page(world: World, object: string, query: PageQuery): Page;
  count(world: World, object: string): number;
  answer(world: World, key: string): StoredAnswer | undefined;
}

/** The port. `commit` is synchronous: when it returns, the change is kept. */
export interface Store extends StoreRead {
  commit(change: Change): void;
}
