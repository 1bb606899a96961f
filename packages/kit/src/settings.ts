import { checkPlans, type Plan } from './billing/plan.ts';

/** One application of ours on Stripe: there is one for test data and one for live data. */
export interface AppKeys {
  /** `sk_test_…` or `sk_live_…`; its prefix says which mode the pair is for. */
  readonly secretKey: string;
  /** `ca_…` of the same mode. */
  readonly clientId: string;
}

/** A key that seals tokens. The first of the list seals; all of them open, so that keys can be rotated. */
export interface SealingKey {
  readonly id: string;
  /** 32 bytes, base64. */
  readonly key: string;
}

/** Everything that can be set, each with its default and its sentence in `SETTINGS`. */
export interface Settings {
  readonly apps: readonly AppKeys[];
  readonly apiBase: string;
  readonly connectBase: string;
  readonly authorizeBase: string;
  readonly apiVersion: string;
  readonly timeoutMs: number;
  readonly redirectUri: string;
  readonly scope: 'read_only' | 'read_write';
  readonly webhookSecrets: readonly string[];
  readonly webhookToleranceSeconds: number;
  readonly sealingKeys: readonly SealingKey[];
  readonly objects: readonly string[] | 'usual' | 'all';
  readonly limitShare: number;
  readonly limits:
    | {
        readonly test: { readonly all: number; readonly endpoint: number };
        readonly live: { readonly all: number; readonly endpoint: number };
      }
    | 'none';
  readonly concurrency: number;
  readonly partsInFlight: number;
  readonly settleMs: number;
  readonly leaseMs: number;
  readonly retryMs: number;
  readonly effectMs: number;
  readonly stuckMs: number;
  readonly stopMs: number;
  readonly eventAttempts: number;
  readonly reconcileMinutes: number;
  readonly refreshMinutes: number;
  readonly invariantsReporter: string;
  readonly invariantsSeconds: number;
  readonly keepDays: number;
  readonly keepEventDays: number;
  readonly pollMs: number;
  readonly plans: readonly Plan[];
  readonly trialDays: number;
  readonly graceDays: number;
  readonly whenLeaving: 'cancel_now' | 'cancel_at_period_end' | 'keep';
}

export interface SettingRow<T> {
  readonly default: T;
  /** The environment variable a main reads; absent where it is only set in code. */
  readonly env?: string;
  readonly sentence: string;
}

/** The one declaration of every setting. Documentation and `--help` come from here; only a main reads the environment. */
export const SETTINGS: { readonly [Name in keyof Settings]: SettingRow<Settings[Name]> } = {
  apps: { default: [], sentence: 'Secret key and client id of your application, once for test data and once for live data.' },
  apiBase: {
    default: 'https://api.stripe.com',
    env: 'STRIPE_API_BASE',
    sentence: 'Origin of the Stripe API; a local platform for development.',
  },
  connectBase: {
    default: 'https://connect.stripe.com',
    env: 'STRIPE_CONNECT_BASE',
    sentence: 'Origin this server asks for tokens: /oauth/token and /oauth/deauthorize.',
  },
  authorizeBase: {
    default: 'https://connect.stripe.com',
    env: 'STRIPE_AUTHORIZE_BASE',
    sentence: 'Origin the browser is sent to for consent: /oauth/authorize.',
  },
  apiVersion: {
    default: '2026-10-28.endive',
    env: 'STRIPE_API_VERSION',
    sentence: 'The API version asked for; events in another version are fetched again.',
  },
  timeoutMs: { default: 30_000, sentence: 'How long one request to Stripe may take, in milliseconds.' },
  redirectUri: {
    default: '',
    env: 'STRIPE_REDIRECT_URI',
    sentence: 'Where the browser comes back to after consent; exactly as registered with the application.',
  },
  scope: { default: 'read_only', env: 'STRIPE_SCOPE', sentence: 'What is asked for: read_only or read_write.' },
  webhookSecrets: {
    default: [],
    env: 'STRIPE_WEBHOOK_SECRETS',
    sentence: 'Signing secrets (whsec_…) of all webhook endpoints, several while one is rolled; comma-separated.',
  },
  webhookToleranceSeconds: { default: 300, sentence: 'How old a webhook signature may be.' },
  sealingKeys: {
    default: [],
    env: 'ANNEX_SEALING_KEYS',
    sentence:
      'Keys that seal tokens at rest, as id:base64 of 32 bytes, comma-separated, newest first. Without one, tokens are not kept: they are not needed.',
  },
  objects: {
    default: 'usual',
    env: 'ANNEX_OBJECTS',
    sentence: 'Object types to mirror: usual (all that ordinary accounts have), all, or names separated by commas.',
  },
  limitShare: {
    default: 0.25,
    env: 'ANNEX_LIMIT_SHARE',
    sentence:
      'Share of the rate limit of each account to use; the rest belongs to its owner. Of a whole limit 97 % are used, so that no second has too many.',
  },
  limits: {
    default: { test: { all: 25, endpoint: 25 }, live: { all: 100, endpoint: 25 } },
    sentence: 'The rate limits themselves, in requests per second.',
  },
  concurrency: { default: 8, env: 'ANNEX_CONCURRENCY', sentence: 'Requests in flight at once, in one worker process.' },
  partsInFlight: { default: 8, sentence: 'Parts into which the history of one account is split, to read them side by side.' },
  settleMs: { default: 1_500, sentence: 'How long to wait before an object in doubt is fetched again, so that a burst costs one fetch.' },
  leaseMs: { default: 30_000, sentence: 'How long claimed work stays with a worker that is not heard of.' },
  retryMs: { default: 1_000, sentence: 'The first wait after a failure; it doubles each time.' },
  effectMs: {
    default: 20_000,
    sentence: 'How long the extension’s own work for one event may take, in milliseconds; then it counts as failed.',
  },
  stuckMs: {
    default: 120_000,
    sentence: 'A worker of which a part shows no sign of life for so long (ms) is stuck: its health is red, so that it is restarted.',
  },
  stopMs: {
    default: 25_000,
    env: 'ANNEX_STOP_MS',
    sentence: 'How long a worker that is told to stop waits for what is under way, in milliseconds; the rest is left to its lease.',
  },
  eventAttempts: { default: 8, sentence: 'How often an event is tried before it is set aside.' },
  reconcileMinutes: {
    default: 15,
    env: 'ANNEX_RECONCILE_MINUTES',
    sentence: 'How often the event list is read, to find events that no webhook brought. 0: never.',
  },
  refreshMinutes: {
    default: 60,
    env: 'ANNEX_REFRESH_MINUTES',
    sentence: 'How often lists are read again of object types whose events do not tell everything, such as balance transactions. 0: never.',
  },
  invariantsReporter: {
    default: '',
    env: 'ANNEX_INVARIANTS_REPORTER',
    sentence:
      'Where a worker reports how its invariants stand: http://…/_annex/invariants of a local platform, whose page of faults shows it. For development: set it for one worker. Empty: nowhere.',
  },
  invariantsSeconds: {
    default: 5,
    env: 'ANNEX_INVARIANTS_SECONDS',
    sentence: 'How often they are looked at and reported, in seconds; each time costs five requests or so for each account, at its pace.',
  },
  keepDays: {
    default: 0,
    env: 'ANNEX_KEEP_DAYS',
    sentence: 'Days the data of an account that left is kept before it is erased. 0: erased at once.',
  },
  keepEventDays: {
    default: 30,
    env: 'ANNEX_KEEP_EVENT_DAYS',
    sentence: 'Days the body of an applied event is kept; its id stays, so that it is never applied twice.',
  },
  plans: {
    default: [],
    sentence:
      'What an account can buy: key, name, amount, currency, interval. Products and prices are made on your own account. None: nobody is charged.',
  },
  trialDays: {
    default: 14,
    env: 'ANNEX_TRIAL_DAYS',
    sentence: 'Days an account may use the extension from its first connection on, without a card.',
  },
  graceDays: { default: 7, env: 'ANNEX_GRACE_DAYS', sentence: 'Days after a failed payment until the extension is locked.' },
  whenLeaving: {
    default: 'cancel_at_period_end',
    env: 'ANNEX_WHEN_LEAVING',
    sentence: 'What becomes of the subscription when its account disconnects: cancel_now, cancel_at_period_end or keep.',
  },
  pollMs: { default: 1_000, sentence: 'How often an idle worker looks at a database shared with other processes.' },
};

