import type { Query } from '@annex/kit';
import { composeHistory } from '../history/compose.ts';
import { readHistories } from '../history/read.ts';
import type { Lantern } from '../lantern.ts';
import { calendarOf, type Ledger, ledgerOf, monthOf, type Observation, type Rules } from '../ledger/index.ts';
import type { Place } from '../web/place.ts';
import type { AccountFigures } from './account.ts';

const BATCH = 500;

/** Every customer that ever had a subscription. */
const CUSTOMERS = `
  select customer from (
    select customer from mirror.subscriptions where account = $1 and livemode = $2 and customer is not null and not deleted
    union select customer from lantern.observations where account = $1 and livemode = $2) known order by customer`;

/** All observations of the account up to its now, read customer by customer. What lies ahead has not happened yet. */
async function readObservations(on: Query, place: Place, nowSeconds: number): Promise<Observation[]> {
  const rows = await on.query<{ customer: string }>(CUSTOMERS, [place.account, place.livemode]);
  const observations: Observation[] = [];
  for (let from = 0; from < rows.length; from += BATCH) {
    const customers = rows.slice(from, from + BATCH).map(({ customer }) => customer);
    for (const history of await readHistories(on, place, customers)) {
      for (const one of composeHistory(history).observations) if (one.at <= nowSeconds) observations.push(asOf(one, nowSeconds));
    }
  }
  return observations;
}

/** The least patience with a failed payment that any rules may have, in seconds. */
const SHORTEST = 86_400;

/** The state as it is known now: an end that lies ahead has not come, and the rules must not run into it. */
const asOf = (seen: Observation, now: number): Observation => ({
  ...seen,
  discounts: seen.discounts.map((discount) => (discount.end !== null && discount.end > now ? { ...discount, end: null } : discount)),
  pastDueSince: seen.pastDueSince !== null && seen.pastDueSince + SHORTEST > now ? null : seen.pastDueSince,
});

interface Kept {
  readonly key: string;
  readonly observations: Promise<Observation[]>;
  readonly ledgers: Map<string, Ledger>;
}

/** Of the accounts looked at last: what was read, and the ledgers made of it, until the books change. */
const kept = new WeakMap<Lantern, Map<string, Kept>>();
const MOST_KEPT = 8;

function keptOf(lantern: Lantern, place: Place, figures: AccountFigures): Kept {
  const all = kept.get(lantern) ?? new Map<string, Kept>();
  kept.set(lantern, all);
  const name = `${place.account}/${place.mode}`;
  const key = `${figures.desk.version} ${figures.today} ${figures.now.stale}`;
  const known = all.get(name);
  if (known?.key === key) return known;
  if (all.size >= MOST_KEPT) all.clear();
  const observations = readObservations(lantern.kit.database, place, Math.floor(figures.nowMs / 1000));
  observations.catch(() => all.delete(name));
  const fresh: Kept = { key, observations, ledgers: new Map() };
  all.set(name, fresh);
  return fresh;
}

export const allObservations = (lantern: Lantern, place: Place, figures: AccountFigures): Promise<Observation[]> =>
  keptOf(lantern, place, figures).observations;

/** The options that make a ledger the account's own: its days, its rates, its present month. */
export const ledgerOptions = (figures: AccountFigures) => ({
  calendar: calendarOf(figures.desk.timeZone),
  convert: figures.rates.convert,
  through: monthOf(figures.today),
});

/** The account under other rules than its own: made on demand, from everything that was seen. `name` tells the rules apart. */
export async function ledgerUnder(
  lantern: Lantern,
  place: Place,
  about: { figures: AccountFigures; rules: Rules; name: string },
): Promise<Ledger> {
  const { figures, rules, name } = about;
  const mine = keptOf(lantern, place, figures);
  const known = mine.ledgers.get(name);
  if (known !== undefined) return known;
  const ledger = ledgerOf(await mine.observations, { ...ledgerOptions(figures), rules });
  mine.ledgers.set(name, ledger);
  return ledger;
}
