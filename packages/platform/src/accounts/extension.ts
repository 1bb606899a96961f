import { invalid, NOBODY, noSuch, type StripeObject, SYSTEM } from '../engine/index.ts';
import type { Platform } from '../platform.ts';
import { seenByExtension } from '../resources/account.ts';
import { nameApplications, redirectUriRefusal, registerApplications } from './applications.ts';
import { readPicture } from './images.ts';
import type { ApplicationRecord, Scope } from './records.ts';

/** An extension's settings, as pages and the control API show them. */
export interface ShownExtension {
  readonly account: string;
  readonly name: string | null;
  readonly site: string | null;
  readonly kind: ApplicationRecord['kind'];
  readonly scopes: readonly Scope[];
  readonly primary_color: string | null;
  readonly secondary_color: string | null;
  /** `file_…` */
  readonly logo: string | null;
  readonly icon: string | null;
  readonly test: ShownMode;
  readonly live: ShownMode;
}

export interface ShownMode {
  readonly client_id: string;
  readonly oauth_enabled: boolean;
  readonly redirect_uris: readonly string[];
}

const modeOf = (record: ApplicationRecord): ShownMode => ({
  client_id: record.id,
  oauth_enabled: record.oauth_enabled,
  redirect_uris: record.redirect_uris,
});

const pair = (platform: Platform, account: string): { test: ApplicationRecord; live: ApplicationRecord } | undefined => {
  const records = platform.accounts.applicationsOf(account);
  const test = records.find((record) => !record.livemode);
  const live = records.find((record) => record.livemode);
  return test === undefined || live === undefined ? undefined : { test, live };
};

/** The extension of an account; nothing where it is none. */
export function extensionOf(platform: Platform, account: string): ShownExtension | undefined {
  const records = pair(platform, account);
  const owner = platform.accounts.account(account);
  if (records === undefined || owner === undefined) return undefined;
  const branding = owner.settings?.branding ?? {};
  return {
    account,
    name: owner.settings?.dashboard?.display_name ?? owner.business_profile?.name ?? null,
    site: owner.business_profile?.url ?? null,
    kind: records.test.kind,
    scopes: records.test.scopes,
    primary_color: branding.primary_color ?? null,
    secondary_color: branding.secondary_color ?? null,
    logo: branding.logo ?? null,
    icon: branding.icon ?? null,
    test: modeOf(records.test),
    live: modeOf(records.live),
  };
}

/** What may be changed; a member that is not given stays. */
export interface ExtensionChange {
  readonly kind?: ApplicationRecord['kind'] | undefined;
  readonly scopes?: readonly Scope[] | undefined;
  readonly name?: string | undefined;
  readonly site?: string | undefined;
  readonly primary_color?: string | undefined;
  readonly secondary_color?: string | undefined;
  readonly logo?: Buffer | undefined;
  readonly icon?: Buffer | undefined;
  readonly test?: ModeChange | undefined;
  readonly live?: ModeChange | undefined;
}

export interface ModeChange {
  readonly oauth_enabled?: boolean | undefined;
  readonly redirect_uris?: readonly string[] | undefined;
}

const MOST_URIS = 50;

function checkUris(uris: readonly string[], livemode: boolean): void {
  const param = `${livemode ? 'live' : 'test'}[redirect_uris]`;
  if (uris.length > MOST_URIS) throw invalid(`${uris.length} redirect URIs are too many; ${MOST_URIS} are the most.`, param);
  for (const uri of uris) {
    const refusal = redirectUriRefusal(uri, livemode);
    if (refusal !== undefined) throw invalid(refusal, param);
  }
  const twice = uris.find((uri, index) => uris.indexOf(uri) !== index);
  if (twice !== undefined) throw invalid(`'${twice}' is in the list already.`, param);
}

function checkColour(name: string, value: string | undefined): void {
  if (value !== undefined && value !== '' && !/^#[0-9a-f]{6}$/i.test(value)) {
    throw invalid(`'${value}' is no colour. Write it as # and six hexadecimal digits, for example #0f766e.`, name);
  }
}

