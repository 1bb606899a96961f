import { NOW_MS } from '../postgres/database.ts';
import type { Setup } from '../setup.ts';
import { factsOf, isOwnRead, nowFor, type Subscriber } from './facts.ts';
import { leavePaying } from './leaving.ts';
import { isCharging, openShops, type Shop } from './own.ts';
import { ACCOUNT_FIELD, TRIAL_FIELD } from './plan.ts';
import { type Entitlement, judge } from './standing.ts';

const DAY_MS = 86_400_000;
const LONGEST_WAIT_MS = 600_000;

/**
 * Brings what is so to what should be so, one account at a time: whoever connected is enrolled, and is a customer of ours; whoever left
 * stops paying by the policy; whose standing changed is told. Every part can be done twice or be cut short. Answers whether it did anything.
 */
export async function billingStep(setup: Setup, alive: () => void = () => {}): Promise<boolean> {
  if (!isCharging(setup)) return false;
  let done = 0;
  for (const shop of await openShops(setup)) {
    done += await enroll(setup, shop);
    if (!(await isOwnRead(setup.database, shop))) continue;
    for (const row of await rowsToDo(setup, shop)) {
      done += await attempt(setup, row, () => bring(setup, shop, row));
      alive();
    }
    done += await tellStandings(setup, shop);
  }
  return done > 0;
}

/** One account that fails is put behind the others, and waits longer each time. */
async function attempt(setup: Setup, row: Subscriber, work: () => Promise<void>): Promise<number> {
  const key = [row.account, row.livemode];
  try {
    await work();
    await setup.database.query(
      'update annex.subscribers set tries = 0, retry_ms = 0 where account = $1 and livemode = $2 and tries > 0',
      key,
    );
    return 1;
  } catch (error) {
    setup.log('error', 'Billing of an account failed and will be tried again.', {
      ...{ account: row.account, livemode: row.livemode, error: (error as Error).message },
    });
    await setup.database.query(
      `update annex.subscribers set tries = tries + 1, retry_ms = ${NOW_MS} + least($3::bigint << least(tries, 20), ${LONGEST_WAIT_MS})
       where account = $1 and livemode = $2`,
      [...key, setup.settings.retryMs],
    );
    return 0;
  }
}

/** The trial begins with the first connection, and never again. */
async function enroll(setup: Setup, { own, livemode }: Shop): Promise<number> {
  const enrolled = await setup.database.query(
    `insert into annex.subscribers (account, livemode, own, trial_ends_ms, connected)
     select c.account, c.livemode, $1, $3, true from annex.connections c
     where c.kind = 'oauth' and c.state = 'connected' and c.livemode = $2
       and not exists (select 1 from annex.subscribers s where s.account = c.account and s.livemode = c.livemode)
     order by c.account on conflict do nothing returning account`,
    [own, livemode, Math.floor(setup.now() + setup.settings.trialDays * DAY_MS)],
  );
  return enrolled.length;
}

interface Todo extends Subscriber {
  /** Is it connected now? `connected` is what it was when it was last looked at. */
  readonly here: boolean;
  /** Its customer was deleted on our own account. */
  readonly deleted: boolean;
}

async function rowsToDo({ database }: Setup, { own, livemode }: Shop): Promise<Todo[]> {
  return database.query<Todo>(
    `select s.account, s.livemode, s.own, s.customer, s.generation, s.trial_ends_ms, s.connected, s.checkout, s.checkouts,
       c.account is not null as here, coalesce(m.deleted, false) as deleted
     from annex.subscribers s
     left join annex.connections c on c.account = s.account and c.livemode = s.livemode and c.kind = 'oauth' and c.state = 'connected'
     left join mirror.customers m on m.account = s.own and m.livemode = s.livemode and m.id = s.customer
     where s.own = $1 and s.livemode = $2 and s.retry_ms <= ${NOW_MS}
       and (s.connected <> (c.account is not null) or (c.account is not null and (s.customer is null or m.deleted)))
     order by s.retry_ms, s.account limit 100`,
    [own, livemode],
  );
}

async function bring(setup: Setup, shop: Shop, row: Todo): Promise<void> {
  const key = [row.account, row.livemode];
  if (row.connected && !row.here) await leavePaying(setup, row);
  if (row.connected !== row.here)
    await setup.database.query('update annex.subscribers set connected = $3, standing = null where account = $1 and livemode = $2', [
      ...key,
      row.here,
    ]);
  if (!row.here || (row.customer !== null && !row.deleted)) return;
  const generation = row.deleted ? row.generation + 1 : row.generation;
  const known = await knownCustomer(setup, shop, row.account);
  const customer = known?.id ?? (await makeCustomer(setup, row, generation));
  await setup.database.query(
    `update annex.subscribers set customer = $3, generation = $4, trial_ends_ms = coalesce($5::bigint, trial_ends_ms), standing = null
     where account = $1 and livemode = $2`,
    [...key, customer, generation, known?.trial_ends_ms ?? null],
  );
}

