import type { Query } from '@annex/kit';
import { accountFigures } from '../figures/account.ts';
import { failedTotals } from '../figures/failed.ts';
import { KINDS } from '../figures/months.ts';
import type { Lantern } from '../lantern.ts';
import type { Kind } from '../ledger/index.ts';
import { placeOf } from '../web/place.ts';
import { enqueue } from './queue.ts';

const DAY_MS = 86_400_000;
/** Told on Mondays from this hour on, by the account's own clock. */
const HOUR = 8;

interface WallClock {
  /** `2026-11-23` */
  readonly day: string;
  readonly weekday: string;
  readonly hour: number;
}

export function wallClock(ms: number, zone: string): WallClock {
  const format = new Intl.DateTimeFormat('en-CA', {
    ...{ timeZone: zone, year: 'numeric', month: '2-digit', day: '2-digit', weekday: 'short', hour: '2-digit', hourCycle: 'h23' },
  });
  const part = (type: string): string => format.formatToParts(ms).find((one) => one.type === type)!.value;
  return { day: `${part('year')}-${part('month')}-${part('day')}`, weekday: part('weekday').replace('.', ''), hour: Number(part('hour')) };
}

const WANTED = `select distinct account, livemode from lantern.alert_urls where 'digest.weekly' = any(kinds)`;

/** Puts the digest of last week into the queue of whoever wants it, once, on Monday morning. Answers how many accounts were told. */
export async function tellDigests(lantern: Lantern): Promise<number> {
  const { database } = lantern.kit;
  let told = 0;
  for (const { account, livemode } of await database.query<{ account: string; livemode: boolean }>(WANTED)) {
    const place = await placeOf(database, account, livemode ? 'live' : 'test');
    if (place.state !== 'connected') continue;
    const { day, weekday, hour } = wallClock(lantern.now(), place.timeZone);
    if (weekday !== 'Mon' || hour < HOUR) continue;
    const id = `digest_${day}`;
    const sent = await database.query('select 1 from lantern.alerts where account = $1 and livemode = $2 and id = $3 limit 1', [
      account,
      livemode,
      id,
    ]);
    if (sent.length > 0) continue;
    const facts = await digestOf(lantern, place, day);
    await enqueue(database, { account, livemode, id, kind: 'digest.weekly', created: Math.floor(lantern.now() / 1000), facts });
    told++;
  }
  return told;
}

interface Sum {
  readonly kind: Kind;
  readonly amount: number;
  readonly n: number;
}

/** The seven days before `day`: what moved, who moved most, where the account stands. Minor units of the reporting currency. */
export async function digestOf(
  lantern: Lantern,
  place: Awaited<ReturnType<typeof placeOf>>,
  day: string,
): Promise<Record<string, unknown>> {
  const { database } = lantern.kit;
  const figures = await accountFigures(lantern, place);
  const from = new Date(Date.parse(`${day}T00:00:00Z`) - 7 * DAY_MS).toISOString().slice(0, 10);
  const key = [place.account, place.livemode, from, day];
  const sums = await database.query<Sum>(
    `select kind, sum(amount)::bigint as amount, count(*)::int as n from lantern.movements
     where account = $1 and livemode = $2 and day >= $3 and day < $4 group by 1`,
    key,
  );
  const mrr = figures.months.at(-1)?.end ?? 0;
  return {
    ...{ from, to: day, currency: figures.desk.currency, mrr, arr: mrr * 12, active: figures.months.at(-1)?.active ?? 0 },
    ...{ committed_mrr: mrr - figures.now.ending, net_new: sums.reduce((sum, { amount }) => sum + amount, 0) },
    movements: Object.fromEntries(KINDS.map((kind) => [kind, pick(sums, kind)])),
    largest: await largest(database, key),
    failed_payments: await failedTotals(database, place, Math.floor(Date.parse(`${from}T00:00:00Z`) / 1000)),
  };
}

function pick(sums: readonly Sum[], kind: Kind): { amount: number; customers: number } {
  const found = sums.find((one) => one.kind === kind);
  return { amount: found?.amount ?? 0, customers: found?.n ?? 0 };
}

const largest = (on: Query, key: readonly unknown[]) =>
  on.query(
    `select customer, day, kind, amount, reason from lantern.movements
     where account = $1 and livemode = $2 and day >= $3 and day < $4 order by abs(amount) desc, customer limit 5`,
    key,
  );
