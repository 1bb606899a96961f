import type { StripeObject } from '../engine/index.ts';
import { NEWEST } from '../versions/known.ts';
import type { Business } from './business.ts';
import { type Call, type Calls, Names, openShop, perform } from './perform.ts';
import type { Scenario } from './scenario.ts';

/** Where a business lives: a running platform and the account that this key belongs to. */
export interface Place {
  readonly url: string;
  readonly key: string;
}

export interface Progress {
  /** Acts done, of all. */
  readonly done: number;
  readonly of: number;
  /** Unix seconds of the platform's clock. */
  readonly now: number;
}

/** `items[0][price]=…`, as Stripe reads it. */
function* pairs(value: unknown, name: string): Generator<[string, string]> {
  if (value === undefined || value === null) return;
  if (typeof value !== 'object') yield [name, String(value)];
  else for (const [key, inner] of Object.entries(value)) yield* pairs(inner, name === '' ? key : `${name}[${key}]`);
}

async function answered(response: Response, what: string): Promise<StripeObject> {
  const body = (await response.json()) as StripeObject;
  if (response.ok) return body;
  throw new Error(`${what} was refused with ${response.status}: ${body.error?.message ?? JSON.stringify(body)}`);
}

async function ask({ url, key }: Place, { operation, params, ids }: Call): Promise<StripeObject> {
  const [method, template] = operation.split(' ') as [string, string];
  const left = [...ids];
  const path = template.replace(/\{[^}]+\}/g, () => left.shift()!);
  const form = new URLSearchParams([...pairs(params, '')]);
  const query = method === 'POST' || form.size === 0 ? '' : `?${form}`;
  const response = await fetch(`${url}${path}${query}`, {
    method,
    headers: { Authorization: `Bearer ${key}`, 'Stripe-Version': NEWEST, 'X-Stripe-Client-User-Agent': '{"lang":"annex"}' },
    ...(method === 'POST' && { body: form }),
  });
  return answered(response, operation);
}

async function run(place: Place, calls: Calls): Promise<void> {
  for (let next = calls.next(); !next.done; ) next = calls.next(await ask(place, next.value));
}

interface ShownClock {
  readonly now: number;
  readonly behind: boolean;
}

/** Moves the platform's clock there (unix seconds) and waits until everything that falls due on the way is done. */
async function moveTo(place: Place, to: number | 'real', speed: number): Promise<void> {
  const clock = `${place.url}/_annex/clock`;
  const headers = { 'Content-Type': 'application/json' };
  let shown = (await answered(
    await fetch(clock, { method: 'POST', headers, body: JSON.stringify({ to: String(to), speed }) }),
    'The clock',
  )) as unknown as ShownClock;
  while (shown.behind) {
    await new Promise((resolve) => setImmediate(resolve));
    shown = (await answered(await fetch(clock), 'The clock')) as unknown as ShownClock;
  }
}

/** Seconds: time passes in steps, so that whoever follows can keep up with it (events are kept for 30 days). */
const LONGEST_STEP = 10 * 86_400;

/**
 * Lives a scenario through the public API while the platform's clock is moved from act to act; it stands at the scenario's end when
 * this comes back. Throws what the platform refuses, with what was asked.
 */
export async function live(
  business: Business,
  scenario: Scenario,
  given: { readonly place: Place; readonly told?: (progress: Progress) => void | Promise<void> },
): Promise<void> {
  const { place, told } = given;
  const names = new Names();
  const { acts, from, to } = scenario;
  await moveTo(place, from, 0);
  await run(place, openShop(business, names));
  let now = from;
  const goOn = async (until: number, done: number): Promise<void> => {
    while (now < until) {
      now = Math.min(until, now + LONGEST_STEP);
      await moveTo(place, now, 0);
      await told?.({ done, of: acts.length, now });
    }
  };
  for (const [done, act] of acts.entries()) {
    await goOn(act.at, done);
    await run(place, perform(act, names)).catch((error: unknown) => {
      throw new Error(`${act.customer.key} could not ${act.does} at ${new Date(act.at * 1000).toISOString()}: ${(error as Error).message}`);
    });
  }
  await goOn(to, acts.length);
}
