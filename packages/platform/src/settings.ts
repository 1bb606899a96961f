/** Every setting, declared once: its default and its sentence. `--help` and the docs are made from this table. */
export interface Setting<T> {
  readonly flag: string;
  /** How the command line gives it: a `switch` stands alone, a `list` is separated by commas. */
  readonly kind: 'number' | 'text' | 'switch' | 'list';
  readonly default: T;
  readonly sentence: string;
}

export interface Settings {
  /** 0 picks a free port. */
  readonly port: number;
  readonly host: string;
  /** Folder of the journal; without it everything is in memory alone. */
  readonly data: string | undefined;
  readonly seed: string | undefined;
  readonly apiVersion: string | undefined;
  readonly strictKeys: boolean;
  readonly stripeMock: boolean;
  readonly allowWebhookHosts: readonly string[] | undefined;
  /** Milliseconds. */
  readonly webhookTimeout: number;
  /** Milliseconds. */
  readonly clientTimeout: number;
  /** A file. */
  readonly faults: string | undefined;
  readonly unlimitedClocks: boolean;
  readonly logRequests: number;
}

export const SETTINGS: { readonly [K in keyof Settings]: Setting<Settings[K]> } = {
  port: { flag: '--port', kind: 'number', default: 12111, sentence: 'The port to listen on; 0 picks a free one.' },
  host: {
    flag: '--host',
    kind: 'text',
    default: '127.0.0.1',
    sentence: 'The address to bind to. Anything else than 127.0.0.1 opens the simulator to your network.',
  },
  data: {
    flag: '--data',
    kind: 'text',
    default: undefined,
    sentence: 'The folder that keeps everything across restarts; without it the platform forgets when it stops.',
  },
  seed: { flag: '--seed', kind: 'text', default: undefined, sentence: 'What to begin with when there is no data yet: `demo`.' },
  apiVersion: {
    flag: '--api-version',
    kind: 'text',
    default: undefined,
    sentence: 'The API version of accounts that have not chosen one, such as `2025-02-24.acacia`; the newest unless told.',
  },
  strictKeys: {
    flag: '--strict-keys',
    kind: 'switch',
    default: false,
    sentence: 'Refuses keys it has not given out. Otherwise a new sk_test_… key opens a fresh account of its own.',
  },
  stripeMock: {
    flag: '--stripe-mock',
    kind: 'switch',
    default: false,
    sentence: 'Stands in for stripe-mock: ids that were never created are answered from the contract.',
  },
  allowWebhookHosts: {
    flag: '--allow-webhook-hosts',
    kind: 'list',
    default: undefined,
    sentence: 'A comma-separated list of the only hosts that webhooks may be sent to.',
  },
  webhookTimeout: {
    flag: '--webhook-timeout',
    kind: 'number',
    default: 20_000,
    sentence: 'How long a webhook endpoint may take to answer, in milliseconds, before the delivery counts as failed.',
  },
  clientTimeout: {
    flag: '--client-timeout',
    kind: 'number',
    default: 60_000,
    sentence: 'Milliseconds that a client may take to send one request; it is cut off after that.',
  },
  faults: {
    flag: '--faults',
    kind: 'text',
    default: undefined,
    sentence: 'A recipe (YAML or JSON file) of what is to go wrong from the start: lost and doubled webhooks, 500s, timeouts …',
  },
  unlimitedClocks: {
    flag: '--unlimited-clocks',
    kind: 'switch',
    default: false,
    sentence:
      "Lifts Stripe's limits on test clocks: 100 of an account, 3 customers on each with 3 subscriptions, 2 intervals at once, 30 days until they are deleted.",
  },
  logRequests: { flag: '--log-requests', kind: 'number', default: 5000, sentence: 'How many API requests the log keeps.' },
};

export type SettingsGiven = { readonly [K in keyof Settings]?: Settings[K] | undefined };

export function settingsOf(given: SettingsGiven): Settings {
  const settings: Record<string, unknown> = {};
  for (const [name, setting] of Object.entries(SETTINGS)) settings[name] = given[name as keyof Settings] ?? setting.default;
  return settings as unknown as Settings;
}
