/**
 * Where an object lives: one account's test data or its live data. Part of every look-up and every write, so that no
 * behaviour can forget whose data it touches.
 */
export interface World {
  readonly account: string;
  readonly livemode: boolean;
}

/** The platform's own records (accounts, keys, users, applications, connections) live here; no API key opens it. */
export const SYSTEM: World = { account: 'annex', livemode: false };

const EVERYBODYS: ReadonlySet<string> = new Set(['account', 'application']);

/** Accounts and applications are one thing for everybody who may name them, in both modes: they live in the system world. */
export const homeOf = (world: World, object: string): World => (EVERYBODYS.has(object) ? SYSTEM : world);

export type WorldKey = string;

interface Keys {
  readonly live: WorldKey;
  readonly test: WorldKey;
}
/** Every read and write asks for its key: made once for an account, and made again when there are very many. */
const keysOf = new Map<string, Keys>();
const MOST_KEPT = 10_000;

export function worldKey({ account, livemode }: World): WorldKey {
  let keys = keysOf.get(account);
  if (keys === undefined) {
    if (keysOf.size >= MOST_KEPT) keysOf.clear();
    keys = { live: `${account}/live`, test: `${account}/test` };
    keysOf.set(account, keys);
  }
  return livemode ? keys.live : keys.test;
}

export function parseWorldKey(key: WorldKey): World {
  const slash = key.lastIndexOf('/');
  return { account: key.slice(0, slash), livemode: key.slice(slash + 1) === 'live' };
}

/**
 * An object as it is stored and answered: Stripe's field names, ids instead of expanded objects. The one place where the
 * generic engine and the exact behaviours meet, hence the open type.
 */
export interface StripeObject {
  id: string;
  object: string;
  // biome-ignore lint/suspicious/noExplicitAny: the contract, not TypeScript, knows the fields of 204 objects
  [field: string]: any;
}

// biome-ignore lint/suspicious/noExplicitAny: parameters are checked against the contract before they reach a behaviour
export type Params = Record<string, any>;
export type Fields = Record<string, unknown>;
