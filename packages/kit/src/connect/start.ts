import { NOW_MS } from '../postgres/database.ts';
import { appOf } from '../settings.ts';
import type { Setup } from '../setup.ts';
import { hashOf, randomToken } from './secrets.ts';

/** A state is good for this long, once, and for the browser it was given to. */
export const STATE_LIVES_MS = 15 * 60_000;

export interface StartOptions {
  /** What tells this browser from others: the value of a session cookie that only it has. */
  readonly session: string;
  readonly livemode?: boolean;
  readonly scope?: 'read_only' | 'read_write';
  /** Your own user or organisation, to be found again with the connection. */
  readonly reference?: string;
  readonly redirectUri?: string;
  /** Asks for consent again even where it was given before. */
  readonly alwaysPrompt?: boolean;
  /** Fills in the sign-up form: `{ email: … }` becomes `stripe_user[email]`. */
  readonly stripeUser?: Readonly<Record<string, string>>;
}

/** Where to send the browser. The state is stored before the address is given out. */
export async function startConnect(setup: Setup, options: StartOptions): Promise<{ url: string; state: string }> {
  const { settings, database } = setup;
  const livemode = options.livemode ?? settings.apps.every(({ secretKey }) => /_live_/.test(secretKey));
  const scope = options.scope ?? settings.scope;
  const redirectUri = options.redirectUri ?? settings.redirectUri;
  if (options.session.length < 16)
    throw new Error('connect.start needs a session: a secret of at least 16 characters that only this browser has.');
  if (redirectUri === '') throw new Error('connect.start needs a redirect URI: set redirectUri to the address of your callback.');
  const state = randomToken();
  await database.query(
    `insert into annex.oauth_states (state_hash, session_hash, livemode, scope, redirect_uri, reference, created_ms)
     values ($1, $2, $3, $4, $5, $6, ${NOW_MS})`,
    [hashOf(state), hashOf(options.session), livemode, scope, redirectUri, options.reference ?? null],
  );
  await database.query(`delete from annex.oauth_states where created_ms < ${NOW_MS} - ${STATE_LIVES_MS * 4}`);
  return { url: authorizeUrl(setup, { ...options, livemode, scope, redirectUri, state }), state };
}

/** Built here and not by the SDK, which insists on https and asks for read_write when nothing is said. */
function authorizeUrl(
  setup: Setup,
  about: StartOptions & { livemode: boolean; scope: string; redirectUri: string; state: string },
): string {
  const url = new URL('/oauth/authorize', setup.settings.authorizeBase);
  url.searchParams.set('response_type', 'code');
  url.searchParams.set('client_id', appOf(setup.settings, about.livemode).clientId);
  url.searchParams.set('scope', about.scope);
  url.searchParams.set('redirect_uri', about.redirectUri);
  url.searchParams.set('state', about.state);
  if (about.alwaysPrompt) url.searchParams.set('always_prompt', 'true');
  for (const [name, value] of Object.entries(about.stripeUser ?? {})) url.searchParams.set(`stripe_user[${name}]`, value);
  return url.href;
}
