import { type Context, Hono } from 'hono';
import type { FC } from 'hono/jsx';
import { changeExtension, type ExtensionChange, extensionOf, type ShownExtension, type ShownMode } from '../../accounts/extension.ts';
import type { Scope } from '../../accounts/records.ts';
import { StripeError } from '../../engine/index.ts';
import type { Platform } from '../../platform.ts';
import { CopyButton } from '../bits.tsx';
import { Csrf, FormError } from '../layout.tsx';
import type { DashboardEnv } from '../place.ts';
import { shellPage } from '../shell.tsx';
import { field } from '../visit.ts';
import { ConnectButton } from './connect-button.tsx';

type Mode = 'test' | 'live';

interface Shown {
  readonly platform: Platform;
  readonly base: string;
  readonly csrf: string;
}

const Start: FC<{ shown: Shown }> = ({ shown }) => (
  <section class="panel">
    <h2>This account is no extension yet</h2>
    <p>
      An extension connects to accounts of other people, reads their data, listens to what happens there, and is let go of whenever they
      like. It gets a client_id for test data and one for live data.
    </p>
    <form method="post" action={`${shown.base}/settings/extension`}>
      <Csrf token={shown.csrf} />
      <button type="submit" name="action" value="start" class="primary">
        Make it an extension
      </button>
    </form>
  </section>
);

const authorizeLink = (mode: ShownMode, scope: Scope): string =>
  `/oauth/authorize?${new URLSearchParams({ response_type: 'code', client_id: mode.client_id, scope, always_prompt: 'true' })}`;

const UriRow: FC<{ shown: Shown; mode: Mode; uri: string; isFirst: boolean }> = ({ shown, mode, uri, isFirst }) => (
  <tr>
    <td>
      <code>{uri}</code>
    </td>
    <td>{uri.startsWith('https:') ? 'https' : <span title="Test mode allows http and localhost">http, test only</span>}</td>
    <td>
      {isFirst ? (
        <span class="tag good">default</span>
      ) : (
        <UriButton shown={shown} mode={mode} uri={uri} action="default" label="Make default" />
      )}
    </td>
    <td>
      <UriButton shown={shown} mode={mode} uri={uri} action="remove" label="Remove" />
    </td>
  </tr>
);

const UriButton: FC<{ shown: Shown; mode: Mode; uri: string; action: string; label: string }> = ({ shown, mode, uri, action, label }) => (
  <form method="post" action={`${shown.base}/settings/extension`}>
    <Csrf token={shown.csrf} />
    <input type="hidden" name="mode" value={mode} />
    <input type="hidden" name="uri" value={uri} />
    <button type="submit" name="action" value={action} class="small">
      {label}
      <span class="sr"> {uri}</span>
    </button>
  </form>
);

const Uris: FC<{ shown: Shown; mode: Mode; settings: ShownMode; typed: string }> = ({ shown, mode, settings, typed }) => (
  <>
    <h3>Redirect URIs</h3>
    {settings.redirect_uris.length === 0 ? (
      <p class="quiet">None yet. Without one nobody can be sent back, so nobody can connect.</p>
    ) : (
      <div class="scroll">
        <table>
          <tbody>
            {settings.redirect_uris.map((uri, index) => (
              <UriRow shown={shown} mode={mode} uri={uri} isFirst={index === 0} />
            ))}
          </tbody>
        </table>
      </div>
    )}
    <form method="post" action={`${shown.base}/settings/extension`} class="line">
      <Csrf token={shown.csrf} />
      <input type="hidden" name="mode" value={mode} />
      <label>
        New {mode} redirect URI
        <input
          name="uri"
          required
          size={38}
          value={typed}
          placeholder={mode === 'live' ? 'https://app.example.com/callback' : 'http://localhost:4010/callback'}
        />
      </label>
      <button type="submit" name="action" value="add">
        Add
      </button>
    </form>
    <p class="quiet">
      Compared exactly, character by character; no wildcards. {mode === 'live' ? 'Live needs https.' : 'Test allows http and localhost.'}
    </p>
  </>
);

const ModePanel: FC<{ shown: Shown; mode: Mode; extension: ShownExtension; typed: string }> = ({ shown, mode, extension, typed }) => {
  const settings = extension[mode];
  return (
    <section class="panel" aria-labelledby={`mode-${mode}`}>
      <h2 id={`mode-${mode}`}>
        <span class={`mode ${mode}`}>{mode}</span>
      </h2>
      <dl class="facts">
        <dt>client_id</dt>
        <dd>
          <code>{settings.client_id}</code> <CopyButton text={settings.client_id} label={`Copy the ${mode} client_id`} />
        </dd>
        <dt>OAuth</dt>
        <dd>
          <form method="post" action={`${shown.base}/settings/extension`}>
            <Csrf token={shown.csrf} />
            <input type="hidden" name="mode" value={mode} />
            <span class={`tag ${settings.oauth_enabled ? 'good' : ''}`}>{settings.oauth_enabled ? 'on' : 'off'}</span>{' '}
            <button type="submit" name="action" value={settings.oauth_enabled ? 'off' : 'on'} class="small">
              Turn {settings.oauth_enabled ? 'off' : 'on'}
              <span class="sr"> OAuth in {mode} mode</span>
            </button>
          </form>
        </dd>
        <dt>Try it</dt>
        <dd>
          {settings.oauth_enabled && settings.redirect_uris.length > 0 ? (
            extension.scopes.map((scope) => (
              <>
                <a href={authorizeLink(settings, scope)}>
                  Test the {mode} flow ({scope})
                </a>{' '}
              </>
            ))
          ) : (
            <span class="quiet">Turn OAuth on and add a redirect URI first.</span>
          )}
        </dd>
      </dl>
      <hr />
      <Uris shown={shown} mode={mode} settings={settings} typed={typed} />
    </section>
  );
};

