import type { ApplicationRecord, ConnectionRecord } from '../accounts/records.ts';
import { type Change, type StripeObject, SYSTEM, type World, worldKey } from '../engine/index.ts';
import type { Owed, RecordedEvent } from '../events/record.ts';
import type { MemoryStore } from '../store/memory.ts';
import { oldVersion } from '../versions/version.ts';
import { type DeliveryRecord, deliveryId, deliveryWrite } from './records.ts';

/** Event types that `*` does not include: they want an answer within seconds, so an endpoint must name them. */
const ONLY_WHEN_NAMED: ReadonlySet<string> = new Set(['issuing_authorization.request']);

/** An endpoint as routing sees it. */
interface Target {
  readonly id: string;
  readonly owner: string;
  readonly livemode: boolean;
  readonly application: string | null;
  readonly all: boolean;
  readonly types: ReadonlySet<string>;
  /** The version that the endpoint chose; null for its owner's default. */
  readonly version: string | null;
}

const targetOf = (endpoint: StripeObject, world: World): Target => ({
  id: endpoint.id,
  owner: world.account,
  livemode: world.livemode,
  application: endpoint.application ?? null,
  all: endpoint.enabled_events.includes('*'),
  types: new Set(endpoint.enabled_events),
  version: endpoint.api_version ?? null,
});

/** `*` means what there was at the endpoint's version. */
const wants = (target: Target, type: string, version: string): boolean =>
  target.types.has(type) || (target.all && !ONLY_WHEN_NAMED.has(type) && oldVersion(version)?.knowsEvent(type) !== false);

/** Whatever is written here changes who is told. */
const CHANGES_ROUTES: ReadonlySet<string> = new Set(['webhook_endpoint', 'annex.connection', 'annex.application']);

const NONE: readonly Target[] = [];
const NOTHING: readonly Owed[] = [];
const ALL = Number.POSITIVE_INFINITY;

/** Who is told of an event (api-and-events 2.7), remembered per world until an endpoint or a connection changes. */
export class Routes {
  private readonly store: MemoryStore;
  private readonly defaultVersion: (account: string) => string;
  private readonly known = new Map<string, readonly Target[]>();

  constructor(store: MemoryStore, defaultVersion: (account: string) => string) {
    this.store = store;
    this.defaultVersion = defaultVersion;
  }

  /** The deliveries that an event owes, to be stored in its own change. */
  route(event: RecordedEvent): readonly Owed[] {
    const targets = event.onlyFor === undefined ? this.targets(event) : this.ofApplication(event.onlyFor, event.livemode);
    if (targets.length === 0) return NOTHING;
    const owed: Owed[] = [];
    for (const target of targets) {
      const version = target.version ?? this.defaultVersion(target.owner);
      if (wants(target, event.type, version)) owed.push({ write: deliveryWrite(firstDelivery(event, target, version)), version });
    }
    return owed;
  }

  /** For the store: forgets what a change may have made untrue. */
  changed(change: Change): void {
    if (this.known.size === 0) return;
    for (const write of change.writes) {
      if (!CHANGES_ROUTES.has(write.object)) continue;
      this.known.clear();
      return;
    }
  }

  forget(): void {
    this.known.clear();
  }

  private targets(event: RecordedEvent): readonly Target[] {
    const world = { account: event.account, livemode: event.livemode };
    const key = worldKey(world);
    let targets = this.known.get(key);
    if (targets === undefined) {
      targets = this.find(world);
      if (this.known.size > 10_000) this.known.clear();
      this.known.set(key, targets);
    }
    return targets;
  }

  private find(world: World): readonly Target[] {
    const targets = new Map(this.endpoints(world, (application) => application === null).map((target) => [target.id, target]));
    const { rows } = this.store.page(SYSTEM, 'annex.connection', { where: [['account', world.account]], limit: ALL });
    for (const row of rows) {
      const connection = JSON.parse(row.text) as ConnectionRecord;
      if (connection.revoked_at !== null) continue;
      for (const livemode of modesToTell(connection.livemode, world.livemode)) {
        const listening = this.endpoints({ account: connection.owner, livemode }, (application) => application !== null);
        for (const target of listening) targets.set(target.id, target);
      }
    }
    return targets.size === 0 ? NONE : [...targets.values()];
  }

  /** An application's own event goes to its connect endpoints, whether or not the account is (still) connected. */
  private ofApplication(application: string, livemode: boolean): readonly Target[] {
    const row = this.store.row(SYSTEM, 'annex.application', application);
    if (row === undefined) return NONE;
    const record = JSON.parse(row.text) as ApplicationRecord;
    if (livemode && !record.livemode) return NONE;
    return this.endpoints({ account: record.account, livemode: record.livemode }, (own) => own === application);
  }

  private endpoints(world: World, listens: (application: string | null) => boolean): Target[] {
    const found: Target[] = [];
    for (const row of this.store.page(world, 'webhook_endpoint', { limit: ALL }).rows) {
      const endpoint = JSON.parse(row.text) as StripeObject;
      if (endpoint.status === 'enabled' && listens(endpoint.application ?? null)) found.push(targetOf(endpoint, world));
    }
    return found;
  }
}

/**
 * Which of an extension's endpoints hear of an event: live endpoints of a live connection hear of live and test events,
 * test endpoints of test events alone; a test connection reaches test endpoints only (oauth 7.2, 11).
 */
function modesToTell(connection: boolean, event: boolean): readonly boolean[] {
  if (event) return connection ? [true] : [];
  return connection ? [true, false] : [false];
}

function firstDelivery(event: RecordedEvent, target: Target, version: string): DeliveryRecord {
  return {
    id: deliveryId(event.id, target.id),
    object: 'annex.delivery',
    event: event.id,
    type: event.type,
    account: event.account,
    livemode: event.livemode,
    endpoint: target.id,
    owner: target.owner,
    endpoint_livemode: target.livemode,
    version,
    application: target.application,
    state: 'pending',
    retry_at: event.created,
    tries: 0,
    asked: 0,
    counted: true,
    acknowledged_at: null,
    reason: null,
    attempts: [],
    created: event.created,
  };
}
