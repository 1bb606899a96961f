import type { StripeError } from '../engine/index.ts';
import {
  accountInvalid,
  expiredPlatformKey,
  invalidKey,
  morePermissions,
  nestedAccount,
  noConnectPermission,
  noKey,
  otherAccountInPath,
  platformAccountRequired,
  secretKeyRequired,
} from '../http/refusals.ts';
import { APPLICATION_RULES } from '../http/steps/application-rules.ts';
import { SCOPE_WORDS } from '../pages/consent.tsx';
import { CODE_LIFE } from './grants/code.ts';
import { type Endpoint, REFUSALS, type RefusalRow } from './refusals.ts';

interface Parameter {
  readonly name: string;
  readonly required: boolean;
  readonly sentence: string;
}

const p = (name: string, required: boolean, sentence: string): Parameter => ({ name, required, sentence });

/** What each endpoint takes; whatever else is sent is ignored. */
export const PARAMETERS: Readonly<Record<Endpoint, readonly Parameter[]>> = {
  authorize: [
    p('client_id', true, '`ca_…`; its mode is the mode of the whole flow.'),
    p('response_type', true, '`code`.'),
    p('scope', false, '`read_only` (unless told) or `read_write`.'),
    p('redirect_uri', false, 'One of the registered ones, exactly; the first one unless told.'),
    p('state', false, 'Comes back unchanged with a code, with a denial and with a refusal.'),
    p(
      'stripe_landing',
      false,
      '`login` or `register`: the form that a visitor sees first. `login` for read_only, `register` for read_write unless told.',
    ),
    p('always_prompt', false, '`true` asks again where everything that could be connected is connected already.'),
    p(
      'stripe_user[…]',
      false,
      'Fills in the form of a new account: email, first_name, last_name, business_name, country, url. Values that are not valid are dropped.',
    ),
  ],
  token: [
    p('grant_type', true, '`authorization_code` or `refresh_token`.'),
    p('code', true, 'For `authorization_code`: what came back from consent.'),
    p('refresh_token', true, 'For `refresh_token`: what the exchange of a code answered.'),
    p('scope', false, 'For `refresh_token`: the same or less than the token has.'),
    p('client_secret', false, 'The secret key, where it is not in the Authorization header.'),
  ],
  deauthorize: [
    p('client_id', true, "The application; it must be the caller's own, in the mode of the key."),
    p('stripe_user_id', true, '`acct_…`.'),
    p('client_secret', false, 'The secret key, where it is not in the Authorization header.'),
  ],
};

/** Refusals of an API request with `Stripe-Account`, in the order in which they are checked. */
const ACCESS: readonly (readonly [when: string, refusal: StripeError])[] = [
  ['no key', noKey()],
  ['an unknown key', invalidKey('sk_test_51***abcd')],
  ['an access token whose connection was revoked, or that a refresh has replaced', expiredPlatformKey('sk_test_51***abcd')],
  ['a publishable key', secretKeyRequired()],
  ['the path names another account than the header', otherAccountInPath()],
  ['a caller that acts for an account already reaches for another one', nestedAccount()],
  ['a restricted key', noConnectPermission()],
  ['the caller is no extension and no platform, or the header is empty', platformAccountRequired()],
  ['no connection stands in the mode of the key', accountInvalid('sk_test_51***abcd', 'acct_X')],
  ['anything but GET with `read_only`', morePermissions('acct_X', 'read_write')],
];

const cell = (text: string): string => text.replaceAll('|', '\\|');

const parameterTable = (endpoint: Endpoint): string =>
  [
    '| parameter | required | |',
    '| --- | --- | --- |',
    ...PARAMETERS[endpoint].map(({ name, required, sentence }) => `| \`${name}\` | ${required ? 'yes' : ''} | ${cell(sentence)} |`),
  ].join('\n');

const BASIS = { documented: 'documented', captured: 'seen on the wire', sdk: "from Stripe's SDKs", ours: 'our assumption' } as const;