/** Our table may be lost; who is who, and until when the trial was promised, stands in our own account, too. */
async function knownCustomer(
  { database }: Setup,
  { own, livemode }: Shop,
  account: string,
): Promise<{ id: string; trial_ends_ms: number | null } | undefined> {
  const [known] = await database.query<{ id: string; trial_ends_ms: number | null }>(
    `select id, substring(data->'metadata'->>'${TRIAL_FIELD}' from '^[0-9]{1,15}$')::bigint as trial_ends_ms from mirror.customers
     where account = $1 and livemode = $2 and not deleted and data->'metadata'->>'${ACCOUNT_FIELD}' = $3 order by created, id limit 1`,
    [own, livemode, account],
  );
  return known;
}

async function makeCustomer(setup: Setup, { account, livemode, trial_ends_ms }: Subscriber, generation: number): Promise<string> {
  const form = {
    description: `Connected account ${account}`,
    ...{ [`metadata[${ACCOUNT_FIELD}]`]: account, [`metadata[${TRIAL_FIELD}]`]: String(trial_ends_ms) },
  };
  // The end of the trial is part of the key: the same key with other words would be refused.
  const key = `annex-customer-${account}-${livemode ? 'live' : 'test'}-${generation}-${trial_ends_ms}`;
  const { text } = await setup.api.post('/v1/customers', form, { livemode, key });
  const { id } = JSON.parse(text) as { id: string };
  const [about] = await setup.database.query<{ email: string | null; name: string | null }>(
    `select data->>'email' as email, data->'business_profile'->>'name' as name from mirror.accounts
     where account = $1 and livemode = $2 and id = $1`,
    [account, livemode],
  );
  const more = { ...(about?.name && { name: about.name }), ...(about?.email && { email: about.email }) };
  if (Object.keys(more).length > 0) await setup.api.post(`/v1/customers/${id}`, more, { livemode, key: `${key}-named` });
  return id;
}

interface Looked extends Subscriber {
  readonly standing: string | null;
}

/** Rows committed later may carry an earlier time: so far back is looked again. */
const OVERLAP_MS = 60_000;

const CHANGED = `
  select s.account, s.livemode, s.own, s.customer, s.generation, s.trial_ends_ms, s.connected, s.checkout, s.checkouts, s.standing
  from annex.subscribers s where s.own = $1 and s.livemode = $2 and (s.standing is null or s.due_ms <= $3 or s.customer in (
    select customer from mirror.subscriptions where account = $1 and livemode = $2 and changed_ms >= $4::bigint
    union select customer from mirror.invoices where account = $1 and livemode = $2 and changed_ms >= $4::bigint))`;

/** Whose standing is another one than was told: told now, in every process. */
async function tellStandings(setup: Setup, { own, livemode }: Shop): Promise<number> {
  const { database } = setup;
  const [moved] = await database.query<{ ms: number }>(
    "select coalesce(max(moved_ms), 0)::bigint as ms from annex.streams where account = $1 and livemode = $2 and object in ('subscription', 'invoice')",
    [own, livemode],
  );
  const [scan] = await database.query<{ scanned_ms: number }>(
    'select scanned_ms from annex.billing_scans where account = $1 and livemode = $2',
    [own, livemode],
  );
  // Nothing moved: only what is due or was never told.
  const since = (scan?.scanned_ms ?? 0) === moved!.ms ? Number.MAX_SAFE_INTEGER : (scan?.scanned_ms ?? 0) - OVERLAP_MS;
  let told = 0;
  for (const row of await database.query<Looked>(CHANGED, [own, livemode, Math.floor(setup.now()), since])) told += await tell(setup, row);
  await database.query(
    `insert into annex.billing_scans (account, livemode, scanned_ms) values ($1, $2, $3)
     on conflict (account, livemode) do update set scanned_ms = excluded.scanned_ms where billing_scans.scanned_ms <> excluded.scanned_ms`,
    [own, livemode, moved!.ms],
  );
  return told;
}

const textOf = ({ reason, plan, until_ms, subscription }: Entitlement): string => JSON.stringify([reason, plan, until_ms, subscription]);

async function tell(setup: Setup, row: Looked): Promise<number> {
  const { database, settings, feed } = setup;
  const standing = judge(await factsOf(database, row), await nowFor(database, row, setup.now()), settings.graceDays);
  if (textOf(standing) === row.standing) return 0;
  await database.query(
    'update annex.subscribers set standing = $3, due_ms = $4, version = version + 1 where account = $1 and livemode = $2',
    [row.account, row.livemode, textOf(standing), standing.until_ms],
  );
  feed.tell({ kind: 'connection', account: row.account, livemode: row.livemode });
  return 1;
}
