import { expect, it, vi } from 'vitest';
import type { Lantern } from '../lantern.ts';
import type { Place } from '../web/place.ts';
import { countsOf } from './now.ts';

it('what changed during the pause after a count is counted when the pause is over, and told to open pages', async () => {
  let customers = 1;
  const query = async (sql: string): Promise<unknown[]> => {
    // Long enough to be kept for the next page.
    await new Promise((done) => setTimeout(done, 15));
    return sql.includes('as customers') ? [{ customers, subscriptions: 0, trials: 0 }] : [];
  };
  const tell = vi.fn();
  const lantern = { kit: { database: { query } }, hub: { tell }, log: vi.fn() } as unknown as Lantern;
  const place = { account: 'acct_1', livemode: false, mode: 'test' } as Place;
  expect((await countsOf(lantern, place, 0)).customers).toBe(1);
  customers = 2;
  expect((await countsOf(lantern, place, 0)).customers).toBe(1);
  await expect.poll(() => tell.mock.calls).toEqual([['acct_1', false]]);
  expect((await countsOf(lantern, place, 0)).customers).toBe(2);
});