function refusalTable(endpoint: Endpoint): string {
  const rows = (Object.values(REFUSALS) as RefusalRow[]).filter((row) => row.endpoints.includes(endpoint));
  return [
    '| when | status | answer | status known from | text known from |',
    '| --- | --- | --- | --- | --- |',
    ...rows.map(({ when, status, shape, error, text, basis }) => {
      const answer =
        shape === 'nested'
          ? `\`{"error":{"message":"${text}"}}\``
          : `\`${error}\`${text === undefined ? ', no description' : `: \`${text}\``}`;
      return `| ${cell(when)} | ${status} | ${cell(answer)} | ${BASIS[basis.status]} | ${BASIS[basis.text]} |`;
    }),
  ].join('\n');
}

const accessTable = (): string =>
  [
    '| when | status | code | message |',
    '| --- | --- | --- | --- |',
    ...ACCESS.map(
      ([when, { refusal }]) =>
        `| ${when} | ${refusal.status} | ${refusal.code === undefined ? '' : `\`${refusal.code}\``} | ${cell(refusal.message)} |`,
    ),
  ].join('\n');

const EXAMPLE = { world: { account: 'acct_X', livemode: false }, ids: ['sub_X'], params: {}, applications: [], owner: 'acct_Y' };

const ruleTable = (): string =>
  [
    '| when | status | code | message |',
    '| --- | --- | --- | --- |',
    ...APPLICATION_RULES.map(({ when, refusal }) => {
      const { status, code, message } = refusal(EXAMPLE).refusal;
      return `| ${when} | ${status} | ${code === undefined ? '' : `\`${code}\``} | ${cell(message)} |`;
    }),
  ].join('\n');

const list = (lines: readonly string[]): string => lines.map((line) => `- ${line}`).join('\n');

/** The reference page of OAuth, made from the tables that the code runs on. */
export function oauthReference(): string {
  return `<!-- Generated from packages/platform/src/oauth. Do not edit: change the tables and run \`npx vitest run packages/platform/conformance/oauth-reference.test.ts -u\`. -->

# OAuth

How an account is connected to an extension, and what a client gets back in every case. The endpoints stand on the same
origin as the API (Stripe has them at \`https://connect.stripe.com\`). Where nobody outside of Stripe knows an answer, the
tables say *our assumption*.

## The way of a connection

1. The browser opens \`GET /oauth/authorize\`; the owner signs in, chooses an account and says yes.
2. The browser comes back to the redirect URI with \`scope\`, \`code\` and \`state\`. **Nothing is connected yet.**
3. \`POST /oauth/token\` exchanges the code, once, within ${CODE_LIFE} seconds of the platform clock. Now the account is connected, and
   \`account.application.authorized\` is sent to the extension's connect endpoints.
4. API requests carry the extension's own key and \`Stripe-Account: acct_…\`.
5. \`POST /oauth/deauthorize\`, the owner's *Connected apps* page, *Connected accounts* of the extension, or \`DELETE /v1/accounts/acct_…\`
   end it: tokens die at once, and \`account.application.deauthorized\` is sent. It can no longer be fetched by the extension.

A code that is exchanged a second time takes back the connection that it has made.

## Scopes

### read_only

It can:

${list(SCOPE_WORDS.read_only.can)}

It cannot:

${list(SCOPE_WORDS.read_only.cannot)}

### read_write

It can:

${list(SCOPE_WORDS.read_write.can)}

It cannot:

${list(SCOPE_WORDS.read_write.cannot)}

## GET /oauth/authorize

\`/oauth/v2/authorize\` is the same page.

${parameterTable('authorize')}

Yes redirects (302) with \`scope\`, \`code\` and \`state\`; no redirects with \`error=access_denied\`, \`error_description\` and
\`state\`. Every other refusal is answered in place, never by a redirect; a browser gets it as a page that shows the JSON. In
order of precedence:

${refusalTable('authorize')}

## POST /oauth/token

The secret key comes as \`Authorization: Bearer\`, as the user name of \`Authorization: Basic\`, or as \`client_secret\`. The body is
a form. No idempotency key is looked at.

${parameterTable('token')}

Answers \`access_token\`, \`livemode\`, \`refresh_token\`, \`token_type\` (\`bearer\`), \`stripe_publishable_key\`, \`stripe_user_id\`, \`scope\`. Access
and refresh tokens do not expire. A refresh token of the live client_id gives test tokens to a test key; a refresh ends the
access token of the same scope and mode before it, and keeps the refresh token. In order of precedence:

${refusalTable('token')}

## POST /oauth/deauthorize

${parameterTable('deauthorize')}

Answers \`{"stripe_user_id":"acct_…"}\`. In order of precedence:

${refusalTable('deauthorize')}

## Acting for an account

A live connection opens the live data to a live key and the test data to a test key; a test connection opens test data alone.
\`/v1/accounts/acct_…\` in the path stands for the header. In order of precedence:

${accessTable()}

And with \`read_write\` still refused:

${ruleTable()}
`;
}
