/** Every setting of Lantern, declared once. `--help`, the documentation and the checks are made from this table. */
export interface Setting<T> {
  readonly flag: string;
  /** The environment variable that gives it; a flag wins over it. */
  readonly env: string;
  readonly kind: 'number' | 'text' | 'list';
  readonly default: T;
  readonly sentence: string;
}

export interface Settings {
  readonly port: number;
  readonly host: string;
  readonly publicUrl: string | undefined;
  readonly databaseUrl: string | undefined;
  readonly data: string | undefined;
  readonly sessionSecret: string | undefined;
  readonly stripeBase: string | undefined;
  readonly testSecretKey: string | undefined;
  readonly testClientId: string | undefined;
  readonly liveSecretKey: string | undefined;
  readonly liveClientId: string | undefined;
  readonly scope: string;
  readonly webhookSecrets: readonly string[];
  readonly invariantsReporter: string;
  readonly keepDays: number;
  readonly charge: string;
  readonly trialDays: number;
  readonly graceDays: number;
  readonly whenLeaving: string;
}

export const SETTINGS: { readonly [Name in keyof Settings]: Setting<Settings[Name]> } = {
  port: { flag: '--port', env: 'PORT', kind: 'number', default: 4242, sentence: 'The port to listen on; 0 picks a free one.' },
  host: {
    flag: '--host',
    env: 'HOST',
    kind: 'text',
    default: '127.0.0.1',
    sentence: 'The address to bind to. Behind a proxy that ends TLS, leave it as it is.',
  },
  publicUrl: {
    flag: '--public-url',
    env: 'PUBLIC_URL',
    kind: 'text',
    default: undefined,
    sentence: 'The address people see, for example https://lantern.example.com. Its /callback is the redirect URI of the extension.',
  },
  databaseUrl: {
    flag: '--database-url',
    env: 'DATABASE_URL',
    kind: 'text',
    default: undefined,
    sentence: 'postgres://… of the database. Without it an embedded one is used: a single process, for development.',
  },
  data: {
    flag: '--data',
    env: 'LANTERN_DATA',
    kind: 'text',
    default: undefined,
    sentence: 'The folder of the embedded database; without it everything is forgotten at the end.',
  },
  sessionSecret: {
    flag: '--session-secret',
    env: 'SESSION_SECRET',
    kind: 'text',
    default: undefined,
    sentence: 'At least 32 characters that guard forms and seal tokens; the same for every process. Needed with a database URL.',
  },
  stripeBase: {
    flag: '--stripe-base',
    env: 'STRIPE_API_BASE',
    kind: 'text',
    default: undefined,
    sentence: 'The origin that serves API and OAuth together: a local platform. Without it, Stripe itself.',
  },
  testSecretKey: {
    flag: '--test-secret-key',
    env: 'STRIPE_TEST_SECRET_KEY',
    kind: 'text',
    default: undefined,
    sentence: 'The secret key of the extension’s own account for test data: sk_test_….',
  },
  testClientId: {
    flag: '--test-client-id',
    env: 'STRIPE_TEST_CLIENT_ID',
    kind: 'text',
    default: undefined,
    sentence: 'The client id of the extension for test data: ca_….',
  },
  liveSecretKey: {
    flag: '--live-secret-key',
    env: 'STRIPE_LIVE_SECRET_KEY',
    kind: 'text',
    default: undefined,
    sentence: 'The secret key of the extension’s own account for live data: sk_live_….',
  },
  liveClientId: {
    flag: '--live-client-id',
    env: 'STRIPE_LIVE_CLIENT_ID',
    kind: 'text',
    default: undefined,
    sentence: 'The client id of the extension for live data: ca_….',
  },
  scope: {
    flag: '--scope',
    env: 'STRIPE_SCOPE',
    kind: 'text',
    default: 'read_only',
    sentence: 'What owners are asked for: read_only, or read_write where Stripe grants your account nothing less. Lantern writes nothing.',
  },
  webhookSecrets: {
    flag: '--webhook-secrets',
    env: 'STRIPE_WEBHOOK_SECRETS',
    kind: 'list',
    default: [],
    sentence: 'The signing secrets (whsec_…) of all webhook endpoints that point at /webhooks, separated by commas.',
  },
  invariantsReporter: {
    flag: '--invariants-reporter',
    env: 'ANNEX_INVARIANTS_REPORTER',
    kind: 'text',
    default: '',
    sentence: 'Where to report how the invariants of the mirror stand: http://…/_annex/invariants of a local platform. For development.',
  },
  keepDays: {
    flag: '--keep-days',
    env: 'LANTERN_KEEP_DAYS',
    kind: 'number',
    default: 0,
    sentence: 'Days the data of an account that left is kept before it is erased; 0 erases at once.',
  },
  charge: {
    flag: '--charge',
    env: 'LANTERN_CHARGE',
    kind: 'text',
    default: 'no',
    sentence: 'yes: accounts pay for Lantern, by subscriptions on the extension’s own account. no: Lantern is free.',
  },
  trialDays: {
    flag: '--trial-days',
    env: 'LANTERN_TRIAL_DAYS',
    kind: 'number',
    default: 14,
    sentence: 'Days an account may use Lantern from its first connection on, without a card.',
  },
  graceDays: {
    flag: '--grace-days',
    env: 'LANTERN_GRACE_DAYS',
    kind: 'number',
    default: 7,
    sentence: 'Days after a failed payment until the figures are locked. Nothing is lost, and payment unlocks them.',
  },
  whenLeaving: {
    flag: '--when-leaving',
    env: 'LANTERN_WHEN_LEAVING',
    kind: 'text',
    default: 'cancel_at_period_end',
    sentence: 'What becomes of a subscription when its account disconnects: cancel_now, cancel_at_period_end or keep.',
  },
};