const LEAVING: readonly Settings['whenLeaving'][] = ['cancel_now', 'cancel_at_period_end', 'keep'];

export type GivenSettings = { readonly [Name in keyof Settings]?: Settings[Name] | undefined };

/** What was given, completed by the defaults and checked. Throws one sentence that names the setting, its value and the remedy. */
export function completeSettings(given: GivenSettings): Settings {
  const names = Object.keys(SETTINGS) as (keyof Settings)[];
  const unknown = Object.keys(given).find((name) => !names.includes(name as keyof Settings));
  if (unknown !== undefined) throw new Error(`There is no setting ${unknown}. Known settings: ${names.join(', ')}.`);
  const settings = Object.fromEntries(names.map((name) => [name, given[name] ?? SETTINGS[name].default])) as unknown as Settings;
  for (const { secretKey, clientId } of settings.apps) {
    if (!/^[sr]k_(test|live)_/.test(secretKey)) throw new Error('A secret key must begin with sk_test_ or sk_live_ (apps.secretKey).');
    if (!clientId.startsWith('ca_')) throw new Error(`A client id must begin with ca_ (apps.clientId is ${clientId}).`);
  }
  if (settings.limitShare <= 0 || settings.limitShare > 1)
    throw new Error(`limitShare must be above 0 and at most 1, not ${settings.limitShare}.`);
  checkPlans(settings.plans);
  for (const name of ['trialDays', 'graceDays'] as const)
    if (!(settings[name] >= 0)) throw new Error(`${name} must be 0 or more, not ${settings[name]}.`);
  if (!LEAVING.includes(settings.whenLeaving))
    throw new Error(`whenLeaving must be one of ${LEAVING.join(', ')}, not ${settings.whenLeaving}.`);
  for (const name of ['concurrency', 'partsInFlight', 'eventAttempts', 'leaseMs', 'timeoutMs', 'effectMs', 'stuckMs', 'stopMs'] as const) {
    if (!(settings[name] >= 1)) throw new Error(`${name} must be 1 or more, not ${settings[name]}.`);
  }
  return settings;
}

export const isLiveKey = ({ secretKey }: AppKeys): boolean => /^[sr]k_live_/.test(secretKey);

/** The application of a mode. Throws a sentence when there is none. */
export function appOf(settings: Settings, livemode: boolean): AppKeys {
  const app = settings.apps.find((one) => isLiveKey(one) === livemode);
  if (app === undefined)
    throw new Error(`No application is set for ${livemode ? 'live' : 'test'} data: add its secret key and client id to the setting apps.`);
  return app;
}
