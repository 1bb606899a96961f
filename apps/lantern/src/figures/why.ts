import { composeHistory } from '../history/compose.ts';
import { readHistories } from '../history/read.ts';
import type { Lantern } from '../lantern.ts';
import { type Balances, calendarOf, type Difference, differ, differing, type Slot } from '../ledger/index.ts';
import type { Place } from '../web/place.ts';
import type { AccountFigures } from './account.ts';

/** Customers that are read at once. */
const PORTION = 200;

/** Those to whom it matters: everybody else comes to the same under both. */
const MINDING = `
  select distinct customer from lantern.counted_books where account = $1 and livemode = $2 and minds & $3::smallint <> 0 order by customer`;

const WHOLE = `
  select currency, sum(delta)::bigint as amount from (
    select currency, delta from lantern.month_balances where account = $1 and livemode = $2 and under & $3::smallint <> 0 and month <= $4
    union all
    select $5, one_currency from lantern.month_sums where account = $1 and livemode = $2 and under & $3::smallint <> 0 and month <= $4) changes
  group by 1`;

export interface Comparison {
  readonly from: Slot;
  readonly to: Slot;
  /** `2026-11` */
  readonly through: string;
}

/** Why the account comes to other MRR under other rules, at the end of a month. Both figures are those of the stored books. */
export async function differenceBetween(
  lantern: Lantern,
  place: Place,
  { figures, compared }: { figures: AccountFigures; compared: Comparison },
): Promise<Difference> {
  const { database } = lantern.kit;
  const { desk, rates, nowMs } = figures;
  const { from, to, through } = compared;
  const key = [place.account, place.livemode];
  const whole = await database.query<{ currency: string; amount: number }>(WHOLE, [...key, from.bit, through, desk.currency]);
  const rows = await database.query<{ customer: string }>(MINDING, [...key, differing(from.rules, to.rules)]);
  const made = differ(
    { from: from.rules, to: to.rules },
    { through, calendar: calendarOf(desk.timeZone), convert: rates.convert, now: Math.floor(nowMs / 1000) },
  );
  for (let first = 0; first < rows.length; first += PORTION) {
    const customers = rows.slice(first, first + PORTION).map(({ customer }) => customer);
    for (const history of await readHistories(database, place, customers)) made.add(composeHistory(history).observations);
  }
  const balances: Balances = new Map(whole.map(({ currency, amount }) => [currency, amount]));
  return made.end(balances);
}
