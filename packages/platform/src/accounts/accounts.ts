import { defaultObject } from '@annex/contract';
import { type Draft, type StoreRead, type StripeObject, SYSTEM } from '../engine/index.ts';
import { maskKey, sha256 } from './keys.ts';
import { type ApplicationRecord, type ConnectionRecord, connectionId, type KeyRecord } from './records.ts';

export interface NewAccount {
  readonly id?: string;
  readonly name?: string | null;
  readonly email?: string | null;
  readonly country?: string;
  readonly currency?: string;
  readonly timezone?: string;
  /** A test account with nothing filled in (the consent page's short cut). */
  readonly blank?: boolean;
  /** Keys to use instead of new ones, by mode. */
  readonly keys?: { readonly test?: string; readonly live?: string };
}

/** Opens an account with its keys in both modes. The account object is its owner's full view; others see less of it. */
export function openAccount(draft: Draft, given: NewAccount): StripeObject {
  const system = draft.in(SYSTEM);
  const id = given.id ?? `acct_1${draft.random(15)}`;
  const fields = defaultObject(draft.contract, 'account', { id, created: draft.now, livemode: false });
  const account = system.insert(
    {
      ...fields,
      ...accountDefaults(given),
      ...(given.blank === true && { charges_enabled: false, details_submitted: false, payouts_enabled: false, capabilities: {} }),
      id,
      object: 'account',
      created: draft.now,
    } as StripeObject,
    { event: null },
  );
  for (const livemode of [false, true]) {
    const mode = livemode ? 'live' : 'test';
    addKey(draft, { account: id, livemode, kind: 'secret', key: given.keys?.[mode] ?? `sk_${mode}_51${id.slice(6)}${draft.random(82)}` });
    addKey(draft, { account: id, livemode, kind: 'publishable', key: `pk_${mode}_51${id.slice(6)}${draft.random(82)}` });
  }
  return account;
}

function accountDefaults(given: NewAccount): Record<string, unknown> {
  const name = given.name ?? null;
  return {
    business_profile: {
      annual_revenue: null,
      estimated_worker_count: null,
      mcc: null,
      minority_owned_business_designation: null,
      name,
      product_description: null,
      support_address: null,
      support_email: null,
      support_phone: null,
      support_url: null,
      url: null,
    },
    business_type: 'company',
    capabilities: { card_payments: 'active', transfers: 'active' },
    charges_enabled: true,
    controller: { type: 'account' },
    country: given.country ?? 'US',
    default_currency: given.currency ?? 'usd',
    details_submitted: true,
    email: given.email ?? null,
    external_accounts: undefined,
    metadata: {},
    payouts_enabled: true,
    settings: {
      bacs_debit_payments: { display_name: null, service_user_number: null },
      branding: { icon: null, logo: null, primary_color: null, secondary_color: null },
      card_issuing: { tos_acceptance: { date: null, ip: null } },
      card_payments: {
        decline_on: { avs_failure: false, cvc_failure: false },
        statement_descriptor_prefix: null,
        statement_descriptor_prefix_kana: null,
        statement_descriptor_prefix_kanji: null,
      },
      dashboard: { display_name: name, timezone: given.timezone ?? 'Etc/UTC' },
      invoices: { default_account_tax_ids: null, hosted_payment_method_save: 'offer' },
      payments: { statement_descriptor: null, statement_descriptor_kana: null, statement_descriptor_kanji: null },
      payouts: { debit_negative_balances: true, schedule: { delay_days: 2, interval: 'daily' }, statement_descriptor: null },
      sepa_debit_payments: {},
    },
    type: 'standard',
  };
}

/** A platform controls an account that it has made, or that was made in its own flow (oauth 1.1). */
export function takeControl(draft: Draft, account: StripeObject, owner: string): void {
  const controller = {
    type: 'application',
    is_controller: true,
    fees: { payer: 'account' },
    losses: { payments: 'stripe' },
    requirement_collection: 'stripe',
    stripe_dashboard: { type: 'full' },
  };
  const system = draft.in(SYSTEM);
  system.set(account, { controller }, { event: null });
  system.insert({ id: account.id, object: 'annex.controller', owner, created: draft.now }, { event: null });
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