const SCOPES: readonly (readonly [Scope, string])[] = [
  ['read_only', 'read_only: everything may be read, nothing changed'],
  ['read_write', 'read_write: data may be created and changed as well'],
];

const KindForm: FC<{ shown: Shown; extension: ShownExtension }> = ({ shown, extension }) => (
  <section class="panel">
    <h2>Kind and scopes</h2>
    <form method="post" action={`${shown.base}/settings/extension`} class="stack">
      <Csrf token={shown.csrf} />
      <fieldset>
        <legend>Kind</legend>
        <label class="check">
          <input type="radio" name="kind" value="extension" checked={extension.kind === 'extension'} />
          <span>Extension: connects to any account, whatever else is connected there</span>
        </label>
        <label class="check">
          <input type="radio" name="kind" value="platform" checked={extension.kind === 'platform'} />
          <span>Platform: creates accounts and controls them; may not ask for read_only</span>
        </label>
      </fieldset>
      <fieldset>
        <legend>Scopes that may be asked for</legend>
        {SCOPES.map(([scope, label]) => (
          <label class="check">
            <input type="checkbox" name={`scope_${scope}`} value="1" checked={extension.scopes.includes(scope)} />
            <span>{label}</span>
          </label>
        ))}
      </fieldset>
      <button type="submit" name="action" value="kind">
        Save kind and scopes
      </button>
    </form>
  </section>
);

interface Attempt {
  readonly error?: string;
  readonly mode?: Mode;
  readonly typed?: string;
}

function show(platform: Platform, c: Context<DashboardEnv>, attempt: Attempt = {}): Response | Promise<Response> {
  const { world, base } = c.get('place');
  const extension = extensionOf(platform, world.account);
  const shown: Shown = { platform, base, csrf: c.get('visitor').csrf };
  return shellPage(platform, c, {
    title: 'Extension',
    current: '/settings/extension',
    lead: 'How accounts of other people connect to what you build.',
    ...(attempt.error !== undefined && { status: 400 as const }),
    children: (
      <>
        <FormError text={attempt.error} />
        {extension === undefined ? (
          <Start shown={shown} />
        ) : (
          <>
            {(['test', 'live'] as const).map((mode) => (
              <ModePanel shown={shown} mode={mode} extension={extension} typed={attempt.mode === mode ? (attempt.typed ?? '') : ''} />
            ))}
            <KindForm shown={shown} extension={extension} />
            <ConnectButton platform={platform} extension={extension} livemode={world.livemode} />
          </>
        )}
      </>
    ),
  });
}

/** What each button of the page asks for. */
function changeOf(c: Context<DashboardEnv>, extension: ShownExtension | undefined): ExtensionChange {
  const mode: Mode = field(c, 'mode') === 'live' ? 'live' : 'test';
  const uri = field(c, 'uri');
  const uris = extension?.[mode].redirect_uris ?? [];
  const rest = uris.filter((known) => known !== uri);
  switch (field(c, 'action')) {
    case 'on':
    case 'off':
      return { [mode]: { oauth_enabled: field(c, 'action') === 'on' } };
    case 'add':
      return { [mode]: { redirect_uris: [...uris, uri] } };
    case 'remove':
      return { [mode]: { redirect_uris: rest } };
    case 'default':
      return uris.includes(uri) ? { [mode]: { redirect_uris: [uri, ...rest] } } : {};
    case 'kind':
      return {
        kind: field(c, 'kind') === 'platform' ? 'platform' : 'extension',
        scopes: SCOPES.map(([scope]) => scope).filter((scope) => field(c, `scope_${scope}`) !== ''),
      };
    default:
      return {};
  }
}

/** P1: the integration settings of an extension. */
export function extensionRoutes(platform: Platform): Hono<DashboardEnv> {
  const app = new Hono<DashboardEnv>();
  app.get('/settings/extension', (c) => show(platform, c));
  app.post('/settings/extension', (c) => {
    const { world, base } = c.get('place');
    try {
      changeExtension(platform, world.account, changeOf(c, extensionOf(platform, world.account)));
    } catch (error) {
      if (!(error instanceof StripeError)) throw error;
      return show(platform, c, { error: error.message, mode: field(c, 'mode') === 'live' ? 'live' : 'test', typed: field(c, 'uri') });
    }
    return c.redirect(`${base}/settings/extension`, 303);
  });
  return app;
}
