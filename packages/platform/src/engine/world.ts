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

export const worldKey = (world: World): WorldKey => `${world.account}/${world.livemode ? 'live' : 'test'}`;

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
