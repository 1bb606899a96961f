import { type Draft, SYSTEM } from '../engine/index.ts';
import type { ApplicationRecord, Scope } from './records.ts';

export interface NewApplications {
  readonly account: string;
  readonly kind?: ApplicationRecord['kind'];
  readonly scopes?: readonly Scope[];
  readonly test?: ModeSettings;
  readonly live?: ModeSettings;
}

export interface ModeSettings {
  /** `ca_` and 32 characters, where it must be a known one. */
  readonly id?: string;
  readonly oauth_enabled?: boolean;
  readonly redirect_uris?: readonly string[];
}

/** Makes an account an extension (or a platform): a client_id for test and one for live, which begin alike (oauth 2.2). */
export function registerApplications(draft: Draft, given: NewApplications): { test: ApplicationRecord; live: ApplicationRecord } {
  const start = draft.random(4);
  const make = (livemode: boolean, settings: ModeSettings = {}): ApplicationRecord => {
    const record: ApplicationRecord = {
      id: settings.id ?? `ca_${start}${draft.random(28)}`,
      object: 'annex.application',
      account: given.account,
      livemode,
      oauth_enabled: settings.oauth_enabled ?? false,
      redirect_uris: [...(settings.redirect_uris ?? [])],
      kind: given.kind ?? 'extension',
      scopes: [...(given.scopes ?? ['read_only', 'read_write'])],
      created: draft.now,
    };
    return draft.in(SYSTEM).insert(record, { event: null }) as ApplicationRecord;
  };
  const made = { test: make(false, given.test), live: make(true, given.live) };
  nameApplications(draft, given.account);
  return made;
}

/** Keeps Stripe's `application` objects in step with the name that their owner shows: `null` while it has none. */
export function nameApplications(draft: Draft, account: string): void {
  const system = draft.in(SYSTEM);
  const owner = system.get('account', account);
  const name: string | null = owner?.settings?.dashboard?.display_name ?? owner?.business_profile?.name ?? null;
  for (const { id } of system.find('annex.application', [['account', account]])) {
    const known = system.get('application', id);
    if (known === undefined) system.insert({ id, object: 'application', name }, { event: null });
    else if (known.name !== name) system.set(known, { name }, { event: null });
  }
}
