import { afterAll, beforeAll, expect, it } from 'vitest';
import { createLanternWorld, type LanternWorld } from './lantern-world.ts';
import { consented, signedUp, until } from './visitor.ts';

let world: LanternWorld;
beforeAll(async () => {
  world = await createLanternWorld();
});
afterAll(() => world.close());

it('an import whose requests fail says so, promises no time, and goes on by itself', async () => {
  const { account, testKey } = world.dana.accounts[0]!;
  for (const name of ['Ada', 'Ben']) await world.api(testKey, 'POST /v1/customers', { name });
  const dana = await signedUp(world, 'dana@acme.example');
  const { control } = world.platform;
  await control.setFaults({ rules: [{ fault: 'error', share: 1, operation: 'GET /v1/charges' }] });
  const url = new URL(await consented(world, dana, account));
  await dana.get(url.pathname + url.search);
  const page = (): Promise<string> => dana.text(`/a/${account}/test/import`);
  const told = 'Stripe does not answer some requests. They are tried again by themselves';
  await until(async () => (await page()).includes('trying again'));
  // Far enough, and long enough under way, to promise a time if all went well.
  await until(async () => {
    const { fraction, started_ms } = (await world.lantern.lantern.kit.progress(account, false))!;
    return fraction > 0.02 && Date.now() - started_ms > 2_000;
  });
  expect(await page()).toContain(told);
  expect(await page()).not.toMatch(/about [^<]+ left/);
  await control.clearFaults();
  await until(async () => (await page()).includes('data-import="done"'));
  expect(await page()).not.toContain(told);
});
