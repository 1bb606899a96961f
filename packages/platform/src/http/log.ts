import { faultWord } from '../faults/faults.ts';
import type { Exchange } from './exchange.ts';
import { header } from './exchange.ts';

/** One request and its answer, as the API log shows it. The key is masked before it gets here. */
export interface LogEntry {
  readonly id: string;
  /** Milliseconds of the platform's clock. */
  readonly at: number;
  readonly took: number;
  readonly method: string;
  readonly path: string;
  readonly query: string;
  readonly form: string;
  readonly status: number;
  readonly answer: string;
  readonly operation: string | undefined;
  readonly account: string | undefined;
  readonly livemode: boolean | undefined;
  readonly application: string | undefined;
  readonly key: string | undefined;
  readonly apiVersion: string | undefined;
  readonly idempotencyKey: string | undefined;
  readonly userAgent: string | undefined;
  readonly events: readonly string[];
  /** What went wrong with it because it was asked for: `timeout`, `slow` … */
  readonly fault: string | undefined;
}

/** Longer answers (list pages) are kept as their beginning: a log of 5,000 pages of 100 objects would be a gigabyte. */
const LONGEST_ANSWER = 16 * 1024;

/** A copy: a mere slice would keep the whole string alive. */
const beginningOf = (text: string): string =>
  text.length <= LONGEST_ANSWER ? text : `${Buffer.from(text.slice(0, LONGEST_ANSWER / 4)).toString()}… (${text.length} characters)`;

/** The most recent requests, oldest dropped first; listeners see each as it ends. */
export class RequestLog {
  private readonly ring: LogEntry[] = [];
  private at = 0;
  private readonly size: number;
  private readonly listeners = new Set<(entry: LogEntry) => void>();

  constructor(size: number) {
    this.size = size;
  }

  add(exchange: Exchange, endedMs: number): void {
    const entry: LogEntry = {
      id: exchange.requestId,
      at: exchange.startedMs,
      took: endedMs - exchange.startedMs,
      method: exchange.method,
      path: exchange.path,
      query: exchange.query,
      form: exchange.form ?? '',
      status: exchange.answer?.status ?? 0,
      answer: beginningOf(exchange.answer?.text ?? ''),
      operation: exchange.op?.key,
      account: exchange.caller?.world.account,
      livemode: exchange.caller?.world.livemode,
      application: exchange.caller?.application ?? undefined,
      key: exchange.caller?.key.masked,
      apiVersion: exchange.version,
      idempotencyKey: header(exchange, 'idempotency-key'),
      userAgent: header(exchange, 'user-agent'),
      events: exchange.eventIds ?? [],
      fault: exchange.fate === undefined ? undefined : faultWord(exchange.fate),
    };
    if (this.ring.length < this.size) this.ring.push(entry);
    else this.ring[this.at] = entry;
    this.at = (this.at + 1) % this.size;
    for (const listener of this.listeners) listener(entry);
  }

  /** Newest first. */
  entries(): LogEntry[] {
    return [...this.ring.slice(this.at), ...this.ring.slice(0, this.at)].reverse();
  }

  clear(): void {
    this.ring.length = 0;
    this.at = 0;
  }

  onEntry(listener: (entry: LogEntry) => void): () => void {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  }
}
