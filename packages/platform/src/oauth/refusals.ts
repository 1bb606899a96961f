/**
 * Every refusal of the OAuth endpoints, as data. The rows of one endpoint stand in the order in which they are checked.
 * The code throws from this table, a test asserts each row, and `docs/reference/oauth.md` is generated from it.
 */

export type Endpoint = 'authorize' | 'token' | 'deauthorize';

/** Where a row is known from: written down, seen on the wire, in an SDK's source or tests; `ours` where nobody knows. */
export type Basis = 'documented' | 'captured' | 'sdk' | 'ours';

export interface RefusalRow {
  readonly endpoints: readonly Endpoint[];
  readonly when: string;
  readonly status: number;
  /** `flat`: {"error": code, "error_description": text}; `nested`: {"error": {"message": text}}, as other API errors. */
  readonly shape: 'flat' | 'nested';
  readonly error?: string;
  /** `{name}` is filled in. Without a text, `flat` leaves `error_description` out. */
  readonly text?: string;
  readonly basis: { readonly status: Basis; readonly text: Basis };
}

const row = (endpoints: Endpoint | readonly Endpoint[], rest: Omit<RefusalRow, 'endpoints'>): RefusalRow => ({
  endpoints: typeof endpoints === 'string' ? [endpoints] : endpoints,
  ...rest,
});

const BOTH = ['token', 'deauthorize'] as const;

