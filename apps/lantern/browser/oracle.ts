import type { simulate } from '@annex/testkit';

/*
 * Months of a simulated business, computed from its ledger alone (what the scenario decided) and from the definitions in
 * docs/guides/lantern.md. Nothing of Lantern's, of the kit's or of the platform's arithmetic is used here.
 */

type Ledger = simulate.Ledger;
type Stay = simulate.LedgerStay;

export interface OracleRules {
  /** Discounts that are subtracted. */
  readonly discounts: ReadonlySet<string>;
  readonly cancellation: 'at_end' | 'at_request';
  readonly paused: 'zero' | 'count';
  readonly sameMonth: 'show' | 'hide';
}

/** Minor units of the reporting currency for one of this currency, in ten-thousandths, from a day on (`2030-01-31`). */
export type OracleRates = readonly { readonly currency: string; readonly day: string; readonly per10000: bigint }[];

export interface OracleMonth {
  readonly month: string;
  readonly start: number;
  readonly new: number;
  readonly reactivation: number;
  readonly expansion: number;
  readonly contraction: number;
  readonly churn: number;
  readonly fx: number;
  readonly end: number;
}

/** `over / under`, half away from zero. All amounts here are positive. */
const rounded = (over: bigint, under: bigint): number => Number((2n * over + under) / (2n * under));

const dayOf = (at: number): string => new Date(at * 1000).toISOString().slice(0, 10);

/** MRR of one subscription at an instant, in its own currency. */
function mrrAt(ledger: Ledger, stay: Stay, at: number, rules: OracleRules): number {
  const period = stay.periods.findLast((one) => one.at <= at);
  if (period === undefined || period.state === 'trialing' || period.state === 'left') return 0;
  if (period.state === 'paused' && rules.paused === 'zero') return 0;
  if (rules.cancellation === 'at_request' && stay.asked !== null && stay.asked <= at) return 0;
  const { amount, interval } = ledger.plans[period.plan]!;
  const { discount } = stay;
  const off =
    discount !== null && rules.discounts.has(discount.duration) && (discount.end === null || discount.end > at) ? discount.percent_off : 0;
  return rounded(BigInt(amount) * BigInt(period.quantity) * BigInt(100 - off), interval === 'year' ? 1200n : 100n);
}

const currencyOf = (ledger: Ledger, stay: Stay): string => ledger.plans[stay.periods[0]!.plan]!.currency;

function convert(rates: OracleRates, reporting: string, given: { amount: number; currency: string; day: string }): number {
  const { amount, currency, day } = given;
  if (currency === reporting || amount === 0) return amount;
  const line = rates.filter((rate) => rate.currency === currency);
  const { per10000 } = line.findLast((rate) => rate.day < day) ?? line[0]!;
  return rounded(BigInt(amount) * per10000, 10_000n);
}

interface Moved {
  readonly day: string;
  readonly kind: 'new' | 'reactivation' | 'expansion' | 'contraction' | 'churn';
  readonly before: number;
  readonly after: number;
}

type Reporting = { readonly rules: OracleRules; readonly rates: OracleRates; readonly currency: string; readonly now: number };

/** Every instant at which something about a customer may change. */
const instants = (stays: readonly Stay[], now: number): number[] =>
  [...new Set(stays.flatMap(({ periods, discount, asked }) => [...periods.map(({ at }) => at), discount?.end ?? 0, asked ?? 0]))]
    .filter((at) => at > 0 && at <= now)
    .sort((a, b) => a - b);

function movementsOf(ledger: Ledger, stays: readonly Stay[], given: Reporting): Moved[] {
  const total = (at: number, day: string): number =>
    stays.reduce(
      (sum, stay) =>
        sum +
        convert(given.rates, given.currency, { amount: mrrAt(ledger, stay, at, given.rules), currency: currencyOf(ledger, stay), day }),
      0,
    );
  const days = new Map<string, number>();
  for (const at of instants(stays, given.now)) days.set(dayOf(at), at);
  const moved: Moved[] = [];
  let [last, had] = [0, false];
  for (const [day, at] of days) {
    // Both sides at the rate of the day: what rates do is no movement.
    const [before, after] = [total(last, day), total(at, day)];
    last = at;
    if (before === after) continue;
    const kind = before === 0 ? (had ? 'reactivation' : 'new') : after === 0 ? 'churn' : after > before ? 'expansion' : 'contraction';
    had ||= after > 0;
    moved.push({ day, kind, before, after });
  }
  return given.rules.sameMonth === 'hide' ? withoutShortLived(moved) : moved;
}

function withoutShortLived(moved: readonly Moved[]): Moved[] {
  const monthOf = ({ day }: Moved): string => day.slice(0, 7);
  return moved.filter((one) => {
    const same = moved.filter((other) => monthOf(other) === monthOf(one));
    return !(same[0]!.before === 0 && same.at(-1)!.after === 0);
  });
}

const lastDay = (month: string): string =>
  new Date(Date.UTC(Number(month.slice(0, 4)), Number(month.slice(5)), 0)).toISOString().slice(0, 10);

/** The roll-forward, from the first month with a movement up to the month of `now`. */
export function oracleMonths(ledger: Ledger, given: Reporting): OracleMonth[] {
  const moved = ledger.customers.flatMap(({ subscriptions }) => movementsOf(ledger, subscriptions, given));
  const all = ledger.customers.flatMap(({ subscriptions }) => subscriptions);
  const first = moved.map(({ day }) => day.slice(0, 7)).sort()[0]!;
  const months: OracleMonth[] = [];
  for (
    let month = first;
    month <= dayOf(given.now).slice(0, 7);
    month = dayOf(Date.parse(`${lastDay(month)}T00:00:00Z`) / 1000 + 86_400).slice(0, 7)
  ) {
    const sum = (kind: Moved['kind']): number =>
      moved.filter((one) => one.kind === kind && one.day.startsWith(month)).reduce((total, { before, after }) => total + after - before, 0);
    const close = Math.min(given.now, Date.parse(`${lastDay(month)}T23:59:59Z`) / 1000);
    const currencies = new Map<string, number>();
    for (const stay of all) {
      const currency = currencyOf(ledger, stay);
      currencies.set(currency, (currencies.get(currency) ?? 0) + mrrAt(ledger, stay, close, given.rules));
    }
    const end = [...currencies].reduce(
      (total, [currency, amount]) => total + convert(given.rates, given.currency, { amount, currency, day: lastDay(month) }),
      0,
    );
    const start = months.at(-1)?.end ?? 0;
    const kinds = {
      new: sum('new'),
      reactivation: sum('reactivation'),
      expansion: sum('expansion'),
      contraction: sum('contraction'),
      churn: sum('churn'),
    };
    const fx = end - start - Object.values(kinds).reduce((total, amount) => total + amount, 0);
    months.push({ month, start, ...kinds, fx, end });
  }
  return months;
}
