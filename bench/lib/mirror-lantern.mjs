// Lantern with one connected account and somebody signed in, as served in production. Argument: JSON of {databaseUrl, secret, account};
// says its port and the cookie of the browser.
import { readSettings, serveLantern } from '../../apps/lantern/dist/index.js';
import { makeOwner } from '../../apps/lantern/dist/people/members.js';
import { addGuest, newGuest } from '../../apps/lantern/dist/people/people.js';
import { newToken } from '../../apps/lantern/dist/people/secrets.js';
import { openSession } from '../../apps/lantern/dist/people/sessions.js';

const { databaseUrl, secret, account } = JSON.parse(process.argv[2]);
const settings = readSettings([], {
  PORT: '0',
  DATABASE_URL: databaseUrl,
  SESSION_SECRET: 'a secret of the benchmark, long enough',
  STRIPE_TEST_SECRET_KEY: 'sk_test_x',
  STRIPE_TEST_CLIENT_ID: 'ca_x',
  STRIPE_API_BASE: 'http://127.0.0.1:9',
  STRIPE_WEBHOOK_SECRETS: secret,
});
const { lantern, url } = await serveLantern({ settings });
const { database } = lantern.kit;
await database.query(
  `insert into annex.connections (account, livemode, kind, state, scope, connected_ms) values ($1, false, 'oauth', 'connected', 'read_only', 0)`,
  [account],
);
await database.query(
  `insert into annex.streams (account, livemode, object, state, priority)
   select $1, false, object, 'done', 0 from unnest(array['customer', 'charge', 'invoice', 'subscription', 'payment_intent']) as o(object)`,
  [account],
);
const guest = newGuest();
await addGuest(database, guest, Date.now());
await makeOwner(database, { account, person: guest.id, nowMs: Date.now() });
const cookie = `lantern_session=${await openSession(database, guest, Date.now())}; lantern_browser=${newToken()}`;
process.stdout.write(`${JSON.stringify({ port: Number(new URL(url).port), cookie })}\n`);
