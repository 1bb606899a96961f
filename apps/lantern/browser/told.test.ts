import { createHmac } from 'node:crypto';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { createLantern, type RunningLantern, readSettings } from '../src/index.ts';

/*
 * When open pages are told: Lantern alone, at work on the embedded database, with webhooks as Stripe would send them.
 */

const SECRET = 'whsec_told';
const ACCOUNT = 'acct_told';
let lantern: RunningLantern;

beforeAll(async () => {
  const settings = readSettings([], {
    ...{ STRIPE_TEST_SECRET_KEY: 'sk_test_x', STRIPE_TEST_CLIENT_ID: 'ca_x', STRIPE_API_BASE: 'http://127.0.0.1:9' },
    STRIPE_WEBHOOK_SECRETS: SECRET,
  });
  if (settings === 'help') throw new Error('unreachable');
  lantern = await createLantern({ settings, publicUrl: 'http://lantern.test', kit: { settleMs: 600_000, reconcileMinutes: 0 } });
  await lantern.kit.query(
    `insert into annex.connections (account, livemode, kind, state, scope, connected_ms) values ($1, false, 'oauth', 'connected', 'read_only', 0)`,
    [ACCOUNT],
  );
  await lantern.kit.query(
    `insert into annex.streams (account, livemode, object, state, priority) values ($1, false, 'subscription', 'done', 0), ($1, false, 'customer', 'done', 0)`,
    [ACCOUNT],
  );
  lantern.start();
});
afterAll(() => lantern.close());

let events = 0;
async function arrive(type: string, object: Record<string, unknown>): Promise<void> {
  const created = Math.floor(Date.now() / 1000);
  const event = {
    id: `evt_${++events}`,
    object: 'event',
    type,
    created,
    livemode: false,
    account: ACCOUNT,
    api_version: '2026-10-28.endive',
  };
  const body = JSON.stringify({ ...event, data: { object, previous_attributes: {} } });
  const signature = `t=${created},v1=${createHmac('sha256', SECRET).update(`${created}.${body}`).digest('hex')}`;
  const request = new Request('http://lantern.test/webhooks', { method: 'POST', body, headers: { 'stripe-signature': signature } });
  expect((await lantern.kit.receive(request)).status).toBe(200);
}

/** Resolves at the first telling at which `there` finds something. */
function toldOf(there: () => Promise<readonly unknown[]>): Promise<number> {
  return new Promise((done, failed) => {
    let tellings = 0;
    const end = lantern.hub.listen(ACCOUNT, false, () => {
      const nth = ++tellings;
      there().then((rows) => {
        if (rows.length === 0) return;
        end();
        done(nth);
      }, failed);
    });
  });
}

it('a change of a subscription is told when the books have followed it, and not before', async () => {
  const price = {
    id: 'price_1',
    product: 'prod_1',
    unit_amount: 900,
    recurring: { interval: 'month', interval_count: 1, usage_type: 'licensed' },
  };
  const told = toldOf(() =>
    lantern.kit.query("select 1 from lantern.books where account = $1 and customer = 'cus_1' and mrr = 900", [ACCOUNT]),
  );
  await arrive('customer.subscription.created', {
    ...{
      id: 'sub_1',
      object: 'subscription',
      customer: 'cus_1',
      currency: 'usd',
      status: 'active',
      created: 0,
      start_date: 0,
      discounts: [],
    },
    items: { object: 'list', data: [{ id: 'si_1', quantity: 1, price }], has_more: false },
  });
  expect(await told).toBe(1);
});

it('a change that moves no books is told all the same', async () => {
  const told = toldOf(() => lantern.kit.query("select 1 from mirror.customers where account = $1 and data->>'name' = 'Jane'", [ACCOUNT]));
  await arrive('customer.updated', { id: 'cus_1', object: 'customer', created: 0, name: 'Jane' });
  expect(await told).toBe(1);
});
