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
  for (const { id, created } of system.find('annex.application', [['account', account]])) {
    const known = system.get('application', id);
    if (known === undefined) system.insert({ id, object: 'application', name, created }, { event: null });
    else if (known.name !== name) system.set(known, { name }, { event: null });
  }
}

const isLocal = (host: string): boolean => /^(localhost|127\.\d+\.\d+\.\d+|\[::1\])$/.test(host) || host.endsWith('.localhost');

/** Why this may not be a redirect URI, in a sentence; nothing where it may (oauth 2.3). */
export function redirectUriRefusal(uri: string, livemode: boolean): string | undefined {
  if (uri !== uri.trim() || /[\s\p{Cc}<>"'`\\]/u.test(uri)) return `'${uri}' has characters that may not stand in a URI.`;
  if (uri.length > 2000) return 'A redirect URI may have 2,000 characters at most.';
  let url: URL;
  try {
    url = new URL(uri);
  } catch {
    return `'${uri}' is not a complete URI. Write it with its scheme and host, for example https://app.example.com/callback.`;
  }
  if (url.protocol !== 'https:' && url.protocol !== 'http:') return `'${uri}' must begin with https:// (or http:// in test mode).`;
  if (url.username !== '' || url.password !== '') return `'${uri}' must not contain a user name or password.`;
  if (uri.includes('#')) return `'${uri}' must not have a fragment (#…): browsers do not send it.`;
  if (uri.includes('*')) return `'${uri}' contains a *. A redirect URI is compared exactly; add each address on its own.`;
  if (livemode && url.protocol !== 'https:') {
    const where = isLocal(url.hostname) ? ' Use the test client_id for an address of your own machine.' : '';
    return `Live mode needs https; '${uri}' begins with http.${where}`;
  }
  return undefined;
}
