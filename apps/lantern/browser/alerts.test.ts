import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import Stripe from 'stripe';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { tellDigests } from '../src/alerts/digest.ts';
import { createLanternWorld, type LanternWorld } from './lantern-world.ts';
import { connectFor, signedUp, type Visitor } from './visitor.ts';

interface Got {
  readonly signature: string;
  readonly body: string;
}

let world: LanternWorld;
let dana: Visitor;
let base: string;
let server: Server;
let hook: string;
const got: Got[] = [];
const answers: number[] = [];

beforeAll(async () => {
  server = createServer(async (request, response) => {
    const parts: Buffer[] = [];
    for await (const part of request) parts.push(part as Buffer);
    got.push({ signature: String(request.headers['lantern-signature']), body: Buffer.concat(parts).toString() });
    response.writeHead(answers.shift() ?? 200).end();
  });
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
  hook = `http://127.0.0.1:${(server.address() as AddressInfo).port}/hook`;
  world = await createLanternWorld();
  dana = await signedUp(world, 'dana@acme.example');
  const [acme] = world.dana.accounts;
  await connectFor(world, dana, acme!.account);
  base = `/a/${acme!.account}/test`;
});
afterAll(async () => {
  await world.close();
  server.close();
});

const arrived = async (n: number): Promise<void> => {
  while (got.length < n) await new Promise((done) => setTimeout(done, 10));
};

it('an address gets signed alerts that Stripe’s own library can check, once per event', async () => {
  expect((await dana.submit(`${base}/alerts`, { url: 'nonsense', kinds: 'customer.ended' }, `${base}/alerts`)).status).toBe(422);
  expect((await dana.submit(`${base}/alerts`, { url: hook, kinds: 'customer.ended' }, `${base}/alerts`)).status).toBe(303);
  const page = await dana.text(`${base}/alerts`);
  const secret = /data-secret[^>]*>([^<]+)</.exec(page)![1]!;
  const [acme] = world.dana.accounts;
  const { api } = world;
  const product = await api(acme!.testKey, 'POST /v1/products', { name: 'Pro' });
  const price = await api(acme!.testKey, 'POST /v1/prices', {
    product: product.id,
    currency: 'eur',
    unit_amount: 900,
    'recurring[interval]': 'month',
  });
  const customer = await api(acme!.testKey, 'POST /v1/customers', { name: 'Jane' });
  const subscription = await api(acme!.testKey, 'POST /v1/subscriptions', {
    ...{ customer: customer.id, 'items[0][price]': price.id, collection_method: 'send_invoice', days_until_due: 30 },
  });
  await fetch(`${world.platform.url}/v1/subscriptions/${subscription.id}`, {
    method: 'DELETE',
    headers: { authorization: `Bearer ${acme!.testKey}` },
  });
  await arrived(1);
  const { body, signature } = got[0]!;
  const stripe = new Stripe('sk_test_x');
  const event = stripe.webhooks.constructEvent(body, signature, secret);
  expect(event).toMatchObject({
    type: 'customer.ended',
    account: acme!.account,
    livemode: false,
    data: { id: subscription.id, customer: customer.id },
  });
  expect(() => stripe.webhooks.constructEvent(body, signature, 'another secret')).toThrow();
});

it('a test is tried again after a failure, and a new secret signs from then on', async () => {
  const page = await dana.text(`${base}/alerts`);
  const id = /name="id" value="(url_[^"]+)"/.exec(page)![1]!;
  const before = got.length;
  answers.push(500);
  await dana.submit(`${base}/alerts/change`, { id, to: 'test' }, `${base}/alerts`);
  await arrived(before + 1);
  const { kit } = world.lantern.lantern;
  const due = async () =>
    (
      await kit.query<{ attempts: number; state: string; answer: string }>(
        "select attempts, state, answer from lantern.alerts where kind = 'test'",
      )
    )[0]!;
  await expect.poll(due).toEqual({ attempts: 1, state: 'new', answer: '500' });
  await kit.query('update lantern.alerts set due_ms = 0');
  await expect.poll(due).toEqual({ attempts: 2, state: 'sent', answer: '200' });
  const secret = /data-secret[^>]*>([^<]+)</.exec(page)![1]!;
  await dana.submit(`${base}/alerts/change`, { id, to: 'roll' }, `${base}/alerts`);
  expect(/data-secret[^>]*>([^<]+)</.exec(await dana.text(`${base}/alerts`))![1]).not.toBe(secret);
});

it('the weekly digest is told once, on Monday morning of the account’s own clock, with what moved', async () => {
  const { lantern } = world.lantern;
  const [acme] = world.dana.accounts;
  await lantern.kit.query("update lantern.alert_urls set kinds = array['digest.weekly']");
  const monday = Date.parse('2026-11-30T07:05:00Z');
  await lantern.kit.query(
    `insert into lantern.counted_movements (account, livemode, customer, day, under, kind, amount, after, reason, reconstructed, at_start)
     values ($1, false, 'cus_1', '2026-11-25', 63, 'new', 2900, 2900, 'new subscription', false, false),
       ($1, false, 'cus_1', '2026-11-28', 63, 'churn', -2900, 0, 'canceled', false, false),
       ($1, false, 'cus_2', '2026-11-22', 63, 'new', 500, 500, 'new subscription', false, false)`,
    [acme!.account],
  );
  expect(await tellDigests({ ...lantern, now: () => monday - 86_400_000 })).toBe(0);
  expect(await tellDigests({ ...lantern, now: () => monday })).toBe(1);
  expect(await tellDigests({ ...lantern, now: () => monday + 60_000 })).toBe(0);
  const [row] = await lantern.kit.query<{ body: { id: string; data: Record<string, unknown> } }>(
    "select body from lantern.alerts where kind = 'digest.weekly'",
  );
  expect(row!.body.id).toBe('digest_2026-11-30');
  expect(row!.body.data).toMatchObject({
    ...{ from: '2026-11-23', to: '2026-11-30', currency: 'eur', net_new: 0 },
    movements: { new: { amount: 2900, customers: 1 }, churn: { amount: -2900, customers: 1 }, expansion: { amount: 0, customers: 0 } },
  });
});

it('alerts and addresses are erased with the account', async () => {
  await dana.submit(`${base}/disconnect`, { sure: 'yes' }, `${base}/settings`);
  const { kit } = world.lantern.lantern;
  const left = () => kit.query('select id from lantern.alerts union all select id from lantern.alert_urls');
  await expect.poll(left).toEqual([]);
});
