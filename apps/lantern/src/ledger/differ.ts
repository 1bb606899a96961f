import { lastDay, monthOf, UTC } from './calendar.ts';
import type { LedgerOptions } from './index.ts';
import { sameCurrency } from './movements.ts';
import type { Observation } from './observation.ts';
import { ledgerRows } from './rows.ts';
import type { Rules } from './rules.ts';

/** One rule's share of the difference between two figures, with the customers behind it. */
export interface Part {
  readonly rule: keyof Rules;
  readonly amount: number;
  readonly customers: readonly { readonly customer: string; readonly amount: number }[];
}

/** Why two sets of rules come to different MRR at the end of a month: the parts add up to the difference, to the cent. */
export interface Difference {
  readonly month: string;
  readonly from: number;
  readonly to: number;
  readonly parts: readonly Part[];
}

const ORDER: readonly (keyof Rules)[] = ['discounts', 'pastDueDays', 'cancellation', 'paused', 'free', 'sameMonth'];

/** Each customer's MRR at the end of a month, at the rates of its last day: what the month itself closes with. */
function perCustomer(
  observations: readonly Observation[],
  rules: Rules,
  options: LedgerOptions & { through: string },
): Map<string, number> {
  const { calendar = UTC, convert = sameCurrency, through } = options;
  const perCurrency = new Map<string, Map<string, number>>();
  for (const row of ledgerRows(observations, rules)) {
    if (monthOf(calendar.day(row.at)) > through) break;
    const own = perCurrency.get(row.customer) ?? new Map<string, number>();
    own.set(row.currency, (own.get(row.currency) ?? 0) + row.mrr - row.before);
    perCurrency.set(row.customer, own);
  }
  const value = (own: ReadonlyMap<string, number>): number =>
    [...own].reduce((total, [currency, mrr]) => total + convert(mrr, currency, lastDay(through)), 0);
  return new Map([...perCurrency].map(([customer, own]) => [customer, value(own)]));
}

const sum = (balance: ReadonlyMap<string, number>): number => [...balance.values()].reduce((total, mrr) => total + mrr, 0);

/** Changes one rule at a time, in a fixed order, and tells what each change does. */
export function differencesOf(
  observations: readonly Observation[],
  between: { from: Rules; to: Rules },
  options: LedgerOptions & { through: string },
): Difference {
  let rules = between.from;
  let before = perCustomer(observations, rules, options);
  const from = sum(before);
  const parts: Part[] = [];
  for (const rule of ORDER) {
    rules = { ...rules, [rule]: between.to[rule] };
    const after = perCustomer(observations, rules, options);
    const customers = [...new Set([...before.keys(), ...after.keys()])]
      .sort()
      .map((customer) => ({ customer, amount: (after.get(customer) ?? 0) - (before.get(customer) ?? 0) }))
      .filter(({ amount }) => amount !== 0);
    if (customers.length > 0) parts.push({ rule, amount: sum(after) - sum(before), customers });
    before = after;
  }
  return { month: options.through, from, to: sum(before), parts };
}
