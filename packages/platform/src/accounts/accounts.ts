import { type Draft, type StoreRead, type StripeObject, SYSTEM } from '../engine/index.ts';
import { type NewAccount, storeAccount } from '../resources/new-account.ts';
import { maskKey, sha256 } from './keys.ts';
import { type ApplicationRecord, type ConnectionRecord, connectionId, type KeyRecord } from './records.ts';

export { type NewAccount, takeControl } from '../resources/new-account.ts';

/** An account with keys of its own. */
export interface OpenedAccount extends NewAccount {
  /** Keys to use instead of new ones, by mode. */
  readonly keys?: { readonly test?: string; readonly live?: string };
}

/** Opens an account with its keys in both modes. */
export function openAccount(draft: Draft, given: OpenedAccount): StripeObject {
  const account = storeAccount(draft, given);
  const { id } = account;
  for (const livemode of [false, true]) {
    const mode = livemode ? 'live' : 'test';
    addKey(draft, { account: id, livemode, kind: 'secret', key: given.keys?.[mode] ?? `sk_${mode}_51${id.slice(6)}${draft.random(82)}` });
    addKey(draft, { account: id, livemode, kind: 'publishable', key: `pk_${mode}_51${id.slice(6)}${draft.random(82)}` });
  }
  return account;
}

export interface NewKey {
  readonly account: string;
  readonly livemode: boolean;
  readonly kind: KeyRecord['kind'];
  readonly key: string;
  readonly connection?: string;
  readonly scope?: KeyRecord['scope'];
}

export function addKey(draft: Draft, given: NewKey): KeyRecord {
  const record: KeyRecord = {
    id: sha256(given.key),
    object: 'annex.key',
    account: given.account,
    livemode: given.livemode,
    kind: given.kind,
    key: given.kind === 'access_token' ? null : given.key,
    masked: maskKey(given.key),
    connection: given.connection ?? null,
    standing: given.connection ?? null,
    scope: given.scope ?? null,
    revoked_at: null,
    created: draft.now,
  };
  return draft.in(SYSTEM).insert(record, { event: null }) as KeyRecord;
}

const parse = <T>(row: { text: string } | undefined): T | undefined => (row === undefined ? undefined : (JSON.parse(row.text) as T));

/** Who is who, read from the store. The key look-up is on the path of every request, hence its memory. */
export class Accounts {
  private readonly store: StoreRead;
  private readonly keys = new Map<string, { text: string; record: KeyRecord }>();

  constructor(store: StoreRead) {
    this.store = store;
  }

  key(key: string): KeyRecord | undefined {
    const known = this.keys.get(key);
    const row = this.store.row(SYSTEM, 'annex.key', known?.record.id ?? sha256(key));
    if (row === undefined) return undefined;
    if (known !== undefined && known.text === row.text) return known.record;
    const record = JSON.parse(row.text) as KeyRecord;
    if (this.keys.size > 10_000) this.keys.clear();
    this.keys.set(key, { text: row.text, record });
    return record;
  }

  account(id: string): StripeObject | undefined {
    return parse(this.store.row(SYSTEM, 'account', id));
  }

  /** The secret key of an account's own, for its dashboard and for seeds. */
  secretKey(account: string, livemode: boolean): string | undefined {
    return this.ownKey(account, livemode, 'secret');
  }

  ownKey(account: string, livemode: boolean, kind: KeyRecord['kind']): string | undefined {
    const where = [['account', account]] as const;
    const { rows } = this.store.page(SYSTEM, 'annex.key', { where, limit: Number.POSITIVE_INFINITY });
    const records = rows.map((row) => JSON.parse(row.text) as KeyRecord);
    return records.find((row) => row.livemode === livemode && row.kind === kind && row.revoked_at === null)?.key ?? undefined;
  }

  application(id: string): ApplicationRecord | undefined {
    return parse(this.store.row(SYSTEM, 'annex.application', id));
  }

  /** The account's applications: one for test, one for live, where it has any. */
  applicationsOf(account: string): ApplicationRecord[] {
    const { rows } = this.store.page(SYSTEM, 'annex.application', { where: [['account', account]], limit: 10 });
    return rows.map((row) => JSON.parse(row.text) as ApplicationRecord);
  }

  /** The platform that created this account and controls it; nothing for an account of its own (oauth 1.1). */
  controllerOf(account: string): string | undefined {
    return parse<{ owner: string }>(this.store.row(SYSTEM, 'annex.controller', account))?.owner;
  }

  connection(application: string, account: string): ConnectionRecord | undefined {
    return this.connectionById(connectionId(application, account));
  }

  connectionById(id: string): ConnectionRecord | undefined {
    const found = parse<ConnectionRecord>(this.store.row(SYSTEM, 'annex.connection', id));
    return found?.revoked_at === null ? found : undefined;
  }

  /**
   * The connection by which `owner` may act for `account` with a key of this mode. A live connection also opens the
   * account's test data; a test connection never opens live data (oauth 8.1).
   */
  connectionFor(owner: string, account: string, livemode: boolean): ConnectionRecord | undefined {
    const applications = this.applicationsOf(owner);
    const mine = applications.find((row) => row.livemode === livemode);
    const live = applications.find((row) => row.livemode);
    const found = mine === undefined ? undefined : this.connection(mine.id, account);
    return found ?? (livemode || live === undefined ? undefined : this.connection(live.id, account));
  }
}
