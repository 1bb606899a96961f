import { connectOwn } from '../connect/own.ts';
import { isLiveKey } from '../settings.ts';
import type { Setup } from '../setup.ts';
import { type Catalogue, ensureCatalogue } from './catalogue.ts';

/** Our own account in one mode, ready to charge. */
export interface Shop extends Catalogue {
  readonly own: string;
  readonly livemode: boolean;
}

/** What the figures come from: without it nothing can be judged. */
const NEEDED = ['customer', 'subscription', 'invoice'];

export const isCharging = (setup: Setup): boolean => setup.settings.plans.length > 0;

/** Throws a sentence when plans are declared but what they need is not. */
export function checkCharging({ settings, objects }: Pick<Setup, 'settings' | 'objects'>): void {
  const missing = settings.plans.length === 0 ? undefined : NEEDED.find((name) => !objects.has(name));
  if (missing !== undefined) throw new Error(`Charging needs the object type ${missing}: add it to the setting objects.`);
}

const LONGEST_PAUSE_MS = 60_000;

const opened = new WeakMap<Setup, Map<boolean, Promise<Shop>>>();

/** Mirrors our own account and makes what it sells; once per process, and again after a failure. Throws `Refusal`. */
export function shopOf(setup: Setup, livemode: boolean): Promise<Shop> {
  const shops = opened.get(setup) ?? new Map<boolean, Promise<Shop>>();
  opened.set(setup, shops);
  const known = shops.get(livemode);
  if (known !== undefined) return known;
  const opening = openShop(setup, livemode);
  shops.set(livemode, opening);
  opening.catch(() => shops.delete(livemode));
  return opening;
}

interface Pause {
  readonly failures: number;
  readonly untilMs: number;
}

const paused = new WeakMap<Setup, Map<boolean, Pause>>();

/**
 * The shops of all modes that can be opened. One that cannot, for example because a key may not write, does not hold up the other mode:
 * it is told, and tried again after a pause that grows.
 */
export async function openShops(setup: Setup): Promise<Shop[]> {
  const pauses = paused.get(setup) ?? new Map<boolean, Pause>();
  paused.set(setup, pauses);
  const shops: Shop[] = [];
  for (const livemode of setup.settings.apps.map(isLiveKey)) {
    const { failures, untilMs } = pauses.get(livemode) ?? { failures: 0, untilMs: 0 };
    if (performance.now() < untilMs) continue;
    try {
      shops.push(await shopOf(setup, livemode));
      pauses.delete(livemode);
    } catch (error) {
      const waitMs = Math.min(setup.settings.retryMs * 2 ** failures, LONGEST_PAUSE_MS);
      pauses.set(livemode, { failures: failures + 1, untilMs: performance.now() + waitMs });
      setup.log('error', 'Nothing can be charged in one mode; it will be tried again.', { livemode, error: (error as Error).message });
    }
  }
  return shops;
}

async function openShop(setup: Setup, livemode: boolean): Promise<Shop> {
  const account = await platformOwn(setup, livemode);
  return { own: account, livemode, ...(await ensureCatalogue(setup, livemode)) };
}

/** An import that has begun is not begun again at every start. */
async function platformOwn(setup: Setup, livemode: boolean): Promise<string> {
  const [row] = await setup.database.query<{ account: string }>(
    `select c.account from annex.connections c join annex.imports i using (account, livemode)
     where c.kind = 'own' and c.livemode = $1 and c.state = 'connected' and c.platform = $2`,
    [livemode, await ownId(setup, livemode)],
  );
  return row?.account ?? (await connectOwn(setup, livemode)).account;
}

async function ownId(setup: Setup, livemode: boolean): Promise<string> {
  const { text } = await setup.api.get('/v1/account', [], { livemode });
  return (JSON.parse(text) as { id: string }).id;
}
