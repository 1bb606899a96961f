import type { ApplicationRecord, Scope } from '../../accounts/records.ts';
import type { Platform } from '../../platform.ts';
import { refuseOAuth } from '../refusals.ts';

/** A request for consent that may be shown to a person. */
export interface AuthorizeRequest {
  readonly application: ApplicationRecord;
  readonly scope: Scope;
  readonly redirectUri: string;
  readonly state: string | undefined;
  readonly landing: 'login' | 'register';
  readonly alwaysPrompt: boolean;
  /** `stripe_user[…]`, which fills in the form of a new account. */
  readonly prefill: ReadonlyMap<string, string>;
  /** The query as it came, for links and forms that stay in the flow. */
  readonly query: string;
}

interface Draught {
  readonly query: URLSearchParams;
  readonly state: string | undefined;
  application?: ApplicationRecord;
  scope?: Scope;
  redirectUri?: string;
}

type Check = (platform: Platform, draught: Draught) => void;

const clientIsKnown: Check = (platform, draught) => {
  const application = platform.accounts.application(draught.query.get('client_id') ?? '');
  if (application === undefined) throw refuseOAuth('unknown_client');
  draught.application = application;
};

const oauthIsOn: Check = (_platform, { application }) => {
  if (!application!.oauth_enabled) throw refuseOAuth('oauth_disabled');
};

const asksForCode: Check = (_platform, { query, state }) => {
  const response_type = query.get('response_type') ?? '';
  if (response_type === '') throw refuseOAuth('no_response_type', {}, state);
  if (response_type !== 'code') throw refuseOAuth('unsupported_response_type', { response_type }, state);
};

const scopeIsAllowed: Check = (_platform, draught) => {
  const application = draught.application!;
  const scope = draught.query.get('scope') || 'read_only';
  if (scope !== 'read_only' && scope !== 'read_write') throw refuseOAuth('invalid_scope', { scope }, draught.state);
  if (application.kind === 'platform' && scope === 'read_only') throw refuseOAuth('platform_read_only', {}, draught.state);
  if (!application.scopes.includes(scope)) throw refuseOAuth('invalid_scope', { scope }, draught.state);
  draught.scope = scope;
};

const redirectIsRegistered: Check = (_platform, draught) => {
  const { redirect_uris } = draught.application!;
  const redirect_uri = draught.query.get('redirect_uri') ?? redirect_uris[0] ?? '';
  if (!redirect_uris.includes(redirect_uri)) throw refuseOAuth('invalid_redirect_uri', { redirect_uri }, draught.state);
  draught.redirectUri = redirect_uri;
};

/** The order in which a request for consent is judged (oauth 4.6). */
export const AUTHORIZE_CHECKS: readonly Check[] = [clientIsKnown, oauthIsOn, asksForCode, scopeIsAllowed, redirectIsRegistered];

function prefillOf(query: URLSearchParams): Map<string, string> {
  const prefill = new Map<string, string>();
  for (const [name, value] of query) {
    const key = /^stripe_user\[(\w+)\]$/.exec(name)?.[1];
    if (key !== undefined) prefill.set(key, value);
  }
  return prefill;
}

const isTrue = (value: string | null): boolean => value === 'true' || value === '1';

/** Throws an `OAuthError`, which is answered as JSON and never by a redirect: the redirect URI is not trusted yet. */
export function checkAuthorize(platform: Platform, search: string): AuthorizeRequest {
  const query = new URLSearchParams(search);
  const state = query.get('state') ?? undefined;
  const draught: Draught = { query, state };
  for (const check of AUTHORIZE_CHECKS) check(platform, draught);
  const { application, scope, redirectUri } = draught;
  const landing = query.get('stripe_landing') ?? (scope === 'read_only' ? 'login' : 'register');
  return {
    application: application!,
    scope: scope!,
    redirectUri: redirectUri!,
    state,
    landing: landing === 'register' ? 'register' : 'login',
    alwaysPrompt: isTrue(query.get('always_prompt')),
    prefill: prefillOf(query),
    query: query.toString(),
  };
}
