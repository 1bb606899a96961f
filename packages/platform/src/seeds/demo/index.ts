import { readFileSync } from 'node:fs';
import { openAccount } from '../../accounts/accounts.ts';
import { registerApplications } from '../../accounts/applications.ts';
import { hashPasswordNow } from '../../accounts/passwords.ts';
import { addUser } from '../../accounts/users.ts';
import { invalid, SYSTEM, type World } from '../../engine/index.ts';
import type { Platform } from '../../platform.ts';
import { type Business, readBusiness } from '../../simulate/business.ts';
import { type Calls, Names, openShop, perform } from '../../simulate/perform.ts';
import { type Act, scenarioOf } from '../../simulate/scenario.ts';
import { History, type Moment } from '../history.ts';
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

/** Each business with the account that it lives in. */
const BUSINESSES = [
  ['papercrane', PAPERCRANE],
  ['fernweh', FERNWEH],
] as const;

const read = (name: string, today: number): Business =>
  readBusiness(readFileSync(new URL(`../../../businesses/${name}.yaml`, import.meta.url), 'utf8'), today);

/** Two businesses with fourteen months behind them, the people who run them, and the extension Lantern with its maker. */
export function demo(platform: Platform): string {
  if (platform.accounts.account(PAPERCRANE.id) !== undefined)
    throw invalid('The demo is there already. Reset first: POST /_annex/reset.', 'name');
  const until = platform.clock.now();
  const businesses = BUSINESSES.map(([name, { id }]) => ({ business: read(name, until), world: { account: id, livemode: false } }));
  const start = Math.min(...businesses.map(({ business }) => business.from));
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
  for (const { business, world } of businesses) planBusiness(history, business, world);
  history.run();
  return sentence(platform);
}

/** What its scenario has decided, at the instants that it has decided. */
function planBusiness(history: History, business: Business, world: World): void {
  const names = new Names();
  const run = ({ call }: Moment, calls: Calls): void => {
    for (let next = calls.next(); !next.done; ) {
      const { operation, params, ids } = next.value;
      next = calls.next(call(operation, params, ...ids));
    }
  };
  history.at(world, business.from, (moment) => run(moment, openShop(business, names)));
  const instants = new Map<number, Act[]>();
  for (const act of scenarioOf(business).acts) instants.set(act.at, [...(instants.get(act.at) ?? []), act]);
  for (const [at, acts] of instants)
    history.at(world, at, (moment) => {
      for (const act of acts) run(moment, perform(act, names));
    });
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
  const customers = BUSINESSES.map(([, { id }]) => platform.store.count({ account: id, livemode: false }, 'customer')).reduce(
    (sum, count) => sum + count,
    0,
  );
  return `The demo is there: ${PAPERCRANE.name} and ${FERNWEH.name} with ${customers} customers; sign in as ${first!.email} with the password ${first!.password}.`;
}
