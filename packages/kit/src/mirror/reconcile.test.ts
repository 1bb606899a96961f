import { afterAll, beforeAll, expect, it } from 'vitest';
import { onEachDatabase } from '../../conformance/databases.ts';
import { type MirroredWorld, mirroredWorld } from '../../conformance/mirrored-world.ts';

onEachDatabase('the worker', (opened) => {
  let world: MirroredWorld;
  beforeAll(async () => {
    world = await mirroredWorld(opened.current, { objects: ['customer'], reconcileMinutes: 1 });
    world.kit.work.start();
  });
  afterAll(() => world.close());

  it('reads the event list by itself when its time has come, and finds what no webhook brought', async () => {
    await world.connect('acct_quiet');
    await world.caughtUp('acct_quiet');
    world.stripe.put('acct_quiet', { id: 'cus_untold', object: 'customer', created: world.stripe.now() });
    await opened.current.query("update annex.imports set reconciled_ms = reconciled_ms - 61000 where account = 'acct_quiet'");
    const found = () => opened.current.query("select id from mirror.customers where account = 'acct_quiet'");
    await expect.poll(found, { timeout: 15_000, interval: 20 }).toEqual([{ id: 'cus_untold' }]);
  });
});
