import { mirroredObjects } from '../mirror/objects/index.ts';
import type { Setup } from '../setup.ts';
import { counted, type Invariant } from './invariant.ts';

const OWN = ['annex.inbox', 'annex.refetch', 'annex.ranges', 'annex.streams', 'annex.imports', 'annex.buckets'];

/** The accounts of one table that are not connected, found from key to key, so that a large table costs no more than a small one. */
const inTable = (table: string): string => `
  select '${table}' as place, w.account from (
    with recursive worlds as (
      (select account, livemode from ${table} order by account, livemode limit 1)
      union all
      select n.account, n.livemode from worlds w cross join lateral
        (select account, livemode from ${table} t where (t.account, t.livemode) > (w.account, w.livemode) order by account, livemode limit 1) n
    ) select * from worlds
  ) w where not exists (select 1 from annex.connections c where c.account = w.account and c.livemode = w.livemode)`;

/** Nothing is kept of an account that is not connected: of one that has left, or never came. */
export async function strangersInvariant(setup: Setup): Promise<Invariant> {
  const tables = [...OWN, ...mirroredObjects.map(({ table }) => `mirror.${table}`), ...setup.alsoErase];
  const found = await setup.database.query<{ place: string; account: string }>(tables.map(inTable).join(' union all '));
  const accounts = new Set(found.map(({ account }) => account));
  return {
    ...{ name: 'nothing_of_strangers', title: 'Nothing is kept of an account that is not connected' },
    holds: found.length === 0,
    sentence:
      found.length === 0
        ? `${counted(tables.length, 'table')} looked at.`
        : `${counted(accounts.size, 'account')}: ${found
            .slice(0, 3)
            .map(({ place, account }) => `${account} in ${place}`)
            .join(', ')}.`,
  };
}
