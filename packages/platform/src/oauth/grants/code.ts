import { sha256 } from '../../accounts/keys.ts';
import { type CodeRecord, connectionId } from '../../accounts/records.ts';
import { type Draft, SYSTEM } from '../../engine/index.ts';
import type { AuthorizeRequest } from '../checks/authorize.ts';

/** Seconds of the platform clock that a code lives (oauth 4.4). */
export const CODE_LIFE = 300;

/** Consent was given: a code for its application. Nothing is connected by it. */
export function issueCode(draft: Draft, request: AuthorizeRequest, account: string): string {
  const code = `ac_${draft.random(32)}`;
  const record: CodeRecord = {
    id: sha256(code),
    object: 'annex.code',
    application: request.application.id,
    account,
    livemode: request.application.livemode,
    scope: request.scope,
    redirect_uri: request.redirectUri,
    created: draft.now,
    used_at: null,
    open_for: connectionId(request.application.id, account),
    void: false,
  };
  draft.in(SYSTEM).insert(record, { event: null });
  return code;
}

const withParameters = (uri: string, parameters: readonly (readonly [string, string | undefined])[]): string => {
  const given = parameters.filter((pair): pair is readonly [string, string] => pair[1] !== undefined);
  const query = given.map(([name, value]) => `${name}=${encodeURIComponent(value)}`).join('&');
  return `${uri}${uri.includes('?') ? '&' : '?'}${query}`;
};

/** Where the browser goes with the code (oauth 4.4). */
export const acceptedUrl = (request: AuthorizeRequest, code: string): string =>
  withParameters(request.redirectUri, [
    ['scope', request.scope],
    ['code', code],
    ['state', request.state],
  ]);

/** Where the browser goes when the person says no: the only error that redirects (oauth 4.5). */
export const deniedUrl = (request: AuthorizeRequest): string =>
  withParameters(request.redirectUri, [
    ['error', 'access_denied'],
    ['error_description', 'The user denied your request'],
    ['state', request.state],
  ]);
