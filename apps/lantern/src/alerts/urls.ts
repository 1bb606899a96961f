import type { Query } from '@annex/kit';
import { hmac, newId } from '../people/secrets.ts';
import type { Place } from '../web/place.ts';

export interface AlertUrl {
  readonly id: string;
  readonly url: string;
  readonly kinds: readonly string[];
  readonly secret_version: number;
  readonly created_ms: number;
}

export const ALERT_URLS_TABLE = 'lantern.alert_urls';
export const MOST_URLS = 5;

/** Derived from Lantern's own secret, so that the database holds nothing to sign with. */
export const secretOf = (key: string, { id, secret_version }: Pick<AlertUrl, 'id' | 'secret_version'>): string =>
  `lsec_${hmac(key, `alert|${id}|${secret_version}`)}`;

export function alertUrls(on: Query, { account, livemode }: Pick<Place, 'account' | 'livemode'>): Promise<AlertUrl[]> {
  return on.query<AlertUrl>(
    'select id, url, kinds, secret_version, created_ms from lantern.alert_urls where account = $1 and livemode = $2 order by created_ms, id',
    [account, livemode],
  );
}

/** Why this cannot be told alerts, in a sentence; nothing where it can. Where it really leads is checked when it is called. */
export function refuseUrl(text: string, local: boolean): string | undefined {
  if (!URL.canParse(text)) return `‘${text}’ is not a complete address. Write it with its scheme and host: https://example.com/lantern.`;
  const { protocol, username, password, hash } = new URL(text);
  if (protocol !== 'https:' && !(local && protocol === 'http:')) return 'The address must begin with https://.';
  if (username !== '' || password !== '') return 'The address must not contain a user name or password.';
  if (hash !== '' || text.length > 1_000) return 'The address must have no fragment (#…) and at most 1,000 characters.';
  return undefined;
}

export async function addAlertUrl(on: Query, place: Place, given: { url: string; kinds: readonly string[]; nowMs: number }): Promise<void> {
  await on.query('insert into lantern.alert_urls (account, livemode, id, url, kinds, created_ms) values ($1, $2, $3, $4, $5::text[], $6)', [
    ...[place.account, place.livemode, newId('url')],
    ...[given.url, given.kinds, given.nowMs],
  ]);
}

export async function removeAlertUrl(on: Query, place: Place, id: string): Promise<void> {
  const key = [place.account, place.livemode, id];
  await on.query('delete from lantern.alerts where account = $1 and livemode = $2 and url_id = $3', key);
  await on.query('delete from lantern.alert_urls where account = $1 and livemode = $2 and id = $3', key);
}

export async function rollSecret(on: Query, place: Place, id: string): Promise<void> {
  await on.query('update lantern.alert_urls set secret_version = secret_version + 1 where account = $1 and livemode = $2 and id = $3', [
    ...[place.account, place.livemode, id],
  ]);
}
