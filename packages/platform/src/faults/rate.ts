/** How many requests one account made to everything, or to one operation, within a window that slides. */
class Window {
  private readonly times: number[] = [];
  private head = 0;
  peak = 0;
  total = 0;

  /** How many there are within the window that ends now. */
  count(now: number, length: number): number {
    while (this.head < this.times.length && this.times[this.head]! <= now - length) this.head += 1;
    if (this.head > 256 && this.head * 2 > this.times.length) {
      this.times.splice(0, this.head);
      this.head = 0;
    }
    return this.times.length - this.head;
  }

  add(now: number, length: number): void {
    this.times.push(now);
    this.total += 1;
    this.peak = Math.max(this.peak, this.count(now, length));
  }
}

/** Limits in requests per window. */
export interface Limits {
  readonly test: number;
  readonly live: number;
  /** For each operation of an account. */
  readonly endpoint: number;
  /** Milliseconds. */
  readonly window: number;
  /** Whether what exceeds a limit is refused; otherwise it is only counted. */
  readonly enforce: boolean;
}

/** Stripe's own (api-and-events 1.16). */
export const STRIPES_LIMITS: Limits = { test: 25, live: 100, endpoint: 25, window: 1000, enforce: true };

interface Counted {
  readonly account: string;
  readonly livemode: boolean;
  readonly all: Window;
  readonly operations: Map<string, Window>;
  refused: number;
}

export interface AccountRate {
  readonly account: string;
  readonly livemode: boolean;
  readonly requests: number;
  /** The most requests within any one window. */
  readonly peak: number;
  readonly refused: number;
  readonly operations: readonly { readonly operation: string; readonly requests: number; readonly peak: number }[];
}

export interface Asked {
  readonly account: string;
  readonly livemode: boolean;
  readonly operation: string;
}

/** Counts requests per account and, where it is told to, refuses as Stripe does. A switch: without it nothing is counted. */
export class RateLimiter {
  limits: Limits | undefined;
  private readonly accounts = new Map<string, Counted>();

  /** Begins to count afresh with these limits; stops without them. */
  set(limits: Limits | undefined): void {
    this.limits = limits;
    this.accounts.clear();
  }

  /** Why this request is refused, or nothing. Refused requests count as made: the limit is about what clients do. */
  ask(asked: Asked, now: number): 'global-rate' | 'endpoint-rate' | undefined {
    const { limits } = this;
    if (limits === undefined) return undefined;
    const counted = this.counted(asked);
    let operation = counted.operations.get(asked.operation);
    if (operation === undefined) {
      operation = new Window();
      counted.operations.set(asked.operation, operation);
    }
    counted.all.add(now, limits.window);
    operation.add(now, limits.window);
    if (!limits.enforce) return undefined;
    const isOver = counted.all.count(now, limits.window) > (asked.livemode ? limits.live : limits.test);
    const reason = isOver ? 'global-rate' : operation.count(now, limits.window) > limits.endpoint ? 'endpoint-rate' : undefined;
    if (reason !== undefined) counted.refused += 1;
    return reason;
  }

  rates(): AccountRate[] {
    return [...this.accounts.values()].map(({ account, livemode, all, operations, refused }) => ({
      account,
      livemode,
      requests: all.total,
      peak: all.peak,
      refused,
      operations: [...operations].map(([operation, { total, peak }]) => ({ operation, requests: total, peak })),
    }));
  }

  private counted({ account, livemode }: Asked): Counted {
    const key = `${account}/${livemode}`;
    let counted = this.accounts.get(key);
    if (counted === undefined) {
      counted = { account, livemode, all: new Window(), operations: new Map(), refused: 0 };
      this.accounts.set(key, counted);
    }
    return counted;
  }
}
