import Stripe from 'stripe';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { type AnnexPlatform, createPlatform } from '../../index.ts';
import { FERNWEH, LANTERN, LANTERN_SECRETS, PAPERCRANE } from './keys.ts';

let platform: AnnexPlatform;
const defects = vi.spyOn(console, 'error');
beforeAll(async () => {
  platform = await createPlatform({ seed: 'demo' });
});
afterAll(() => platform.close());

const client = (key: string): Stripe => {
  const { hostname, port } = new URL(platform.url);
  return new Stripe(key, { host: hostname, port: Number(port), protocol: 'http', maxNetworkRetries: 0, telemetry: false });
};
const papercrane = () => client(PAPERCRANE.testKey);

async function all<T>(list: Stripe.ApiListPromise<T>): Promise<T[]> {
  return list.autoPagingToArray({ limit: 10_000 });
}

describe('the demo', () => {
  test('is a business that grew for fourteen months, through its own API', async () => {
    const stripe = papercrane();
    const customers = await all(stripe.customers.list({ limit: 100 }));
    const subscriptions = await all(stripe.subscriptions.list({ status: 'all', limit: 100 }));
    const invoices = await all(stripe.invoices.list({ limit: 100 }));
    const count = (status: string) => subscriptions.filter((row) => row.status === status).length;
    expect(customers.length).toBeGreaterThan(60);
    expect(subscriptions.length).toBeGreaterThanOrEqual(customers.length);
    expect(count('active')).toBeGreaterThan(50);
    expect(count('canceled')).toBeGreaterThan(5);
    expect(invoices.filter((row) => row.status === 'paid').length).toBeGreaterThan(300);
    expect((await all(stripe.refunds.list({ limit: 100 }))).length).toBeGreaterThan(0);
    expect((await all(stripe.charges.list({ limit: 100 }))).some((row) => row.status === 'failed')).toBe(true);
    const now = platform.clock.now();
    expect(Math.min(...customers.map((row) => row.created))).toBeLessThan(now - 380 * 86_400);
    for (const row of [...customers, ...subscriptions, ...invoices]) expect(row.created).toBeLessThanOrEqual(now);
  });

  test('left nothing undone that time has brought about', async () => {
    const now = platform.clock.now();
    for (const { testKey } of [PAPERCRANE, FERNWEH]) {
      for (const subscription of await all(client(testKey).subscriptions.list({ limit: 100 }))) {
        for (const item of subscription.items.data) expect(item.current_period_end).toBeGreaterThan(now);
      }
      const drafts = await all(client(testKey).invoices.list({ status: 'draft', limit: 100 }));
      for (const invoice of drafts) expect(invoice.created).toBeGreaterThan(now - 2 * 3600);
    }
    expect(defects).not.toHaveBeenCalled();
  });

  test('tells nobody of its past', async () => {
    expect((await platform.control.deliveries()).data).toEqual([]);
    const events = await all(papercrane().events.list({ limit: 100 }));
    expect(events.length).toBeGreaterThan(100);
    expect(events.every((event) => event.pending_webhooks === 0)).toBe(true);
  });

  test('has the extension with webhook secrets that are known beforehand', async () => {
    const { data } = await client(LANTERN.testKey).webhookEndpoints.list();
    const secrets = await Promise.all(data.map(async ({ id }) => (await platform.control.webhookEndpoint(id)).secret));
    expect(secrets.sort()).toEqual(Object.values(LANTERN_SECRETS).sort());
    expect(data.map((row) => row.application === null)).toContain(true);
  });

  test('is sown once; a reset sows it again', async () => {
    await expect(platform.control.seed('demo')).rejects.toThrow('The demo is there already');
    const before = (await papercrane().customers.list({ limit: 100 })).data.length;
    const { id } = await papercrane().customers.create({ name: 'Too much' });
    await platform.control.reset();
    await expect(papercrane().customers.retrieve(id)).rejects.toMatchObject({ statusCode: 404 });
    expect((await papercrane().customers.list({ limit: 100 })).data.length).toBe(before);
  });
});

test('the same instant gives the same demo, to the byte', async () => {
  const states: string[] = [];
  for (let i = 0; i < 2; i++) {
    await using fixed = await createPlatform();
    fixed.clock.set(Date.parse('2026-11-24T10:00:00Z'), 0);
    await fixed.control.seed('demo');
    const rows = fixed.store.snapshot().rows.filter(({ world }) => world.startsWith(PAPERCRANE.id) || world.startsWith(FERNWEH.id));
    states.push(rows.map(({ row }) => row.text).join('\n'));
  }
  expect(states[0]!.length).toBeGreaterThan(1_000_000);
  expect(states[0] === states[1]).toBe(true);
});
