import { openAccount } from '../../accounts/accounts.ts';
import { registerApplications } from '../../accounts/applications.ts';
import { hashPasswordNow } from '../../accounts/passwords.ts';
import { addUser } from '../../accounts/users.ts';
import { Chance } from '../../chance.ts';
import { invalid, SYSTEM } from '../../engine/index.ts';
import type { Platform } from '../../platform.ts';
import { History } from '../history.ts';
import { type Business, planBusiness } from './business.ts';
import {
  DEMO_USERS,
  type DemoAccount,
  FERNWEH,
  LANTERN,
  LANTERN_CLIENT_IDS,
  LANTERN_ORIGINS,
  LANTERN_SECRETS,
  PAPERCRANE,
} from './keys.ts';

const DAY = 86_400;
/** Fourteen months. */
const PAST = 425 * DAY;

const BUSINESSES: readonly Business[] = [
  {
    world: { account: PAPERCRANE.id, livemode: false },
    currency: 'usd',
    country: 'US',
    customers: 90,
    trialShare: 0.5,
    plans: [
      [
        'Starter',
        [
          { key: 'starter_monthly', amount: 1900, interval: 'month', weight: 46 },
          { key: 'starter_yearly', amount: 19_000, interval: 'year', weight: 8 },
        ],
      ],
      [
        'Team',
        [
          { key: 'team_monthly', amount: 4900, interval: 'month', weight: 30 },
          { key: 'team_yearly', amount: 49_000, interval: 'year', weight: 6 },
        ],
      ],
      ['Business', [{ key: 'business_monthly', amount: 14_900, interval: 'month', weight: 10 }]],
    ],
    seats: { product: 'Extra seats', beside: 'team_monthly', amount: 800 },
    service: { name: 'Onboarding workshop', amount: 30_000 },
  },
  {
    world: { account: FERNWEH.id, livemode: false },
    currency: 'eur',
    country: 'DE',
    customers: 30,
    trialShare: 0.2,
    plans: [
      [
        'Entdecker',
        [
          { key: 'entdecker_monat', amount: 990, interval: 'month', weight: 60 },
          { key: 'entdecker_jahr', amount: 9900, interval: 'year', weight: 20 },
        ],
      ],
      ['Reisebüro', [{ key: 'reisebuero_monat', amount: 7900, interval: 'month', weight: 20 }]],
    ],
    seats: { product: 'Weitere Arbeitsplätze', beside: 'reisebuero_monat', amount: 1200 },
    service: { name: 'Einrichtung', amount: 19_900 },
  },
];

/** Two businesses with fourteen months behind them, the people who run them, and the extension Lantern with its maker. */
export function demo(platform: Platform): string {
  if (platform.accounts.account(PAPERCRANE.id) !== undefined)
    throw invalid('The demo is there already. Reset first: POST /_annex/reset.', 'name');
  const until = platform.clock.now();
  const start = until - PAST;
  const history = new History(platform, { seed: 'demo', until });
  const draft = history.draft(SYSTEM, start);
  for (const account of [PAPERCRANE, FERNWEH, LANTERN]) open(draft, account);
  for (const { password, ...user } of DEMO_USERS) addUser(draft, { ...user, password: hashPasswordNow(password), knownPassword: password });
  const applications = registerApplications(draft, {
    account: LANTERN.id,
    test: { id: LANTERN_CLIENT_IDS.test, oauth_enabled: true, redirect_uris: LANTERN_ORIGINS.map((origin) => `${origin}/callback`) },
    live: { id: LANTERN_CLIENT_IDS.live },
  });
  for (const kind of ['connect', 'own'] as const) listen(draft, kind, kind === 'connect' ? applications.test.id : null);
  history.commit(draft);
  const chance = new Chance(20_251);
  for (const business of BUSINESSES) planBusiness(history, business, { chance, span: { start, end: until } });
  history.run();
  return sentence(platform);
}

const open = (draft: Parameters<typeof openAccount>[0], account: DemoAccount): void => {
  const { id, name, email, country, currency, timezone, testKey, liveKey } = account;
  openAccount(draft, { id, name, email, country, currency, timezone, keys: { test: testKey, live: liveKey } });
};

/** Lantern's webhook endpoints, with secrets that are known beforehand. */
function listen(draft: Parameters<typeof openAccount>[0], kind: 'connect' | 'own', application: string | null): void {
  const world = draft.in({ account: LANTERN.id, livemode: false });
  const endpoint = world.make(
    'webhook_endpoint',
    {
      url: `${LANTERN_ORIGINS[0]}/webhooks`,
      enabled_events: ['*'],
      status: 'enabled',
      application,
      metadata: { annex_connect: String(application !== null) },
    },
    { event: null },
  );
  const record = { id: endpoint.id, object: 'annex.endpoint', secret: LANTERN_SECRETS[kind], old_secret: null, old_until: null };
  world.insert({ ...record, failing_since: null, created: draft.now }, { event: null });
}

function sentence(platform: Platform): string {
  const [first] = DEMO_USERS;
  const customers = BUSINESSES.map(({ world }) => platform.store.count(world, 'customer')).reduce((sum, count) => sum + count, 0);
  return `The demo is there: ${PAPERCRANE.name} and ${FERNWEH.name} with ${customers} customers; sign in as ${first!.email} with the password ${first!.password}.`;
}
