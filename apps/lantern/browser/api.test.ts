import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createLanternWorld, type LanternWorld } from './lantern-world.ts';
import { connectFor, signedUp, until, type Visitor } from './visitor.ts';

let world: LanternWorld;
let dana: Visitor;
let base: string;
let key: string;
let customer: string;

beforeAll(async () => {
  world = await createLanternWorld();
  dana = await signedUp(world, 'dana@acme.example');
  const [acme] = world.dana.accounts;
  base = `/a/${acme!.account}/test`;
  await connectFor(world, dana, acme!.account);
  key = await newKey('figures');
  const product = await world.api(acme!.testKey, 'POST /v1/products', { name: 'Pro' });
  const price = await world.api(acme!.testKey, 'POST /v1/prices', {
    product: product.id,
    currency: 'eur',
    unit_amount: 2900,
    'recurring[interval]': 'month',
  });
  customer = (await world.api(acme!.testKey, 'POST /v1/customers', { name: 'Jane' })).id;
  const form = { customer, 'items[0][price]': price.id, collection_method: 'send_invoice', days_until_due: 30 };
  await world.api(acme!.testKey, 'POST /v1/subscriptions', form);
  await until(async () => (await api('/figures')).body.mrr === 2900);
});
afterAll(() => world.close());

async function newKey(name: string): Promise<string> {
  const answer = await dana.submit(`${base}/keys`, { name }, `${base}/keys`);
  return /data-key[^>]*>([^<]+)</.exec(await answer.text())![1]!;
}

// biome-ignore lint/suspicious/noExplicitAny: answers have many shapes
async function api(path: string, bearer: string | undefined = key): Promise<{ status: number; body: any }> {
  const headers: Record<string, string> = bearer === '' ? {} : { authorization: `Bearer ${bearer}` };
  const response = await fetch(`${world.origin}/api/v1${path}`, { headers });
  return { status: response.status, body: await response.json() };
}

describe('the JSON API', () => {
  it('answers the same figures as the pages', async () => {
    expect((await api('/figures')).body).toMatchObject({ currency: 'eur', mrr: 2900, arr: 34_800, active: 1, rules: { preset: 'plain' } });
    const { body } = await api('/months');
    expect(body.data.at(-1)).toMatchObject({ start: 0, new: 2900, end: 2900, fx: 0 });
    expect((await api('/months?rules=stripe')).body.data.at(-1)).toMatchObject({ end: 2900 });
    expect((await api('/movements?kind=new')).body.data).toMatchObject([
      { customer, name: 'Jane', amount: 2900, reason: 'new subscription' },
    ]);
    expect((await api('/customers?status=active')).body).toMatchObject({
      customers: 1,
      mrr: 2900,
      data: [{ id: customer, plans: ['Pro'] }],
    });
    const one = (await api(`/customers/${customer}`)).body;
    expect(one).toMatchObject({ mrr: 2900, ledger: [{ mrr: 2900, known_from: { kind: 'event', type: 'customer.subscription.created' } }] });
    expect((await api('/account')).body).toMatchObject({ customers: 1, subscriptions: 1, name: 'Acme GmbH' });
    expect((await api('/cash')).body).toEqual({ currency: 'eur', data: [] });
    expect((await api('/failed_payments')).body).toEqual({ kind: 'open', data: [] });
    expect((await api('/feed?limit=1')).body.data).toHaveLength(1);
  });

  it('refuses without a key, with an unknown one, and after it was revoked', async () => {
    expect((await api('/figures', '')).status).toBe(401);
    expect((await api('/figures', `lk_test_${'x'.repeat(43)}`)).status).toBe(401);
    const short = await newKey('short lived');
    expect((await api('/figures', short)).status).toBe(200);
    const page = await dana.text(`${base}/keys`);
    const hashes = [...page.matchAll(/name="key" value="([^"]+)"/g)].map(([, hash]) => hash!);
    await dana.submit(`${base}/keys/revoke`, { key: hashes.at(-1)! }, `${base}/keys`);
    expect((await api('/figures', short)).status).toBe(401);
    expect((await api('/figures')).status).toBe(200);
  });

  it('opens its own account and mode only, and keeps no key that could be read', async () => {
    const [, labs] = world.dana.accounts;
    await connectFor(world, dana, labs!.account);
    const other = await dana.submit(`/a/${labs!.account}/test/keys`, { name: 'labs' }, `/a/${labs!.account}/test/keys`);
    const labsKey = /data-key[^>]*>([^<]+)</.exec(await other.text())![1]!;
    expect((await api('/figures', labsKey)).body).toMatchObject({ mrr: 0 });
    expect((await api(`/customers/${customer}`, labsKey)).status).toBe(404);
    const stored = JSON.stringify(await world.lantern.lantern.kit.query('select * from lantern.api_keys'));
    expect(stored).not.toContain(labsKey.slice(8));
  });

  it('names what is wrong with a question', async () => {
    for (const [path, sentence] of [
      ['/movements?month=March', 'month must be written like 2026-03'],
      ['/movements?kind=gone', 'kind must be one of'],
      ['/customers?limit=0', 'limit must be a number from 1 to 500'],
      ['/months?rules=honest', 'rules must be one of plain'],
      ['/figures?x=1', 'There is no parameter ‘x’ here. It takes none.'],
    ]) {
      const { status, body } = await api(path!);
      expect([status, body.error.message]).toEqual([400, expect.stringContaining(sentence!)]);
    }
    expect((await api('/nothing')).status).toBe(404);
  });

  it('has a reference page made from the same table', async () => {
    const page = await (await fetch(`${world.origin}/api`)).text();
    for (const path of ['/figures', '/months', '/movements', '/customers/:customer', '/cash']) expect(page).toContain(`GET /api/v1${path}`);
  });

  it('says no more once the account has left', async () => {
    const [acme] = world.dana.accounts;
    await dana.submit(`/a/${acme!.account}/test/disconnect`, { sure: 'yes' }, `${base}/settings`);
    await expect.poll(async () => (await api('/figures')).status).toBe(401);
  });
});
