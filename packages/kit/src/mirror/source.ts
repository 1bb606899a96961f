import { leave } from '../cleanup/forget-account.ts';
import type { Setup } from '../setup.ts';
import { isRefusal, Refusal } from '../wire/refusal.ts';
import type { Answer, World } from '../wire/stripe-api.ts';

export interface Ask {
  readonly path: string;
  readonly query?: ReadonlyArray<readonly [string, string]>;
  /** The path with `{id}` for ids: what Stripe counts as one endpoint. Default: the path. */
  readonly endpoint?: string;
  /** How long to wait for the account's pace; beyond it a `Refusal` of kind `rate` says how long it would be. Default: as long as it takes. */
  readonly patienceMs?: number;
}

/** A GET for one account, at its pace. When Stripe refuses for speed, all workers remember it before it is thrown. */
export async function actingFor(setup: Setup, world: World, ask: Ask): Promise<Answer> {
  const { path, query = [], endpoint = path } = ask;
  await setup.limiter.take(world, endpoint, ask.patienceMs);
  try {
    const own = await isOwn(setup, world);
    return await setup.api.get(path, query, own ? { livemode: world.livemode } : { livemode: world.livemode, as: world.account });
  } catch (error) {
    if (isRefusal(error, 'rate')) await setup.limiter.refused(world, endpoint, error.facts);
    throw error;
  }
}

const TRIES = 5;

/**
 * The same for who cannot come back later: what passes by itself (limits, locks, failures of theirs) is tried again. Where the caller
 * says how long it would wait for the account's pace, it is not made to wait longer.
 */
export function insisting(setup: Setup, world: World, ask: Ask): Promise<Answer> {
  const isOurPace = (error: unknown): boolean => isRefusal(error, 'rate') && error.facts.status === undefined;
  return untilAnswered(
    setup,
    () => actingFor(setup, world, ask),
    (error) => ask.patienceMs !== undefined && isOurPace(error),
  );
}

export async function untilAnswered<T>(
  setup: Setup,
  ask: () => Promise<T>,
  givesUp: (error: unknown) => boolean = () => false,
): Promise<T> {
  for (let tries = 1; ; tries++) {
    try {
      return await ask();
    } catch (error) {
      if (tries >= TRIES || givesUp(error) || !isRefusal(error, 'rate', 'lock', 'server', 'network')) throw error;
      const wait = Math.max(setup.settings.retryMs * 2 ** (tries - 1), Math.min(error.facts.retryAfterMs ?? 0, 10_000));
      await new Promise((done) => setTimeout(done, wait));
    }
  }
}

const ownAccounts = new WeakMap<Setup, Map<string, boolean>>();

/** Our own account is asked for without naming it. Which accounts are ours never changes. */
async function isOwn(setup: Setup, { account, livemode }: World): Promise<boolean> {
  const known = ownAccounts.get(setup) ?? new Map<string, boolean>();
  ownAccounts.set(setup, known);
  const key = `${account}/${livemode}`;
  let own = known.get(key);
  if (own === undefined) {
    const [row] = await setup.database.query<{ kind: string }>('select kind from annex.connections where account = $1 and livemode = $2', [
      account,
      livemode,
    ]);
    if (row === undefined) return false;
    own = row.kind === 'own';
    known.set(key, own);
  }
  return own;
}

/** Our own account, as Stripe tells it by our key. */
export async function platformAccount(setup: Setup, livemode: boolean): Promise<string> {
  const answer = await setup.api.get('/v1/account', [], { livemode });
  const { id } = JSON.parse(answer.text) as { id?: unknown };
  if (typeof id !== 'string') throw new Refusal('GET /v1/account did not answer with an account.', { kind: 'server' });
  return id;
}

/** Whether Stripe lets us act for the account now; undefined where it does not say. */
async function mayActFor(setup: Setup, { account, livemode }: World): Promise<boolean | undefined> {
  try {
    await setup.api.get('/v1/account', [], { livemode, as: account });
    return true;
  } catch (error) {
    return isRefusal(error, 'revoked') ? false : undefined;
  }
}

/**
 * Stripe says that we may not act for this account. Believed only when our own key still belongs to the platform under which the
 * account was connected: a wrong key in the settings gets the same answer for every account, and must not erase them all.
 */
export async function whenRefused(setup: Setup, world: World, refusal: Refusal): Promise<void> {
  const key = [world.account, world.livemode];
  const [row] = await setup.database.query<{ platform: string | null; kind: string }>(
    "select platform, kind from annex.connections where account = $1 and livemode = $2 and state = 'connected'",
    key,
  );
  if (row === undefined || row.kind === 'own') return;
  const platform = await platformAccount(setup, world.livemode).catch(() => undefined);
  if (refusal.facts.kind === 'revoked' && platform !== undefined && platform === row.platform) {
    // Asked once more, because what follows cannot be undone: the refusal may be older than the answer about our key.
    if ((await mayActFor(setup, world)) !== false) return;
    await leave(setup.database, setup, world, 'revoked on Stripe');
    setup.feed.tell({ kind: 'connection', ...world });
    setup.wake('erase');
    return;
  }
  const reason =
    platform === undefined
      ? 'Stripe does not accept our own secret key. Check the setting, then resume.'
      : `The secret key belongs to ${platform}, not to ${row.platform}, the platform this account was connected to. Check the setting, then resume.`;
  await setup.database.query(
    "update annex.imports set state = 'paused', reason = $3 where account = $1 and livemode = $2 and state = 'running'",
    [...key, reason],
  );
  setup.log('error', reason, { account: world.account, livemode: world.livemode });
}