export const REFUSALS = {
  unknown_client: row('authorize', {
    when: '`client_id` is missing or names no application',
    status: 400,
    shape: 'nested',
    text: 'No application matches the supplied client identifier',
    basis: { status: 'captured', text: 'captured' },
  }),
  oauth_disabled: row('authorize', {
    when: 'OAuth is switched off for this client_id (whatever the other parameters are)',
    status: 400,
    shape: 'nested',
    text: 'Standard OAuth is disabled for this Stripe Connect integration. If you own this integration, you can enable the Standard OAuth flow in the Connect Settings page in your dashboard.',
    basis: { status: 'captured', text: 'captured' },
  }),
  no_response_type: row('authorize', {
    when: '`response_type` is missing',
    status: 400,
    shape: 'flat',
    error: 'invalid_request',
    text: 'No response type specified',
    basis: { status: 'documented', text: 'ours' },
  }),
  unsupported_response_type: row('authorize', {
    when: '`response_type` is not `code`',
    status: 400,
    shape: 'flat',
    error: 'unsupported_response_type',
    text: "Only 'code' response_type is supported, but '{response_type}' was provided",
    basis: { status: 'documented', text: 'sdk' },
  }),
  invalid_scope: row('authorize', {
    when: '`scope` is neither `read_only` nor `read_write`, or one that this application does not ask for',
    status: 400,
    shape: 'flat',
    error: 'invalid_scope',
    text: 'Invalid scope provided: {scope}.',
    basis: { status: 'sdk', text: 'sdk' },
  }),
  platform_read_only: row('authorize', {
    when: 'a platform (not an extension) asks for `read_only`',
    status: 400,
    shape: 'flat',
    error: 'invalid_scope',
    text: 'Invalid scope provided: read_only. Platforms can only request the read_write scope; read_only is for extensions.',
    basis: { status: 'ours', text: 'ours' },
  }),
  invalid_redirect_uri: row('authorize', {
    when: '`redirect_uri` is not one of the registered ones, character by character; or none is registered',
    status: 400,
    shape: 'flat',
    error: 'invalid_redirect_uri',
    text: "Invalid redirect URI '{redirect_uri}'. Ensure this uri exactly matches one of the uris specified in your application settings",
    basis: { status: 'ours', text: 'captured' },
  }),

  no_key: row(BOTH, {
    when: 'no key is sent, neither in the Authorization header nor as `client_secret`',
    status: 401,
    shape: 'flat',
    error: 'invalid_client',
    text: 'No authentication was provided. Send your secret API key using the Authorization header, or as a client_secret POST parameter.',
    basis: { status: 'sdk', text: 'sdk' },
  }),
  unknown_key: row(BOTH, {
    when: 'the key is unknown, revoked, or no secret key (the key is masked in the text)',
    status: 401,
    shape: 'flat',
    error: 'invalid_client',
    text: 'No such API key: {key}',
    basis: { status: 'captured', text: 'captured' },
  }),

  no_grant_type: row('token', {
    when: '`grant_type` is missing',
    status: 400,
    shape: 'flat',
    error: 'invalid_request',
    text: 'No grant type specified',
    basis: { status: 'sdk', text: 'sdk' },
  }),
  unsupported_grant_type: row('token', {
    when: '`grant_type` is neither `authorization_code` nor `refresh_token`',
    status: 400,
    shape: 'flat',
    error: 'unsupported_grant_type',
    basis: { status: 'captured', text: 'captured' },
  }),
  no_code: row('token', {
    when: '`code` is missing (grant_type authorization_code)',
    status: 400,
    shape: 'flat',
    error: 'invalid_request',
    text: 'No authorization code specified',
    basis: { status: 'documented', text: 'ours' },
  }),
  unknown_code: row('token', {
    when: 'the code was never given out, or the consent was taken back before it was exchanged',
    status: 400,
    shape: 'flat',
    error: 'invalid_grant',
    text: 'Authorization code does not exist: {code}',
    basis: { status: 'documented', text: 'documented' },
  }),
  foreign_code: row('token', {
    when: "the code was given to another account's application",
    status: 400,
    shape: 'flat',
    error: 'invalid_grant',
    text: 'Authorization code provided does not belong to you',
    basis: { status: 'captured', text: 'captured' },
  }),
  live_key_test_code: row('token', {
    when: 'a live key with a code of the test client_id',
    status: 400,
    shape: 'flat',
    error: 'invalid_grant',
    text: 'Passed in livemode API key but authorization code only supports returning test keys',
    basis: { status: 'captured', text: 'captured' },
  }),
  test_key_live_code: row('token', {
    when: 'a test key with a code of the live client_id',
    status: 400,
    shape: 'flat',
    error: 'invalid_grant',
    text: 'Passed in testmode API key but authorization code only supports returning live keys',
    basis: { status: 'ours', text: 'ours' },
  }),
  used_code: row('token', {
    when: 'the code was exchanged before; the connection it made is revoked',
    status: 400,
    shape: 'flat',
    error: 'invalid_grant',
    text: 'This authorization code has already been used. All tokens issued with this code have been revoked.',
    basis: { status: 'sdk', text: 'sdk' },
  }),
  expired_code: row('token', {
    when: 'the code is older than 300 seconds of the platform clock',
    status: 400,
    shape: 'flat',
    error: 'invalid_grant',
    text: 'Authorization code expired',
    basis: { status: 'captured', text: 'captured' },
  }),
  no_refresh_token: row('token', {
    when: '`refresh_token` is missing (grant_type refresh_token)',
    status: 400,
    shape: 'flat',
    error: 'invalid_request',
    text: 'No refresh token specified',
    basis: { status: 'documented', text: 'ours' },
  }),
  unknown_refresh_token: row('token', {
    when: "the refresh token was never given out, belongs to another account's application, or its connection was revoked",
    status: 400,
    shape: 'flat',
    error: 'invalid_grant',
    text: 'Refresh token does not exist: {refresh_token}',
    basis: { status: 'captured', text: 'captured' },
  }),
  live_key_test_refresh_token: row('token', {
    when: 'a live key with a refresh token of the test client_id',
    status: 400,
    shape: 'flat',
    error: 'invalid_grant',
    text: 'Passed in livemode API key but refresh token only supports returning test keys',
    basis: { status: 'ours', text: 'ours' },
  }),
  invalid_refresh_scope: row('token', {
    when: "`scope` is unknown or more than the refresh token's own",
    status: 400,
    shape: 'flat',
    error: 'invalid_scope',
    text: 'Invalid scope provided: {scope}.',
    basis: { status: 'sdk', text: 'sdk' },
  }),

  no_client_id: row('deauthorize', {
    when: '`client_id` is missing',
    status: 400,
    shape: 'flat',
    error: 'invalid_request',
    text: 'No client_id specified',
    basis: { status: 'documented', text: 'ours' },
  }),
  no_stripe_user_id: row('deauthorize', {
    when: '`stripe_user_id` is missing',
    status: 400,
    shape: 'flat',
    error: 'invalid_request',
    text: 'No stripe_user_id specified',
    basis: { status: 'documented', text: 'ours' },
  }),
  foreign_application: row('deauthorize', {
    when: "`client_id` is not one of the key's account",
    status: 401,
    shape: 'flat',
    error: 'invalid_client',
    text: "No such application: '{client_id}'",
    basis: { status: 'ours', text: 'ours' },
  }),
  other_mode: row('deauthorize', {
    when: "the key's mode is not that of the client_id",
    status: 401,
    shape: 'flat',
    error: 'invalid_client',
    text: "The application '{client_id}' exists in {there} mode, but a {here} mode key was used to make this request.",
    basis: { status: 'documented', text: 'ours' },
  }),
  not_connected: row('deauthorize', {
    when: 'the account is not connected to the application (any more), or does not exist',
    status: 401,
    shape: 'flat',
    error: 'invalid_client',
    text: 'This application is not connected to stripe account {account}, or that account does not exist.',
    basis: { status: 'documented', text: 'sdk' },
  }),
  controlled_account: row('deauthorize', {
    when: 'the account was created by this platform, which controls it',
    status: 401,
    shape: 'flat',
    error: 'no_deauth_on_controlled_account',
    text: 'The account {account} is controlled by your platform and cannot be deauthorized. Use the reject endpoint of the Accounts API instead.',
    basis: { status: 'ours', text: 'ours' },
  }),
} satisfies Record<string, RefusalRow>;

export type RefusalName = keyof typeof REFUSALS;

export interface Refused {
  readonly name: RefusalName;
  readonly status: number;
  readonly body: Readonly<Record<string, unknown>>;
}

/** A refusal on its way to the client. */
export class OAuthError extends Error {
  readonly refused: Refused;

  constructor(refused: Refused) {
    super(`${refused.name} (${refused.status})`);
    this.refused = refused;
  }
}

/**
 * The refusal of this name, its text filled in. `state` is answered where the request carried one and the body is flat
 * (authorize only, oauth 4.6).
 */
export function refuseOAuth(name: RefusalName, fill: Readonly<Record<string, string>> = {}, state?: string): OAuthError {
  const { status, shape, error, text }: RefusalRow = REFUSALS[name];
  const filled = text?.replace(/\{(\w+)\}/g, (whole, key: string) => fill[key] ?? whole);
  const body =
    shape === 'nested'
      ? { error: { message: filled } }
      : {
          error,
          ...(filled !== undefined && { error_description: filled }),
          ...(state !== undefined && { state }),
        };
  return new OAuthError({ name, status, body });
}
