import { beforeAll, expect, it } from 'vitest';
import { onEachDatabase } from '../../conformance/databases.ts';
import { migrate } from '../postgres/migrate.ts';
import { sharedLimiter } from './limiter.ts';

onEachDatabase('the limiter', (opened) => {
  beforeAll(async () => {
    await migrate(opened.current);
    await opened.current.query(
      "insert into annex.connections (account, livemode, kind, state, scope, connected_ms) select 'acct_' || n, false, 'oauth', 'connected', 'read_only', 0 from generate_series(1, 3) n",
    );
  });

  it('does nothing for an account that is not connected', async () => {
    const limiter = sharedLimiter(opened.current, () => ({ all: 1, endpoint: 1 }));
    await expect(limiter.take({ account: 'acct_none', livemode: false }, '/v1/customers')).rejects.toThrow('acct_none is not connected.');
    expect(await opened.current.query("select 1 from annex.buckets where account = 'acct_none'")).toEqual([]);
  });

  it('lets several workers together make no more requests than the account allows', async () => {
    const rate = { all: 50, endpoint: 50 };
    const workers = [1, 2, 3].map(() => sharedLimiter(opened.current, () => rate));
    const world = { account: 'acct_1', livemode: false };
    const starts: number[] = [];
    await Promise.all(
      workers.flatMap((worker) =>
        Array.from({ length: 10 }, async (_, n) => {
          await worker.take(world, `/v1/list${n % 3}`);
          starts.push(Date.now());
        }),
      ),
    );
    starts.sort((a, b) => a - b);
    // 30 requests at 50 a second: 29 gaps of 20 ms, less what one late slot may catch up. A busy machine only makes it longer.
    expect(starts.at(-1)! - starts[0]!).toBeGreaterThan(500);
  });

  it('holds one endpoint to its own limit while others go on', async () => {
    const limiter = sharedLimiter(opened.current, () => ({ all: 1_000, endpoint: 20 }));
    const world = { account: 'acct_2', livemode: false };
    const order: string[] = [];
    await Promise.all([
      ...Array.from({ length: 3 }, () => limiter.take(world, '/v1/slow').then(() => order.push('slow'))),
      limiter.take(world, '/v1/other').then(() => order.push('other')),
    ]);
    expect(order.indexOf('other')).toBeLessThan(order.lastIndexOf('slow'));
  });

  it('nobody waits longer than its patience, also behind one who has more', async () => {
    const limiter = sharedLimiter(opened.current, () => ({ all: 1_000, endpoint: 0.01 }));
    const world = { account: 'acct_2', livemode: false };
    await limiter.take(world, '/v1/rare');
    const patient = limiter.take(world, '/v1/rare');
    await expect(limiter.take(world, '/v1/rare', 50)).rejects.toMatchObject({ facts: { kind: 'rate' } });
    await opened.current.query("update annex.buckets set next_ms = 0 where bucket = '/v1/rare'");
    await patient;
  });

  it('slows down after a refusal, for everyone and for as long as it was told', async () => {
    const rate = { all: 1_000, endpoint: 1_000 };
    const world = { account: 'acct_3', livemode: false };
    const [one, two] = [sharedLimiter(opened.current, () => rate), sharedLimiter(opened.current, () => rate)];
    await one.take(world, '/v1/customers');
    const began = Date.now();
    expect(await one.refused(world, '/v1/customers', { retryAfterMs: 300 })).toBe(300);
    await two.take(world, '/v1/charges');
    expect(Date.now() - began).toBeGreaterThanOrEqual(290);
    const [bucket] = await opened.current.query("select refused, pace from annex.buckets where account = 'acct_3' and bucket = 'all'");
    expect(bucket).toMatchObject({ refused: 1, pace: 0.5 });
  });
});
