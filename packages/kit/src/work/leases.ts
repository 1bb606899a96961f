import type { Database } from '../postgres/database.ts';

/** Whatever work is claimed by a lease. */
const CLAIMED = ['ranges', 'refetch', 'imports', 'connections'] as const;

/**
 * Ends every lease. Right only where no other process can be at work: an embedded database has just been opened, its folder is
 * ours alone, so whoever held a lease is gone, and its work need not wait until the lease ends by itself.
 */
export async function endLeases(database: Database): Promise<void> {
  for (const table of CLAIMED) await database.query(`update annex.${table} set lease_until_ms = 0 where lease_until_ms > 0`);
}
