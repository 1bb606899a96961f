import type { LedgerOptions } from './index.ts';
import { ledgerOf } from './index.ts';
import type { Observation } from './observation.ts';
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

/** Each customer's MRR at the end of a month. */
function perCustomer(
  observations: readonly Observation[],
  rules: Rules,
  options: LedgerOptions & { through: string },
): Map<string, number> {
  const balance = new Map<string, number>();
  const { calendar, convert, through } = options;
  for (const movement of ledgerOf(observations, {
    ...(calendar && { calendar }),
    ...(convert && { convert }),
    rules: { ...rules, sameMonth: 'show' },
  }).movements) {
    if (movement.day.slice(0, 7) <= through) balance.set(movement.customer, movement.after);
  }
  return balance;
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
