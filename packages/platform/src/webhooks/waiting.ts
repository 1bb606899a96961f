/** A delivery that is due later. */
export interface Due {
  /** Unix seconds. */
  readonly at: number;
  readonly id: string;
}

/** What is due later, soonest first: a binary heap, because thousands of deliveries may wait for a dead endpoint. */
export class Waiting {
  private readonly heap: Due[] = [];

  get soonest(): Due | undefined {
    return this.heap[0];
  }

  get size(): number {
    return this.heap.length;
  }

  add(due: Due): void {
    const { heap } = this;
    let at = heap.push(due) - 1;
    while (at > 0) {
      const above = (at - 1) >> 1;
      if (heap[above]!.at <= due.at) break;
      heap[at] = heap[above]!;
      at = above;
    }
    heap[at] = due;
  }

  /** Takes everything that is due by this second. */
  take(now: number): Due[] {
    const taken: Due[] = [];
    while (this.heap.length > 0 && this.heap[0]!.at <= now) taken.push(this.pop());
    return taken;
  }

  clear(): void {
    this.heap.length = 0;
  }

  private pop(): Due {
    const { heap } = this;
    const top = heap[0]!;
    const last = heap.pop()!;
    if (heap.length === 0) return top;
    let at = 0;
    for (;;) {
      let below = at * 2 + 1;
      if (below >= heap.length) break;
      if (below + 1 < heap.length && heap[below + 1]!.at < heap[below]!.at) below++;
      if (last.at <= heap[below]!.at) break;
      heap[at] = heap[below]!;
      at = below;
    }
    heap[at] = last;
    return top;
  }
}
