import { NOBODY, type StoreRead, type StripeObject, SYSTEM } from '../engine/index.ts';
import type { Platform } from '../platform.ts';
import { isKnown } from './known.ts';

/** The version that an account has chosen; its id is the account's. */
interface VersionRecord extends StripeObject {
  object: 'annex.api_version';
  version: string;
}

/** Refuses a setting before anything is opened. */
export function checkDefault(version: string | undefined): void {
  if (version === undefined || isKnown(version)) return;
  throw new Error(`--api-version is ${version}, which is no version of the API. Take one such as 2026-10-28.endive or 2025-02-24.acacia.`);
}

/** What an account's requests and events are served at where nothing else is said. */
export class DefaultVersions {
  private readonly store: StoreRead;
  private readonly fallback: string;
  private readonly known = new Map<string, { text: string; version: string }>();

  constructor(store: StoreRead, fallback: string) {
    this.store = store;
    this.fallback = fallback;
  }

  of(account: string): string {
    const row = this.store.row(SYSTEM, 'annex.api_version', account);
    if (row === undefined) return this.fallback;
    const known = this.known.get(account);
    if (known !== undefined && known.text === row.text) return known.version;
    const { version } = JSON.parse(row.text) as VersionRecord;
    if (this.known.size > 10_000) this.known.clear();
    this.known.set(account, { text: row.text, version });
    return version;
  }
}

/** Chooses an account's default version. What has happened keeps the version that it was told in. */
export function chooseDefaultVersion(platform: Platform, account: string, version: string): void {
  const draft = platform.engine.draft(SYSTEM, platform.clock.now(), NOBODY);
  const before = draft.get('annex.api_version', account);
  if (before === undefined) draft.insert({ id: account, object: 'annex.api_version', version, created: draft.now }, { event: null });
  else draft.set(before, { version }, { event: null });
  platform.commit(draft);
}
