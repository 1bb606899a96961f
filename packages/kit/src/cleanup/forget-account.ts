import { mirroredObjects } from '../mirror/objects/index.ts';
import { NOW_MS, type Query } from '../postgres/database.ts';
import type { Setup } from '../setup.ts';
import type { World } from '../wire/stripe-api.ts';

/** What is left of an account that was forgotten: that it was, why, and how many rows of each kind were erased. */
export interface Receipt extends World {
  readonly started_ms: number;
  /** Null while rows are still being erased. */
  readonly finished_ms: number | null;
  readonly reason: string;
  /** What the extension gave at connect, to find its own user again. */
  readonly reference: string | null;
  readonly counts: Readonly<Record<string, number>>;
}

const DAY_MS = 86_400_000;
/** Rows erased in one transaction: short enough that nobody waits for it. */
const CHUNK = 5_000;

/**
 * The account leaves: from the commit of this on, nothing of it is stored or fetched any more, by any worker, and its tokens are
 * gone. What is mirrored is erased next (`eraseStep`), or after the days the retention policy keeps it. Answers whether it was there.
 */
export async function leave(on: Query, setup: Setup, { account, livemode }: World, reason: string): Promise<boolean> {
  const keep = setup.settings.keepDays * DAY_MS;
  const left = await on.query(
    `update annex.connections set state = $4, reason = $3, sealed = null, erase_after_ms = $5
     where account = $1 and livemode = $2 and state = 'connected' returning account`,
    [account, livemode, reason, keep > 0 ? 'kept' : 'leaving', Math.floor(setup.now() + keep)],
  );
  return left.length > 0;
}

/** Erase now what is kept, whatever the policy says. */
export async function stopKeeping(on: Query, { account, livemode }: World, reason: string): Promise<void> {
  await on.query("update annex.connections set state = 'leaving', reason = $3 where account = $1 and livemode = $2 and state = 'kept'", [
    account,
    livemode,
    reason,
  ]);
}

/**
 * Erases one account that is leaving, table by table, in short transactions, and holds it by a lease meanwhile: killed at any point,
 * the next worker goes on and the receipt still counts every row once. Answers the receipt, or undefined when there was nobody to erase.
 */
export async function eraseStep(setup: Setup, only?: World, alive: () => void = () => {}): Promise<Receipt | undefined> {
  const [leaving] = await setup.database.query<World & { reason: string; reference: string | null }>(
    `update annex.connections c set lease_until_ms = ${NOW_MS} + $3::bigint
     from (
       select account, livemode from annex.connections
       where (state = 'leaving' or (state = 'kept' and erase_after_ms <= $4)) and lease_until_ms < ${NOW_MS}
         and ($1::text is null or (account = $1 and livemode = $2))
       order by connected_ms limit 1
     ) p
     where c.account = p.account and c.livemode = p.livemode and c.lease_until_ms < ${NOW_MS} and c.state <> 'connected'
     returning c.account, c.livemode, coalesce(c.reason, 'asked for') as reason, c.reference`,
    [only?.account ?? null, only?.livemode ?? null, setup.settings.leaseMs, Math.floor(setup.now())],
  );
  if (leaving === undefined) return undefined;
  const key = [leaving.account, leaving.livemode];
  await setup.database.query(
    `insert into annex.receipts (account, livemode, started_ms, reason, reference)
     select $1, $2, ${NOW_MS}, $3, $4 where not exists
       (select 1 from annex.receipts where account = $1 and livemode = $2 and finished_ms is null)`,
    [...key, leaving.reason, leaving.reference],
  );
  const tables = [...setup.alsoErase, ...mirroredObjects.map(({ table }) => `mirror.${table}`), ...OWN_TABLES];
  for (const table of tables) {
    // A row that was being changed at that moment is missed by its place: it is looked for until there is none.
    while ((await eraseChunk(setup, table, key)) === CHUNK || (await anyLeft(setup, table, key))) {
      await renew(setup, key);
      alive();
    }
    await renew(setup, key);
    alive();
  }
  // The connection goes last and with the receipt's end: until then a new connection of this account has to wait.
  return setup.database.transaction(async (tx) => {
    await tx.query("delete from annex.connections where account = $1 and livemode = $2 and state <> 'connected'", key);
    const [receipt] = await tx.query<Receipt>(
      `update annex.receipts set finished_ms = ${NOW_MS} where account = $1 and livemode = $2 and finished_ms is null
       returning account, livemode, started_ms, finished_ms, reason, reference, counts`,
      key,
    );
    return receipt;
  });
}

async function anyLeft(setup: Setup, table: string, key: readonly unknown[]): Promise<boolean> {
  const [row] = await setup.database.query<{ left: boolean }>(
    `select exists (select 1 from ${table} where account = $1 and livemode = $2) as "left"`,
    key,
  );
  return row?.left ?? false;
}

async function renew(setup: Setup, key: readonly unknown[]): Promise<void> {
  await setup.database.query(`update annex.connections set lease_until_ms = ${NOW_MS} + $3::bigint where account = $1 and livemode = $2`, [
    ...key,
    setup.settings.leaseMs,
  ]);
}

/**
 * Erases this account and comes back when that is done, whoever does it. Answers its receipt; undefined when nothing was there to erase.
 */
export async function eraseNow(setup: Setup, { account, livemode }: World): Promise<Receipt | undefined> {
  const mine = await eraseStep(setup, { account, livemode });
  if (mine !== undefined) return mine;
  let waited = false;
  for (;;) {
    const [left] = await setup.database.query(
      "select 1 from annex.connections where account = $1 and livemode = $2 and state = 'leaving'",
      [account, livemode],
    );
    if (left === undefined) break;
    waited = true;
    await new Promise((done) => setTimeout(done, 50));
    const taken = await eraseStep(setup, { account, livemode });
    if (taken !== undefined) return taken;
  }
  const last = (await receipts(setup.database, account)).find((one) => one.livemode === livemode);
  return waited ? last : undefined;
}

const OWN_TABLES = ['annex.inbox', 'annex.refetch', 'annex.ranges', 'annex.streams', 'annex.imports', 'annex.buckets'];

async function eraseChunk(setup: Setup, table: string, key: readonly unknown[]): Promise<number> {
  return setup.database.transaction(async (tx) => {
    const [gone] = await tx.query<{ n: number }>(
      `with gone as (
         delete from ${table} where ctid = any(array(select ctid from ${table} where account = $1 and livemode = $2 limit ${CHUNK})) and account = $1 and livemode = $2
         returning 1
       ) select count(*)::int as n from gone`,
      [...key],
    );
    const erased = gone?.n ?? 0;
    if (erased > 0) {
      await tx.query(
        `update annex.receipts set counts = counts || jsonb_build_object($3::text, coalesce((counts->>$3)::bigint, 0) + $4::bigint)
         where account = $1 and livemode = $2 and finished_ms is null`,
        [...key, table, erased],
      );
    }
    return erased;
  });
}

/** The receipts of an account, newest first; of every account without one. */
export function receipts(on: Query, account?: string): Promise<Receipt[]> {
  return on.query<Receipt>(
    `select account, livemode, started_ms, finished_ms, reason, reference, counts from annex.receipts
     where $1::text is null or account = $1 order by started_ms desc limit 1000`,
    [account ?? null],
  );
}
