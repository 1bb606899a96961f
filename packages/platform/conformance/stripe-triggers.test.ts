import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { Receiver } from './receiver.ts';
import { CLI, CliRun } from './stripe-cli.ts';
import { TRIGGERS, type Trigger, triggersPage } from './stripe-triggers.ts';
import { inventKey, type TestPlatform, testPlatform } from './world.ts';

/** So many CLI processes at once: it is one Go program of 30 MB each, and mostly waits. */
const AT_ONCE = 6;
const PATIENCE = { timeout: 10_000, interval: 20 };

let world: TestPlatform;
let heard: Receiver;
beforeAll(async () => {
  world = await testPlatform();
  heard = await Receiver.open();
});
afterAll(async () => {
  await world.platform.close();
  await heard.close();
});

const wanted = (row: Trigger): string => row.tells ?? row.name;

/** What the account needs before: money, or somebody who listens to its connected accounts. */
async function prepare(row: Trigger, key: string): Promise<void> {
  const stripe = world.client(key);
  if (row.funded)
    await stripe.paymentIntents.create({
      amount: 5000,
      currency: 'usd',
      payment_method: 'pm_card_bypassPending',
      confirm: true,
      return_url: 'https://example.com',
    });
  if (row.patient)
    await world.platform.control.setBilling({ account: (await stripe.accounts.retrieveCurrent()).id, after_retries: 'past_due' });
  if (!row.connected) return;
  // Whoever makes an account is a platform from then on, and can listen to those connected to it.
  await stripe.accounts.create({});
  await stripe.webhookEndpoints.create({ url: heard.url, connect: true, enabled_events: [wanted(row) as 'account.updated'] });
}

async function isTold(row: Trigger, key: string): Promise<boolean> {
  if (row.connected) return heard.received.some(({ event }) => event.type === wanted(row));
  const { data } = await world.client(key).events.list({ limit: 100 });
  return data.some((event) => event.type === wanted(row));
}

/** Runs one trigger for an account of its own; what went wrong, or nothing. */
async function run(row: Trigger): Promise<string | undefined> {
  const key = inventKey();
  await prepare(row, key);
  const cli = new CliRun(world.platform.url, key, ['trigger', row.name]);
  const code = await cli.ended;
  if (code !== 0) return `${row.name}: exit ${code}: ${cli.output.slice(-400)}`;
  // Some are told a moment after the answer.
  const told = vi.waitUntil(() => isTold(row, key), PATIENCE);
  return told.then(
    () => undefined,
    () => `${row.name}: no ${wanted(row)}`,
  );
}

async function runAll(rows: readonly Trigger[]): Promise<string[]> {
  const left = [...rows];
  const problems: string[] = [];
  const worker = async (): Promise<void> => {
    for (let row = left.shift(); row !== undefined; row = left.shift()) {
      const problem = await run(row);
      if (problem !== undefined) problems.push(problem);
    }
  };
  await Promise.all(Array.from({ length: AT_ONCE }, worker));
  return problems.sort();
}

describe.skipIf(CLI === undefined)('stripe trigger (skipped where the CLI is not installed)', () => {
  test('the table names exactly the events that the CLI lists', async () => {
    const help = new CliRun(world.platform.url, inventKey(), ['trigger', '--help']);
    await help.ended;
    const listed = /Supported events:\n([\s\S]*?)\n\nUsage/
      .exec(help.output)![1]!
      .split('\n')
      .map((line) => line.trim());
    expect(TRIGGERS.map((row) => row.name).sort()).toEqual([...listed].sort());
  });

  test('every event of payments, billing and Connect is triggered: exit 0, and a fresh event of that type', {
    timeout: 300_000,
  }, async () => {
    expect(await runAll(TRIGGERS.filter((row) => row.not === undefined))).toEqual([]);
  });
});

test('docs/reference/stripe-cli.md says what the CLI can trigger', async () => {
  await expect(triggersPage()).toMatchFileSnapshot('../../../docs/reference/stripe-cli.md');
});
