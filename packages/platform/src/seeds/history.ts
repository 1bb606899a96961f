import type { Operation } from '@annex/contract';
import { SeededIds } from '../accounts/keys.ts';
import { Dues } from '../clock/due.ts';
import { type Draft, Engine, NOBODY, type Params, StripeError, type StripeObject, type World } from '../engine/index.ts';
import { record } from '../events/record.ts';
import type { Platform } from '../platform.ts';
import { Waiting } from '../webhooks/waiting.ts';

/** Events older than this cannot be read any more, so a history does not make them. */
const EVENTS_KEPT = 30 * 86_400;

/** What can be done at one instant of a history. */
export interface Moment {
  /** Unix seconds. */
  readonly now: number;
  /** An API call, as `POST /v1/refunds`; ids of the path after the parameters. Throws what the API refuses. */
  call(key: string, params?: Params, ...ids: string[]): StripeObject;
}

/**
 * Lives through a past: what people did at given instants, and in between everything that time brings about (renewals,
 * trial ends, retries), through the same behaviours that answer the API. Nothing is sent to anybody. The same seed gives
 * the same history again, moved to the same start.
 */
export class History {
  private readonly platform: Platform;
  private readonly engine: Engine;
  private readonly dues: Dues;
  private readonly ids: SeededIds;
  private readonly plans = new Map<string, () => void>();
  private readonly waiting = new Waiting();
  private readonly operations: ReadonlyMap<string, Operation>;
  private readonly until: number;
  private living = true;

  constructor(platform: Platform, given: { readonly seed: string; readonly until: number }) {
    const { contract, resources } = platform.engine;
    this.platform = platform;
    this.until = given.until;
    this.ids = new SeededIds(given.seed);
    this.engine = new Engine({ contract, resources, store: platform.store, ids: this.ids });
    this.operations = new Map(contract.operations.map((operation) => [operation.key, operation]));
    const { store } = platform;
    this.dues = new Dues({
      engine: this.engine,
      store,
      commit: (draft) => this.commit(draft),
      defect: platform.defect,
      idsFor: () => this.ids,
    });
    this.dues.rebuild();
    store.onCommit((change) => {
      if (this.living) this.dues.note(change);
    });
  }

  /** A draft outside the API, for records of the platform's own. */
  draft(world: World, now: number): Draft {
    return this.engine.draft(world, now, NOBODY);
  }

  /** Keeps a draft; its events happened at its own instant. */
  commit(draft: Draft): readonly string[] {
    const { store, engine } = this.platform;
    if (draft.now < this.until - EVENTS_KEPT) {
      store.commit({ writes: draft.writes() });
      return [];
    }
    const { versions } = this.platform;
    const apiVersion = (account: string): string => versions.of(account);
    const recording = { apiVersion, model: engine.contract.api, route: () => [], now: draft.now };
    const { change, eventIds } = record(draft, recording);
    if (change.writes.length > 0) store.commit(change);
    return eventIds;
  }

  /** Something people do in a world at an instant; what lies behind the end of the history is not done. */
  at(world: World, now: number, act: (moment: Moment) => void): void {
    if (now > this.until) return;
    const id = `${this.plans.size}`;
    this.plans.set(id, () => act({ now, call: (key, params = {}, ...ids) => this.call({ world, now, key, params, ids }) }));
    this.waiting.add({ at: now, id });
  }

  /** Lives up to the end. */
  run(): void {
    for (;;) {
      const planned = this.waiting.soonest;
      const due = this.dues.next('', Math.min(this.until, planned?.at ?? this.until));
      if (due !== undefined) this.dues.run(due);
      else if (planned === undefined) break;
      else for (const { id } of this.waiting.take(planned.at)) this.plans.get(id)!();
    }
    this.living = false;
  }

  private call(given: { world: World; now: number; key: string; params: Params; ids: readonly string[] }): StripeObject {
    const { world, now, key, params, ids } = given;
    const op = this.operations.get(key);
    if (op === undefined) throw new Error(`The contract has no operation ${key}.`);
    const actor = { application: null, requestId: `req_${this.ids.random(14)}`, idempotencyKey: null };
    try {
      const { text, draft } = this.engine.execute({ op, ids, params, expand: [], world, actor, now });
      if (op.method !== 'GET') this.commit(draft);
      return JSON.parse(text) as StripeObject;
    } catch (error) {
      const draft = (error as { draft?: Draft }).draft;
      if (error instanceof StripeError && draft !== undefined) this.commit(draft);
      throw error;
    }
  }
}
