import type { Query } from '@annex/kit';

export type Mode = 'test' | 'live';

/**
 * An account in one of its modes. `connected`: its data is current. `kept`: it left, and is kept for the days the policy says.
 * `leaving`: being erased. `gone`: erased; only receipts are left.
 */
export interface Place {
  readonly account: string;
  readonly livemode: boolean;
  readonly mode: Mode;
  readonly state: 'connected' | 'kept' | 'leaving' | 'gone';
  readonly scope: string | null;
  readonly reason: string | null;
  readonly connectedMs: number | null;
  /** The name of the business; the id where it is not known (any more). */
  readonly name: string;
  /** IANA name, as the owner set it at Stripe. */
  readonly timeZone: string;
  /** Three small letters. */
  readonly currency: string;
  readonly country: string | null;
  /** How the import of its history stands; null before it has begun. */
  readonly history: 'running' | 'paused' | 'cancelled' | 'done' | null;
  /** Where its pages begin: `/a/acct_…/test`. */
  readonly base: string;
}

interface Found {
  state: 'connected' | 'kept' | 'leaving' | null;
  scope: string | null;
  reason: string | null;
  connected_ms: number | null;
  name: string | null;
  timezone: string | null;
  currency: string | null;
  country: string | null;
  history: Place['history'];
}

/** In SQL, where `a` is the account in the mirror. */
export const PLACE_ZONE = "a.data->'settings'->'dashboard'->>'timezone'";
export const PLACE_CURRENCY = "a.data->>'default_currency'";

const FIND = `
  select c.state, c.scope, c.reason, c.connected_ms, i.state as history,
    coalesce(nullif(a.data->'business_profile'->>'name', ''), nullif(a.data->'settings'->'dashboard'->>'display_name', '')) as name,
    ${PLACE_ZONE} as timezone, ${PLACE_CURRENCY} as currency, a.data->>'country' as country
  from (select $1::text as account, $2::boolean as livemode) w
  left join annex.connections c on c.account = w.account and c.livemode = w.livemode and c.kind = 'oauth'
  left join annex.imports i on i.account = w.account and i.livemode = w.livemode
  left join mirror.accounts a on a.account = w.account and a.livemode = w.livemode and a.id = w.account`;

export async function placeOf(database: Query, account: string, mode: Mode): Promise<Place> {
  const [found] = await database.query<Found>(FIND, [account, mode === 'live']);
  return {
    account,
    livemode: mode === 'live',
    mode,
    state: found?.state ?? 'gone',
    scope: found?.scope ?? null,
    reason: found?.reason ?? null,
    connectedMs: found?.connected_ms ?? null,
    name: found?.name ?? account,
    timeZone: usableTimeZone(found?.timezone),
    currency: found?.currency ?? 'usd',
    country: found?.country ?? null,
    history: found?.history ?? null,
    base: `/a/${account}/${mode}`,
  };
}

/** What this runtime does not know as a time zone counts as UTC. */
export function usableTimeZone(name: string | null | undefined): string {
  if (name == null) return 'UTC';
  try {
    new Intl.DateTimeFormat('en', { timeZone: name });
    return name === 'Etc/UTC' ? 'UTC' : name;
  } catch {
    return 'UTC';
  }
}
