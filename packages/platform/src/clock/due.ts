import { type Change, type DueRow, type Ids, NOBODY, nextDue, parseWorldKey, type StripeObject, type WorldKey } from '../engine/index.ts';
import type { Platform } from '../platform.ts';
import { Agenda, type Awaited } from './agenda.ts';

/** The clock of objects that live on the platform's own. */
export const PLATFORM = '';

/** What time needs of a platform. */
interface Lived extends Pick<Platform, 'engine' | 'store' | 'commit' | 'defect'> {
  /** The ids of what time brings about: the same each time for the same thing, so that a run that was killed ends as a calm one. */
  idsFor(about: string): Ids;
}

/** Everything that is awaited, by clock; derived from the store, kept by its commits, rebuilt when it is replaced. */
export class Dues {
  private readonly platform: Lived;
  private readonly rows = new Map<string, DueRow[]>();
  private readonly ranks: ReadonlyMap<DueRow, number>;
  private agendas = new Map<string, Agenda>();
  private current = new Map<string, Awaited>();
  /** Stays awaited while it is done, so that the clock stands at its instant. */
  private running: Awaited | undefined;

  constructor(platform: Lived) {
    const { due } = platform.engine.resources;
    this.platform = platform;
    this.ranks = new Map(due.map((row, rank) => [row, rank]));
    for (const row of due) this.rows.set(row.object, [...(this.rows.get(row.object) ?? []), row]);
  }

  rebuild(): void {
    this.agendas = new Map();
    this.current = new Map();
    for (const { world, row } of this.platform.store.snapshot().rows) {
      if (!row.deleted && this.rows.has(row.object)) this.await(world, JSON.parse(row.text) as StripeObject);
    }
  }

  note(change: Change): void {
    for (const write of change.writes) {
      if (!this.rows.has(write.object)) continue;
      if (write.text === null || write.deleted) this.current.delete(`${write.world} ${write.object} ${write.id}`);
      else this.await(write.world, write.value ?? (JSON.parse(write.text) as StripeObject));
    }
  }

  /** The soonest thing on a clock up to an instant. */
  next(clock: string, until: number): Awaited | undefined {
    const agenda = this.agendas.get(clock);
    for (let top = agenda?.peek(); top !== undefined; top = agenda!.peek()) {
      if (this.current.get(top.key) === top) return top.at <= until ? top : undefined;
      agenda!.pop();
    }
    return undefined;
  }

  /**
   * Does it, as a commit of its own. What cannot be done is told as a defect, answered with false, and not tried again until the
   * object changes.
   */
  run(awaited: Awaited): boolean {
    const { engine } = this.platform;
    this.running = awaited;
    try {
      const row = engine.store.row(parseWorldKey(awaited.world), awaited.object, awaited.id);
      // Without the address, so that the same life at another port is the same.
      const ids = this.platform.idsFor(`${awaited.key} ${awaited.at} ${row?.text.replaceAll(engine.origin, '')}`);
      const draft = engine.draft(parseWorldKey(awaited.world), awaited.at, NOBODY, { ids });
      const object = draft.get(awaited.object, awaited.id);
      const due = object === undefined ? undefined : nextDue(this.rows.get(awaited.object)!, object);
      if (object === undefined || due === undefined || due.at !== awaited.at) return true;
      due.row.act(draft, object);
      engine.settle(draft);
      this.platform.commit(draft);
      return true;
    } catch (error) {
      this.platform.defect(error);
      return false;
    } finally {
      this.running = undefined;
      // Unless doing it has brought what comes next.
      if (this.current.get(awaited.key) === awaited) this.current.delete(awaited.key);
    }
  }

  /** Its own clock; or its customer's, where objects of its kind do not tell theirs (a payment that waits for its capture). */
  private clockOf(world: WorldKey, object: StripeObject): string {
    const { test_clock: own, customer } = object;
    if (own !== undefined || typeof customer !== 'string') return own ?? PLATFORM;
    const row = this.platform.store.row(parseWorldKey(world), 'customer', customer);
    return row === undefined ? PLATFORM : ((JSON.parse(row.text) as StripeObject).test_clock ?? PLATFORM);
  }

  private await(world: WorldKey, object: StripeObject): void {
    const key = `${world} ${object.object} ${object.id}`;
    const due = nextDue(this.rows.get(object.object)!, object);
    const known = this.current.get(key);
    if (due === undefined) {
      this.current.delete(key);
      return;
    }
    const rank = this.ranks.get(due.row)!;
    const clock = this.clockOf(world, object);
    const same = known?.at === due.at && known.rank === rank && known.clock === clock;
    if (same && known !== this.running) return;
    const { id, created = 0 } = object;
    const entry: Awaited = { key, at: due.at, clock, world, object: object.object, id, created, rank };
    this.current.set(key, entry);
    let agenda = this.agendas.get(clock);
    if (agenda === undefined) {
      agenda = new Agenda();
      this.agendas.set(clock, agenda);
    }
    agenda.push(entry);
  }
}
