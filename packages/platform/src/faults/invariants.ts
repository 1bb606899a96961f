import type { Write } from '../engine/index.ts';
import { DELIVERY, type DeliveryRecord } from '../webhooks/records.ts';

/** One thing that an extension promises about itself, and how it stands; for one account where it names one. */
export interface Invariant {
  /** The same for every account: `mirror_equals_source`. */
  readonly name: string;
  /** The promise: `The mirror equals the source`. */
  readonly title: string;
  /** What was found. */
  readonly sentence: string;
  /** Absent while it is not known. */
  readonly holds?: boolean;
  /** So many of so many were found right. */
  readonly kept?: number;
  readonly of?: number;
  readonly account?: string;
  readonly livemode?: boolean;
}

/** What an extension said of itself last. */
export interface Report {
  /** `ca_…` */
  readonly extension: string;
  /** Seconds in which the next report is due. */
  readonly every: number;
  /** Milliseconds of real time: whether a report is old has nothing to do with the platform's clock. */
  readonly at: number;
  readonly invariants: readonly Invariant[];
}

/** An event that the extension's endpoint has answered with 2xx. */
export interface Acknowledged {
  readonly event: string;
  readonly account: string;
  readonly livemode: boolean;
  /** Milliseconds of real time. */
  readonly at: number;
}

/** So many acknowledged events are remembered for an extension between two of its reports. */
const REMEMBERED = 2_000;
/** An extension that has missed so many reports in a row is not heard of. */
const MISSED = 3;

const silentAt = ({ at, every }: Report): number => at + every * 1_000 * MISSED;

/** What extensions report of their invariants, in memory. Each is told in return which of its events were acknowledged since. */
export class Invariants {
  private readonly kept = new Map<string, { report: Report; acknowledged: Map<string, Acknowledged>; timer: NodeJS.Timeout }>();
  private readonly listeners: (() => void)[] = [];

  keep(report: Report): Acknowledged[] {
    const before = this.kept.get(report.extension);
    clearTimeout(before?.timer);
    // Told once more when it falls silent, so that an open page does not go on showing what nobody vouches for.
    const timer = setTimeout(() => this.tell(), silentAt(report) - report.at + 100).unref();
    this.kept.set(report.extension, { report, acknowledged: new Map(), timer });
    this.tell();
    return [...(before?.acknowledged.values() ?? [])];
  }

  reports(now: number): (Report & { silent: boolean })[] {
    return [...this.kept.values()].map(({ report }) => ({ ...report, silent: now > silentAt(report) }));
  }

  clear(): void {
    for (const { timer } of this.kept.values()) clearTimeout(timer);
    this.kept.clear();
    this.tell();
  }

  /** For the store: which deliveries were acknowledged, of extensions that report. */
  noteAcknowledged(writes: readonly Write[], now: number): void {
    if (this.kept.size === 0) return;
    for (const write of writes) {
      if (write.object !== DELIVERY || write.text === null) continue;
      const delivery = (write.value ?? JSON.parse(write.text)) as DeliveryRecord;
      const known = delivery.application === null ? undefined : this.kept.get(delivery.application)?.acknowledged;
      if (known === undefined || delivery.acknowledged_at === null || known.has(delivery.event)) continue;
      if (known.size >= REMEMBERED) known.delete(known.keys().next().value!);
      known.set(delivery.event, { event: delivery.event, account: delivery.account, livemode: delivery.livemode, at: now });
    }
  }

  onChanged(listener: () => void): void {
    this.listeners.push(listener);
  }

  private tell(): void {
    for (const listener of this.listeners) listener();
  }
}
