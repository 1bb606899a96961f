import { type Change, Engine } from '../engine/index.ts';
import type { Platform } from '../platform.ts';
import { MemoryStore } from '../store/memory.ts';

/** The platform as it was a while ago: a second store that follows the first at a distance, kept only while lists go stale. */
export class Past {
  readonly engine: Engine;
  private readonly store = new MemoryStore();
  private readonly queue: { readonly at: number; readonly change: Change }[] = [];
  private readonly behindMs: number;

  constructor(platform: Platform, behindMs: number) {
    const { contract, resources, ids } = platform.engine;
    this.behindMs = behindMs;
    this.store.restore(platform.store.snapshot());
    this.engine = new Engine({ contract, resources, store: this.store, ids });
  }

  /** For the store: what was committed now will be seen later. */
  note(change: Change): void {
    this.queue.push({ at: performance.now(), change });
  }

  /** Catches up with everything that is old enough. */
  follow(): Engine {
    const until = performance.now() - this.behindMs;
    let seen = 0;
    while (seen < this.queue.length && this.queue[seen]!.at <= until) this.store.apply(this.queue[seen++]!.change);
    this.queue.splice(0, seen);
    return this.engine;
  }
}