/** Something given that cannot be right: one sentence for the person who started Lantern. */
export class SettingsError extends Error {}

type Environment = Readonly<Record<string, string | undefined>>;

const entries = Object.entries(SETTINGS) as [keyof Settings, Setting<unknown>][];

function readValue(name: string, setting: Setting<unknown>, text: string): unknown {
  if (setting.kind === 'text') return text.trim();
  if (setting.kind === 'list')
    return text
      .split(',')
      .map((item) => item.trim())
      .filter((item) => item !== '');
  const number = Number(text);
  if (!Number.isInteger(number) || number < 0) throw new SettingsError(`${name} takes a whole number, not '${text}'.`);
  return number;
}

/** Flags win over the environment, the environment over the defaults. Empty texts count as not given. */
export function readSettings(args: readonly string[], environment: Environment): Settings | 'help' {
  const given = new Map<string, unknown>();
  for (const [name, setting] of entries) {
    const text = environment[setting.env];
    if (text !== undefined && text.trim() !== '') given.set(name, readValue(setting.env, setting, text));
  }
  for (let i = 0; i < args.length; i++) {
    const [flag = '', ...rest] = args[i]!.split('=');
    if (flag === '--help' || flag === '-h') return 'help';
    const found = entries.find(([, setting]) => setting.flag === flag);
    if (found === undefined) throw new SettingsError(`There is no option '${args[i]}'. --help lists them.`);
    const text = rest.length > 0 ? rest.join('=') : args[++i];
    if (text === undefined || text === '') throw new SettingsError(`${flag} needs a value.`);
    given.set(found[0], readValue(flag, found[1], text));
  }
  return checked(Object.fromEntries(entries.map(([name, setting]) => [name, given.get(name) ?? setting.default])) as unknown as Settings);
}

function checked(settings: Settings): Settings {
  if (settings.port > 65_535) throw new SettingsError(`The port must be 65535 or less, not ${settings.port}.`);
  for (const name of ['publicUrl', 'stripeBase'] as const) {
    const url = settings[name];
    if (url === undefined) continue;
    if (!URL.canParse(url) || !/^https?:$/.test(new URL(url).protocol))
      throw new SettingsError(`${SETTINGS[name].env} must be an address that begins with https:// or http://, not '${url}'.`);
  }
  for (const mode of ['test', 'live'] as const) {
    const [key, id] = [settings[`${mode}SecretKey`], settings[`${mode}ClientId`]];
    if ((key === undefined) !== (id === undefined))
      throw new SettingsError(`For ${mode} data both are needed: the secret key and the client id. Only one of them is given.`);
    if (key !== undefined && !key.startsWith(`sk_${mode}_`) && !key.startsWith(`rk_${mode}_`))
      throw new SettingsError(`The secret key for ${mode} data must begin with sk_${mode}_.`);
  }
  if (settings.scope !== 'read_only' && settings.scope !== 'read_write')
    throw new SettingsError(`STRIPE_SCOPE must be read_only or read_write, not '${settings.scope}'.`);
  if (settings.charge !== 'yes' && settings.charge !== 'no')
    throw new SettingsError(`LANTERN_CHARGE must be yes or no, not '${settings.charge}'.`);
  if (settings.sessionSecret !== undefined && settings.sessionSecret.length < 32)
    throw new SettingsError('SESSION_SECRET needs at least 32 characters.');
  if (settings.databaseUrl !== undefined && settings.sessionSecret === undefined)
    throw new SettingsError('With DATABASE_URL, SESSION_SECRET is needed too: at least 32 random characters, the same for every process.');
  return settings;
}

/** What `--help` prints. */
export function helpText(): string {
  const rows = entries.map(([, setting]) => {
    const standard = setting.default === undefined || String(setting.default) === '' ? '' : ` Default: ${String(setting.default)}.`;
    return `  ${setting.flag.padEnd(20)} ${setting.env.padEnd(24)} ${setting.sentence}${standard}`;
  });
  return [
    'Lantern: revenue analytics for connected Stripe accounts.',
    '',
    'Each setting is a flag or an environment variable.',
    '',
    ...rows,
    '',
  ].join('\n');
}