function checkChange(change: ExtensionChange): void {
  const { kind, scopes, name, site } = change;
  if (kind !== undefined && kind !== 'extension' && kind !== 'platform')
    throw invalid(`'${kind}' is neither extension nor platform.`, 'kind');
  const strange = scopes?.find((scope) => scope !== 'read_only' && scope !== 'read_write');
  if (strange !== undefined) throw invalid(`'${strange}' is no scope. Take read_only, read_write or both.`, 'scopes');
  if (scopes?.length === 0) throw invalid('An extension needs at least one scope: read_only or read_write.', 'scopes');
  if (name !== undefined && (name.trim() === '' || name.length > 100)) throw invalid('The name needs 1 to 100 characters.', 'name');
  if (site !== undefined && site !== '' && (!/^https?:\/\/\S+$/i.test(site) || !URL.canParse(site))) {
    throw invalid(`'${site}' is no web address. Write it with https://.`, 'site');
  }
  checkColour('primary_color', change.primary_color);
  checkColour('secondary_color', change.secondary_color);
  checkUris(change.test?.redirect_uris ?? [], false);
  checkUris(change.live?.redirect_uris ?? [], true);
}

/** Makes an account an extension where it is none yet, and changes its settings. Whole or not at all. */
export function changeExtension(platform: Platform, account: string, change: ExtensionChange): ShownExtension {
  if (platform.accounts.account(account) === undefined) throw noSuch('account', account, { param: 'account', inPath: true });
  checkChange(change);
  const draft = platform.engine.draft(SYSTEM, platform.clock.now(), NOBODY);
  const { test, live } = pair(platform, account) ?? registerApplications(draft, { account });
  for (const record of [test, live]) {
    const mode = record.livemode ? change.live : change.test;
    draft.set(
      record,
      {
        kind: change.kind ?? record.kind,
        scopes: [...(change.scopes ?? record.scopes)],
        oauth_enabled: mode?.oauth_enabled ?? record.oauth_enabled,
        redirect_uris: [...(mode?.redirect_uris ?? record.redirect_uris)],
      },
      { event: null },
    );
  }
  brand(draft, { account, change });
  nameApplications(draft, account);
  platform.commit(draft);
  return extensionOf(platform, account)!;
}

type Draft = ReturnType<Platform['engine']['draft']>;

const IMAGES = ['logo', 'icon'] as const;

function brand(draft: Draft, given: { account: string; change: ExtensionChange }): void {
  const { account, change } = given;
  const owner = draft.get('account', account)!;
  const files = Object.fromEntries(
    IMAGES.flatMap((use) => (change[use] === undefined ? [] : [[use, keepPicture(draft, { account, use, bytes: change[use] })]])),
  );
  const orNull = (value: string | undefined, before: unknown): unknown => (value === undefined ? before : value === '' ? null : value);
  const branding = {
    ...owner.settings.branding,
    primary_color: orNull(change.primary_color?.toLowerCase(), owner.settings.branding.primary_color),
    secondary_color: orNull(change.secondary_color?.toLowerCase(), owner.settings.branding.secondary_color),
    ...files,
  };
  const dashboard = { ...owner.settings.dashboard, ...(change.name !== undefined && { display_name: change.name.trim() }) };
  const profile = { ...owner.business_profile, url: orNull(change.site, owner.business_profile.url) };
  changeAccount(draft, owner, { settings: { ...owner.settings, branding, dashboard }, business_profile: profile });
}

/** Lays fields over an account and tells `account.updated` in both modes, where something changed. */
function changeAccount(draft: Draft, account: StripeObject, fields: Record<string, unknown>): void {
  const before = JSON.stringify(account);
  const after = draft.set(account, fields, { event: null });
  if (JSON.stringify(after) === before) return;
  for (const livemode of [false, true]) {
    draft.in({ account: account.id, livemode }).emit('account.updated', seenByExtension(after, undefined), { automatic: true });
  }
}

/** Keeps a picture after looking at its content; answers its `file_…`. It is a Stripe file of the account as well. */
function keepPicture(draft: Draft, given: { account: string; use: 'logo' | 'icon'; bytes: Buffer }): string {
  const { account, use, bytes } = given;
  const picture = readPicture(bytes, use);
  if ('refusal' in picture) throw invalid(picture.refusal, use);
  const id = draft.in({ account, livemode: false }).id('file');
  draft.insert(
    { id, object: 'annex.image', account, type: picture.type, base64: bytes.toString('base64'), created: draft.now },
    { event: null },
  );
  const type = picture.type === 'image/png' ? 'png' : 'jpg';
  const file = {
    id,
    object: 'file',
    created: draft.now,
    expires_at: null,
    filename: `${use}.${type}`,
    links: { object: 'list', data: [], has_more: false, url: `/v1/file_links?file=${id}` },
    purpose: `business_${use}`,
    size: bytes.length,
    title: null,
    type,
    url: null,
  };
  for (const livemode of [false, true]) draft.in({ account, livemode }).insert(file, { event: null });
  return id;
}
