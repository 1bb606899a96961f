import type { Query } from '@annex/kit';
import { decimalsOf, type Ratio, ratio, rounded, times, whole } from '@annex/money';
import type { Convert } from '../ledger/index.ts';

/** Minor units of one currency that one minor unit of another is worth, from a day on. */
export interface Rate {
  readonly currency: string;
  /** `2026-01-31` */
  readonly day: string;
  readonly ratio: Ratio;
}

export interface Rates {
  readonly convert: Convert;
  /** Whether anything is known about this currency. */
  knows(currency: string): boolean;
}

/**
 * The rate of a day is the last one known before it, so that a payment later on the day cannot change what the day has counted; before
 * the first one is known, the first. A currency of which none is known counts nothing, and is shown beside the total.
 */
export function ratesFrom(rates: readonly Rate[], reporting: string): Rates {
  const lines = new Map<string, Rate[]>();
  for (const rate of [...rates].sort((a, b) => (a.day < b.day ? -1 : 1)))
    lines.set(rate.currency, [...(lines.get(rate.currency) ?? []), rate]);
  const at = (currency: string, day: string): Ratio | undefined => {
    const line = lines.get(currency);
    return (line?.findLast((rate) => rate.day < day) ?? line?.[0])?.ratio;
  };
  return {
    knows: (currency) => currency === reporting || lines.has(currency),
    convert: (minor, currency, day) => {
      if (currency === reporting || minor === 0) return minor;
      const found = at(currency, day);
      return found === undefined ? 0 : rounded(times(whole(minor), found));
    },
  };
}

/** `0.92` euro for one dollar, in major units, as a ratio of minor units. Throws for what is no decimal number. */
export function minorRatio(text: string, from: string, to: string): Ratio {
  const shift = decimalsOf(to) - decimalsOf(from);
  const scale: Ratio = shift >= 0 ? { over: 10n ** BigInt(shift), under: 1n } : { over: 1n, under: 10n ** BigInt(-shift) };
  return times(ratio(text), scale);
}

/** A rate of Stripe's is a floating-point number: twelve decimals are more than it holds. */
const decimal = (value: number): string => value.toFixed(12).replace(/\.?0+$/, '');

/** Rates at which Stripe converted the account's own payments. `exchange_rate` is from minor units to minor units. */
const OWN = `
  select distinct on (1, 2) c.data->>'currency' as currency, to_char(to_timestamp(b.created) at time zone 'UTC', 'YYYY-MM-DD') as day,
    (b.data->>'exchange_rate')::float8 as rate
  from mirror.balance_transactions b join mirror.charges c on c.account = b.account and c.livemode = b.livemode and c.id = b.source
  where b.account = $1 and b.livemode = $2 and not b.deleted and b.data->>'exchange_rate' is not null and b.data->>'currency' = $3
  order by 1, 2, b.created desc, b.id desc`;

const SET = 'select currency, day, rate from lantern.rates where account = $1 and livemode = $2';

/** What tells whether Stripe has converted anything since, or the import has ended. */
const OWN_STATE = `
  select count(*)::int as n, (select state from annex.imports where account = $1 and livemode = $2) as import
  from mirror.balance_transactions where account = $1 and livemode = $2 and data->>'exchange_rate' is not null`;

interface OwnRate {
  readonly currency: string;
  readonly day: string;
  readonly rate: number;
}

/** Kept for a moment: an account with many currencies has as many rates as payments, and its books are asked for many times a second. */
const kept = new WeakMap<Query, Map<string, { key: string; untilMs: number; own: readonly OwnRate[] }>>();
const KEEP_MS = 10_000;
const MOST_KEPT = 200;

type World = { readonly account: string; readonly livemode: boolean };

async function ownRates(on: Query, { account, livemode }: World, reporting: string): Promise<readonly OwnRate[]> {
  const [state] = await on.query<{ n: number; import: string | null }>(OWN_STATE, [account, livemode]);
  if (state!.n === 0) return [];
  const all = kept.get(on) ?? new Map();
  kept.set(on, all);
  const [name, key] = [`${account}/${livemode}/${reporting}`, JSON.stringify(state)];
  const known = all.get(name);
  const nowMs = performance.now();
  if (known?.key === key && known.untilMs > nowMs) return known.own;
  const own = await on.query<OwnRate>(OWN, [account, livemode, reporting]);
  if (all.size >= MOST_KEPT) all.clear();
  all.set(name, { key, untilMs: nowMs + KEEP_MS, own });
  return own;
}

export async function readRates(
  on: Query,
  { account, livemode }: { account: string; livemode: boolean },
  reporting: string,
): Promise<Rates> {
  const own = await ownRates(on, { account, livemode }, reporting);
  const set = await on.query<{ currency: string; day: string; rate: string }>(SET, [account, livemode]);
  // An owner's own rate wins over Stripe's of the same day.
  const asked = new Set(set.map(({ currency, day }) => `${currency} ${day}`));
  return ratesFrom(
    [
      ...own
        .filter(({ currency, day }) => !asked.has(`${currency} ${day}`))
        .map(({ currency, day, rate }) => ({ currency, day, ratio: ratio(decimal(rate)) })),
      ...set.map(({ currency, day, rate }) => ({ currency, day, ratio: minorRatio(rate, currency, reporting) })),
    ],
    reporting,
  );
}
