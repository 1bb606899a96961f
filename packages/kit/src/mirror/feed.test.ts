import { freshDatabase } from '@annex/testkit/postgres';
import { describe, expect, inject, it } from 'vitest';
import { mirroredWorld } from '../../conformance/mirrored-world.ts';
import { type Change, connectDatabase, createKit } from '../index.ts';

const server = inject('postgres');

describe('the feed of changes', () => {
  it('tells a listener of this process what was committed, and no failing listener stops another', async () => {
    const database = await connectDatabase({});
    const world = await mirroredWorld(database, { objects: ['customer'] });
    world.kit.work.start();
    const told: Change[] = [];
    world.kit.subscribe(() => {
      throw new Error('a listener that fails');
    });
    const end = world.kit.subscribe((change) => told.push(change));
    await world.connect('acct_1');
    await world.caughtUp('acct_1');
    expect(told).toContainEqual({ kind: 'connection', account: 'acct_1', livemode: false });
    expect(told).toContainEqual({ kind: 'objects', account: 'acct_1', livemode: false, object: 'customer' });
    end();
    const before = told.length;
    await world.kit.receive(world.stripe.webhook(world.stripe.put('acct_1', { id: 'cus_1', object: 'customer', created: 1 })));
    await world.caughtUp('acct_1');
    expect(told.length).toBe(before);
    await world.close();
    await database.close();
  });

  it.skipIf(server === null)('tells a process that does not work of what another one did', async () => {
    const fresh = await freshDatabase(server!);
    const database = await connectDatabase({ url: fresh.url });
    const world = await mirroredWorld(database, { objects: ['customer'] });
    const watcher = await createKit({ database: { url: fresh.url, connections: 2 }, pollMs: 20 });
    const told = new Set<string>();
    watcher.subscribe((change) => told.add(`${change.kind} ${change.account} ${'object' in change ? change.object : ''}`.trim()));
    await expect.poll(() => watcher.connections()).toEqual([]);
    world.kit.work.start();
    await world.connect('acct_1');
    await world.caughtUp('acct_1');
    await expect.poll(() => [...told].sort()).toEqual(['connection acct_1', 'import acct_1', 'objects acct_1 customer']);
    told.clear();
    await world.kit.receive(world.stripe.webhook(world.stripe.put('acct_1', { id: 'cus_1', object: 'customer', created: 1 })));
    await expect.poll(() => [...told]).toContain('objects acct_1 customer');
    told.clear();
    await world.kit.forget({ account: 'acct_1', livemode: false });
    await expect.poll(() => [...told]).toContain('connection acct_1');
    await watcher.close();
    await world.close();
    await database.close();
    await fresh.drop();
  });
});
