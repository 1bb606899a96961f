import { changeExtension, type ExtensionChange, extensionOf, type ModeChange, type ShownExtension } from '../../accounts/extension.ts';
import { invalid, NOBODY, noSuch, SYSTEM } from '../../engine/index.ts';
import { checkAuthorize } from '../../oauth/checks/authorize.ts';
import { acceptedUrl, issueCode } from '../../oauth/grants/code.ts';
import { OAuthError } from '../../oauth/refusals.ts';
import type { ControlRoute } from '../route.ts';

const extensions: ControlRoute<{ account?: string }, { data: ShownExtension[] }> = {
  method: 'GET',
  path: '/extensions',
  sentence: 'The extensions with their settings: client_ids, redirect URIs, branding.',
  shape: { account: { type: 'string', sentence: 'Only the extension of this account.' } },
  answers:
    '`{data: [{account, name, site, kind, scopes, primary_color, secondary_color, logo, icon, test: {client_id, oauth_enabled, redirect_uris}, live: {…}}]}`',
  run: ({ platform }, { account }) => {
    const owners =
      account === undefined
        ? new Set(
            platform.store
              .page(SYSTEM, 'annex.application', { limit: Number.POSITIVE_INFINITY })
              .rows.map((row) => JSON.parse(row.text).account as string),
          )
        : [account];
    return { data: [...owners].flatMap((owner) => extensionOf(platform, owner) ?? []) };
  },
};

export interface ExtensionSettings {
  account: string;
  kind?: 'extension' | 'platform';
  scopes?: string[];
  name?: string;
  site?: string;
  primary_color?: string;
  secondary_color?: string;
  logo?: string;
  icon?: string;
  test?: object;
  live?: object;
}

function modeChange(name: string, value: object | undefined): ModeChange | undefined {
  if (value === undefined) return undefined;
  const { oauth_enabled, redirect_uris, ...rest } = value as Record<string, unknown>;
  const [strange] = Object.keys(rest);
  if (strange !== undefined) throw invalid(`'${name}.${strange}' is not known; ${name} takes oauth_enabled and redirect_uris.`, name);
  if (oauth_enabled !== undefined && typeof oauth_enabled !== 'boolean')
    throw invalid(`'${name}.oauth_enabled' must be true or false.`, name);
  const areUris = redirect_uris === undefined || (Array.isArray(redirect_uris) && redirect_uris.every((uri) => typeof uri === 'string'));
  if (!areUris) throw invalid(`'${name}.redirect_uris' must be a list of addresses.`, name);
  return { oauth_enabled, redirect_uris: redirect_uris as string[] | undefined };
}

const base64 = (value: string | undefined): Buffer | undefined => (value === undefined ? undefined : Buffer.from(value, 'base64'));

const configureExtension: ControlRoute<ExtensionSettings, ShownExtension> = {
  method: 'POST',
  path: '/extensions/{account}',
  sentence: 'Makes an account an extension, or changes its settings; what is not given stays.',
  shape: {
    account: { type: 'string', required: true, sentence: 'The id of the account that owns the extension.' },
    kind: { type: 'string', oneOf: ['extension', 'platform'], sentence: 'What it is to its accounts; `extension` unless told.' },
    scopes: { type: 'strings', sentence: 'The scopes that may be asked for: `read_only`, `read_write`.' },
    name: { type: 'string', sentence: 'The name on the consent page and in events.' },
    site: { type: 'string', sentence: 'Its web address.' },
    primary_color: { type: 'string', sentence: '`#rrggbb`; empty takes it away.' },
    secondary_color: { type: 'string', sentence: '`#rrggbb`; empty takes it away.' },
    logo: { type: 'string', sentence: 'A PNG or JPEG in base64, shown on the consent page.' },
    icon: { type: 'string', sentence: 'A square PNG or JPEG in base64, shown in lists.' },
    test: { type: 'object', sentence: '`{oauth_enabled, redirect_uris}` of the test client_id.' },
    live: { type: 'object', sentence: '`{oauth_enabled, redirect_uris}` of the live client_id.' },
  },
  answers: 'the extension with its settings',
  run: ({ platform }, { account, logo, icon, test, live, scopes, ...rest }) =>
    changeExtension(platform, account, {
      ...rest,
      scopes: scopes as ExtensionChange['scopes'],
      logo: base64(logo),
      icon: base64(icon),
      test: modeChange('test', test),
      live: modeChange('live', live),
    }),
};

export interface Consent {
  client_id: string;
  account: string;
  scope?: string;
  redirect_uri?: string;
  state?: string;
}

const consent: ControlRoute<Consent, { code: string; url: string }> = {
  method: 'POST',
  path: '/consent',
  sentence: 'Says yes on the consent page for the owner of an account: a code to exchange, without a browser.',
  shape: {
    client_id: { type: 'string', required: true, sentence: 'Who asks: `ca_…`.' },
    account: { type: 'string', required: true, sentence: 'The account that is to be connected.' },
    scope: { type: 'string', oneOf: ['read_only', 'read_write'], sentence: 'What is asked for; `read_only` unless told.' },
    redirect_uri: { type: 'string', sentence: 'One of the registered ones; the first unless told.' },
    state: { type: 'string', sentence: 'Comes back in the address.' },
  },
  answers: '`{code, url}`: the code, and where the browser would be sent',
  run: ({ platform }, { account, ...query }) => {
    if (platform.accounts.account(account) === undefined) throw noSuch('account', account, { param: 'account', inPath: false });
    const given = Object.fromEntries(Object.entries(query).filter(([, value]) => value !== undefined));
    try {
      const request = checkAuthorize(platform, new URLSearchParams({ response_type: 'code', ...given }).toString());
      if (request.application.account === account) throw invalid('Account cannot connect to itself', 'account');
      const draft = platform.engine.draft(SYSTEM, platform.clock.now(), NOBODY);
      const code = issueCode(draft, request, account);
      platform.commit(draft);
      return { code, url: acceptedUrl(request, code) };
    } catch (error) {
      if (error instanceof OAuthError) throw invalid(JSON.stringify(error.refused.body));
      throw error;
    }
  },
};

/** Settings of extensions, and consent without a browser. */
export const settingRoutes = { extensions, configureExtension, consent };
