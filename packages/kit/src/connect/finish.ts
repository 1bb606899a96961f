import { eraseNow } from '../cleanup/forget-account.ts';
import { startImport } from '../mirror/imports.ts';
import { platformAccount } from '../mirror/source.ts';
import { type Database, NOW_MS } from '../postgres/database.ts';
import type { Setup } from '../setup.ts';
import { isRefusal, redacted } from '../wire/refusal.ts';
import { hashOf, seal } from './secrets.ts';
import { STATE_LIVES_MS } from './start.ts';

/** How a visit to the callback ended. `sentence` can be shown to the person; it holds no secret. */
export type ConnectOutcome =
  | {
      readonly kind: 'connected';
      readonly account: string;
      readonly livemode: boolean;
      readonly scope: string;
      readonly reference: string | null;
      readonly sentence: string;
    }
  | {
      readonly kind: 'denied' | 'refused' | 'unclear';
      readonly code: string;
      readonly sentence: string;
      readonly reference: string | null;
    };

interface StateRow {
  session_hash: string;
  livemode: boolean;
  scope: string;
  reference: string | null;
  age_ms: number;
  used_ms: number | null;
  outcome: ConnectOutcome | null;
}

/**
 * The callback. The state is checked before anything else, on denial too; the code is exchanged exactly once, however often and
 * however concurrently the page is opened, because a second exchange would revoke the connection. Never retried: an exchange of unknown
 * outcome ends as `unclear`, and the person starts again.
 */
export async function finishConnect(setup: Setup, visit: { query: URLSearchParams; session: string }): Promise<ConnectOutcome> {
  const stateHash = hashOf(visit.query.get('state') ?? '');
  const row = await stateRow(setup.database, stateHash);
  const refusal = refuseState(row, visit.session);
  if (refusal !== undefined) return refusal;
  const { reference } = row!;
  // Whoever marks it used goes on; everyone else waits for what comes of that.
  const mine = await setup.database.query(
    `update annex.oauth_states set used_ms = ${NOW_MS} where state_hash = $1 and used_ms is null returning state_hash`,
    [stateHash],
  );
  if (mine.length === 0) return waitForOutcome(setup.database, stateHash, reference);
  const outcome = await conclude(setup, row!, visit.query);
  await setup.database.query('update annex.oauth_states set outcome = $2::jsonb where state_hash = $1', [
    stateHash,
    JSON.stringify(outcome),
  ]);
  return outcome;
}

const refused = (code: string, sentence: string, reference: string | null = null): ConnectOutcome => ({
  kind: 'refused',
  code,
  sentence,
  reference,
});

function refuseState(row: StateRow | undefined, session: string): ConnectOutcome | undefined {
  if (row === undefined) return refused('state_unknown', 'This link does not belong to a connection that was begun here. Start again.');
  if (row.session_hash !== hashOf(session))
    return refused('state_foreign', 'This connection was begun in another browser. Start again in this one.');
  if (row.age_ms > STATE_LIVES_MS && row.used_ms === null)
    return refused('state_expired', 'More than 15 minutes have passed. Start again.', row.reference);
  return undefined;
}

async function conclude(setup: Setup, row: StateRow, query: URLSearchParams): Promise<ConnectOutcome> {
  const { reference } = row;
  const error = query.get('error');
  if (error === 'access_denied')
    return { kind: 'denied', code: error, sentence: 'You did not give your consent. Nothing was connected.', reference };
  if (error !== null) return refused(error, redacted(query.get('error_description') ?? `Stripe answered ${error}.`), reference);
  const code = query.get('code');
  if (code === null || code === '') return refused('code_missing', 'Stripe sent neither a code nor an error. Start again.', reference);
  try {
    return await connect(setup, row, await exchange(setup, code, row.livemode));
  } catch (failed) {
    setup.log('warn', 'A code could not be exchanged.', { error: (failed as Error).message });
    if (isRefusal(failed, 'request', 'key', 'forbidden', 'missing')) {
      return refused(failed.facts.code ?? 'refused', `Stripe refused the connection: ${failed.message} Start again.`, reference);
    }
    return {
      kind: 'unclear',
      code: 'no_answer',
      sentence: 'Stripe did not answer, so it is not known whether you are connected. Start again.',
      reference,
    };
  }
}

interface Grant {
  readonly stripe_user_id: string;
  readonly livemode: boolean;
  readonly scope: string;
  readonly refresh_token?: string;
  readonly access_token?: string;
}

async function exchange(setup: Setup, code: string, livemode: boolean): Promise<Grant> {
  const url = new URL('/oauth/token', setup.settings.connectBase).href;
  const { text } = await setup.api.postOnce(url, { grant_type: 'authorization_code', code }, { livemode });
  const grant = JSON.parse(text) as Grant;
  if (typeof grant.stripe_user_id !== 'string' || grant.livemode !== livemode)
    throw new Error('The token answer names no account, or the other mode.');
  return grant;
}

async function connect(setup: Setup, row: StateRow, grant: Grant): Promise<ConnectOutcome> {
  const world = { account: grant.stripe_user_id, livemode: grant.livemode };
  const platform = await platformAccount(setup, grant.livemode).catch(() => null);
  const tokens = JSON.stringify({ refresh_token: grant.refresh_token, access_token: grant.access_token });
  const sealed = seal(setup.settings.sealingKeys, tokens, world.account) ?? null;
  // What was left of an earlier connection is erased before there is a new one.
  await setup.database.query("update annex.connections set state = 'leaving' where account = $1 and livemode = $2 and state = 'kept'", [
    world.account,
    world.livemode,
  ]);
  await eraseNow(setup, world);
  await setup.database.transaction(async (tx) => {
    await tx.query(
      `insert into annex.connections (account, livemode, kind, state, scope, platform, reference, sealed, connected_ms)
       values ($1, $2, 'oauth', 'connected', $3, $4, $5, $6, ${NOW_MS})
       on conflict (account, livemode) do update set state = 'connected', scope = excluded.scope, platform = excluded.platform,
         reference = excluded.reference, sealed = excluded.sealed, connected_ms = excluded.connected_ms, reason = null, erase_after_ms = null`,
      [world.account, world.livemode, grant.scope, platform, row.reference, sealed],
    );
    await startImport(tx, setup, world);
  });
  setup.feed.tell({ kind: 'connection', ...world });
  setup.wake('import');
  setup.wake('billing');
  return { kind: 'connected', ...world, scope: grant.scope, reference: row.reference, sentence: `${world.account} is connected.` };
}

async function stateRow(database: Database, stateHash: string): Promise<StateRow | undefined> {
  const [row] = await database.query<StateRow>(
    `select session_hash, livemode, scope, reference, ${NOW_MS} - created_ms as age_ms, used_ms, outcome from annex.oauth_states where state_hash = $1`,
    [stateHash],
  );
  return row;
}

/** The page was opened twice: the second visit gets what the first one got, and exchanges nothing. */
async function waitForOutcome(database: Database, stateHash: string, reference: string | null): Promise<ConnectOutcome> {
  for (let tries = 0; tries < 100; tries++) {
    const row = await stateRow(database, stateHash);
    if (row?.outcome) return row.outcome;
    await new Promise((done) => setTimeout(done, 100));
  }
  return { kind: 'unclear', code: 'in_progress', sentence: 'The connection is still being made. Look again in a moment.', reference };
}
