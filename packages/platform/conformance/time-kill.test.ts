import { cpSync, readFileSync, statSync } from 'node:fs';
import { createServer } from 'node:net';
import { join } from 'node:path';
import Stripe from 'stripe';
import { afterEach, expect, test } from 'vitest';
import { createPlatform } from '../src/index.ts';
import { type PlatformProcess, removeFolder, startProcess, temporaryFolder } from './process.ts';

/* A clock is advanced by years; the platform is killed on the way, and ends as one that was left in peace: byte for byte. */

const START = Date.UTC(2026, 0, 31, 12) / 1000;
const END = Date.UTC(2027, 6, 3) / 1000;
const KILLS = 5;

const folders: string[] = [];
const running: PlatformProcess[] = [];
afterEach(async () => {
  for (const one of running.splice(0)) await one.kill('SIGKILL');
  for (const folder of folders.splice(0)) removeFolder(folder);
});

const newFolder = (): string => {
  const folder = temporaryFolder();
  folders.push(folder);
  return folder;
};

/** The same port each time: objects carry the platform's address. */
const freePort = (): Promise<number> =>
  new Promise((resolve) => {
    const server = createServer().listen(0, '127.0.0.1', () => {
      const { port } = server.address() as { port: number };
      server.close(() => resolve(port));
    });
  });

const stripeAt = (port: number): Stripe =>
  new Stripe('sk_test_killed_while_advancing', { host: '127.0.0.1', port, protocol: 'http', telemetry: false });

async function start(folder: string, port: number): Promise<PlatformProcess> {
  const process = await startProcess(['--data', folder, '--port', String(port), '--unlimited-clocks']);
  running.push(process);
  return process;
}

/** What nobody kills needs no process of its own: the journal of an advance that is let come to its end. */
async function endOf(folder: string, port: number, clock: string): Promise<Buffer> {
  const platform = await createPlatform({ data: folder, port, unlimitedClocks: true });
  await arrived(stripeAt(port), clock);
  await platform.close();
  return readFileSync(journal(folder));
}

const journal = (folder: string): string => join(folder, 'journal.ndjson');
const sizeOf = (folder: string): number => statSync(journal(folder)).size;

/** Looks at the file every millisecond, so that the kill comes in the midst of the work. */
async function grownTo(folder: string, size: number): Promise<void> {
  while (sizeOf(folder) < size) await new Promise((resolve) => setTimeout(resolve, 1));
}

/** Customers whose cards work, fail, and need a bank; a trial, a coupon, a yearly plan; all on one clock. */
async function populate(stripe: Stripe): Promise<string> {
  const clock = await stripe.testHelpers.testClocks.create({ frozen_time: START });
  const product = await stripe.products.create({ name: 'Pro' });
  const price = (interval: 'month' | 'year', unit_amount: number) =>
    stripe.prices.create({ product: product.id, currency: 'usd', unit_amount, recurring: { interval } });
  const prices = [await price('month', 2900), await price('year', 29_000)];
  const coupon = await stripe.coupons.create({ percent_off: 30, duration: 'repeating', duration_in_months: 3 });
  for (const [n, card] of ['pm_card_visa', 'pm_card_visa', 'pm_card_chargeCustomerFail', 'pm_card_mastercard', 'pm_card_visa'].entries()) {
    const customer = await stripe.customers.create({ name: `Customer ${n}`, test_clock: clock.id });
    const method = await stripe.paymentMethods.attach(card, { customer: customer.id });
    await stripe.subscriptions.create({
      customer: customer.id,
      items: [{ price: prices[n % 2]!.id, quantity: n + 1 }],
      default_payment_method: method.id,
      ...(n === 2 && { trial_period_days: 14 }),
      ...(n === 4 && { discounts: [{ coupon: coupon.id }] }),
    });
  }
  return clock.id;
}

async function arrived(stripe: Stripe, clock: string): Promise<void> {
  while ((await stripe.testHelpers.testClocks.retrieve(clock)).status !== 'ready') await new Promise((resolve) => setTimeout(resolve, 10));
}

test('killed at any instant of an advance, the platform resumes and ends in the same state as a calm run, byte for byte', async () => {
  const port = await freePort();
  const folder = newFolder();
  const first = await start(folder, port);
  const stripe = stripeAt(port);
  // The platform's clock stands still: when an event was recorded is the only thing that differs by nature.
  const stopped = await fetch(`${first.url}/_annex/clock`, {
    method: 'POST',
    headers: { 'Content-Type': 'application/json' },
    body: JSON.stringify({ speed: 0 }),
  });
  expect(await stopped.json()).toMatchObject({ speed: 0 });
  const clock = await populate(stripe);
  const before = sizeOf(folder);
  await stripe.testHelpers.testClocks.advance(clock, { frozen_time: END });
  await grownTo(folder, before + 50_000);
  await first.kill('SIGKILL');

  const calm = newFolder();
  cpSync(folder, calm, { recursive: true });
  const expected = await endOf(calm, port, clock);

  const span = expected.length - sizeOf(folder);
  const points = Array.from({ length: KILLS }, () => sizeOf(folder) + Math.floor(Math.random() * span * 0.98)).sort((a, b) => a - b);
  let kills = 0;
  for (const point of points) {
    const process = await start(folder, port);
    await grownTo(folder, point);
    await process.kill('SIGKILL');
    if (sizeOf(folder) < expected.length) kills += 1;
  }
  const ended = await endOf(folder, port, clock);
  expect(kills).toBeGreaterThan(0);
  expect(ended.equals(expected), `killed when the journal had ${points} bytes`).toBe(true);
}, 120_000);
