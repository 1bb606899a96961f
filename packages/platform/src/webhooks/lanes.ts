/** The deliveries of one endpoint that are to be sent now, first come first served. */
interface Lane {
  readonly queue: string[];
  head: number;
  inFlight: number;
}

/**
 * One lane per endpoint, each with a bound on what is in flight, so that an endpoint that hangs or is slow holds up
 * nobody but itself.
 */
export class Lanes {
  private readonly lanes = new Map<string, Lane>();
  private readonly known = new Set<string>();
  private readonly perLane: number;

  constructor(perLane: number) {
    this.perLane = perLane;
  }

  /** Adds a delivery once: what waits or is in flight already is not added again. */
  add(endpoint: string, id: string): void {
    if (this.known.has(id)) return;
    this.known.add(id);
    let lane = this.lanes.get(endpoint);
    if (lane === undefined) {
      lane = { queue: [], head: 0, inFlight: 0 };
      this.lanes.set(endpoint, lane);
    }
    lane.queue.push(id);
  }

  /** Starts what may start now; `start` is given the delivery and must end in `free`. */
  run(start: (endpoint: string, id: string) => void): void {
    for (const [endpoint, lane] of this.lanes) {
      while (lane.inFlight < this.perLane && lane.head < lane.queue.length) {
        lane.inFlight++;
        start(endpoint, lane.queue[lane.head++]!);
      }
      if (lane.head > 1024 && lane.head * 2 > lane.queue.length) {
        lane.queue.splice(0, lane.head);
        lane.head = 0;
      }
    }
  }

  /** The delivery is no longer on the wire: the next one of its lane may start. */
  free(endpoint: string): void {
    const lane = this.lanes.get(endpoint);
    if (lane === undefined) return;
    lane.inFlight--;
    if (lane.inFlight === 0 && lane.head === lane.queue.length) this.lanes.delete(endpoint);
  }

  /** What came of the delivery is about to be kept: from then on it may be added again. */
  forget(id: string): void {
    this.known.delete(id);
  }

  /** Forgets what has not been started. */
  clear(): void {
    for (const lane of this.lanes.values()) {
      for (const id of lane.queue.slice(lane.head)) this.known.delete(id);
      lane.queue.length = lane.head;
    }
  }
}
