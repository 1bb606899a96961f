import type { WorldKey } from '../engine/index.ts';

/** One thing that an object awaits. */
export interface Awaited {
  /** World, object and id. */
  readonly key: string;
  /** Unix seconds. */
  readonly at: number;
  /** The clock it is awaited on: the id of a test clock, or the platform's. */
  readonly clock: string;
  readonly world: WorldKey;
  readonly object: string;
  readonly id: string;
  /** Unix seconds. */
  readonly created: number;
  /** The place of its row in the table. */
  readonly rank: number;
}

/** What one clock awaits, soonest first. Entries that have been overtaken stay in the heap and are skipped. */
export class Agenda {
  private readonly heap: Awaited[] = [];

  push(entry: Awaited): void {
    const { heap } = this;
    let at = heap.push(entry) - 1;
    while (at > 0) {
      const parent = (at - 1) >> 1;
      if (!sooner(entry, heap[parent]!)) break;
      heap[at] = heap[parent]!;
      at = parent;
    }
    heap[at] = entry;
  }

  peek(): Awaited | undefined {
    return this.heap[0];
  }

  pop(): void {
    const { heap } = this;
    const last = heap.pop();
    if (last === undefined || heap.length === 0) return;
    let at = 0;
    for (;;) {
      let child = 2 * at + 1;
      if (child >= heap.length) break;
      if (child + 1 < heap.length && sooner(heap[child + 1]!, heap[child]!)) child += 1;
      if (!sooner(heap[child]!, last)) break;
      heap[at] = heap[child]!;
      at = child;
    }
    heap[at] = last;
  }
}

/**
 * At the same instant the rows go in the order of their table, and the older object first: nothing that a restart forgets (the order
 * in which things came to be awaited) decides.
 */
function sooner(a: Awaited, b: Awaited): boolean {
  if (a.at !== b.at) return a.at < b.at;
  if (a.rank !== b.rank) return a.rank < b.rank;
  if (a.created !== b.created) return a.created < b.created;
  return a.key < b.key;
}
