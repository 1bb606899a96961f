import { createWorld, type World } from '@annex/testkit';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { createFees, type Fees } from './src/fees.ts';
import { pagesOf } from './src/pages.ts';

/* The example as an owner meets it: connects, sells, pays its share, and lets the extension go. */

const origin = 'http://fees.test';
let world: World;
let fees: Fees;
let visit: (request: Request) => Promise<Response>;

beforeAll(async () => {
  world = await createWorld();
  const { extension, platform } = world;
  const base = platform.url;
  fees = await createFees({
    app: { secretKey: extension.testKey, clientId: extension.testClientId },
    ...{ percent: 12.5, apiBase: base, connectBase: base, authorizeBase: base, redirectUri: `${world.origin}/callback` },
    ...{ limits: 'none', pollMs: 50, settleMs: 50, retryMs: 50 },
  });
  fees.kit.work.start();
  visit = pagesOf(fees);
});
afterAll(async () => {
  await fees?.close();
  await world?.close();
});

const own = () => ({ account: world.extension.account, livemode: false });
const post = (path: string, form: Record<string, string>, from = origin) =>
  visit(new Request(`${origin}${path}`, { method: 'POST', body: new URLSearchParams(form), headers: { origin: from } }));

async function connect(account: string, scope: 'read_only' | 'read_write'): Promise<void> {
  const begun = await visit(new Request(`${origin}/connect`));
  const query = new URL(begun.headers.get('location')!).searchParams;
  expect(query.get('scope')).toBe('read_write');
  const { url } = await world.platform.control.consent({ client_id: query.get('client_id')!, account, scope, state: query.get('state')! });
  const back = new Request(new URL(new URL(url).search, `${origin}/callback`), { headers: { cookie: begun.headers.get('set-cookie')! } });
  expect((await visit(back)).status).toBe(303);
}

it('an account connects for writing, sells by the extension, and Stripe splits the payment', async () => {
  const acme = world.dana.accounts[0]!;
  await connect(acme.account, 'read_write');
  const price = await world.api(acme.testKey, 'POST /v1/prices', {
    ...{ currency: 'eur', unit_amount: 2000, 'recurring[interval]': 'month', 'product_data[name]': 'Tea' },
  });
  expect((await post(`/${acme.account}/sell`, { price: price.id }, 'https://elsewhere.test')).status).toBe(403);
  const sale = await post(`/${acme.account}/sell`, { price: price.id });
  expect(sale.headers.get('location')).toContain(world.platform.url);
  const session = (await world.api(acme.testKey, 'GET /v1/checkout/sessions?limit=1')).data[0];
  await world.api(acme.testKey, `POST /v1/payment_pages/${session.id}/confirm`, { payment_method: 'pm_card_visa' });
  const earned = async () => {
    await fees.kit.reconcile(own());
    return fees.earned();
  };
  await expect.poll(earned, { timeout: 20_000 }).toEqual([{ account: acme.account, currency: 'eur', payments: 1, amount: 250 }]);
  expect(await (await visit(new Request(`${origin}/`))).text()).toContain('Earned: €2.50.');
});

it('an account that was connected for reading only is told why nothing can be sold for it', async () => {
  const bolt = world.ben.accounts[0]!;
  await connect(bolt.account, 'read_only');
  const answer = await post(`/${bolt.account}/sell`, { price: 'price_1' });
  expect([answer.status, await answer.text()]).toEqual([400, expect.stringContaining('for reading only')]);
});

it('when the extension leaves, what it sold runs on without its share', async () => {
  const acme = world.dana.accounts[0]!;
  await fees.kit.reconcile({ account: acme.account, livemode: false });
  await expect.poll(async () => (await fees.sold(acme.account)).map(({ percent }) => percent), { timeout: 20_000 }).toEqual([12.5]);
  expect((await post(`/${acme.account}/leave`, {})).status).toBe(303);
  const [subscription] = (await world.api(acme.testKey, 'GET /v1/subscriptions')).data;
  expect(subscription).toMatchObject({ status: 'active', application_fee_percent: null });
  expect((await fees.kit.connections()).find((one) => one.account === acme.account)?.state).not.toBe('connected');
});
