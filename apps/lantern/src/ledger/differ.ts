import { type Calendar, lastDay, monthOf, UTC } from './calendar.ts';
import { type Convert, sameCurrency } from './movements.ts';
import { type Observation, timelines } from './observation.ts';
import { endOf } from './rows.ts';
import type { Rules } from './rules.ts';

/** One rule's share of the difference between two figures, with the customers behind it. */
export interface Part {
  readonly rule: keyof Rules;
  readonly amount: number;
  readonly customers: readonly { readonly customer: string; readonly amount: number }[];
  /** What of the amount is in no customer: currencies are converted as a whole, and each customer's share is rounded. */
  readonly rounding: number;
}

/** Why two sets of rules come to different MRR at the end of a month: the parts add up to the difference, to the cent. */
export interface Difference {
  readonly month: string;
  readonly from: number;
  readonly to: number;
  readonly parts: readonly Part[];
}

export interface Between {
  readonly from: Rules;
  readonly to: Rules;
}

export interface DifferOptions {
  readonly through: string;
  readonly calendar?: Calendar;
  readonly convert?: Convert;
  /** Unix seconds: what lies after it has not happened yet. */
  readonly now?: number;
}

/** Minor units by currency. */
export type Balances = ReadonlyMap<string, number>;

/** The rules that change what a month closes with, in the order in which they are changed. */
const ORDER = ['discounts', 'pastDueDays', 'cancellation', 'paused', 'metered'] as const;

interface Step {
  readonly rule: keyof Rules;
  readonly rules: Rules;
  /** What this step adds, over all customers. */
  readonly added: Map<string, number>;
  readonly customers: { customer: string; amount: number }[];
}

const add = (balances: Map<string, number>, currency: string, amount: number): void => {
  balances.set(currency, (balances.get(currency) ?? 0) + amount);
};

/**
 * Changes one rule at a time and tells what each change does. Customers come in any number of portions, so that nobody's whole past
 * must be held at once; who sees no difference need not come at all.
 */
export function differ({ from, to }: Between, options: DifferOptions) {
  const { through, calendar = UTC, convert = sameCurrency, now = Number.POSITIVE_INFINITY } = options;
  const until = (at: number): boolean => at <= now && monthOf(calendar.day(at)) <= through;
  const day = lastDay(through);
  const value = (balances: Balances): number => [...balances].reduce((sum, [currency, amount]) => sum + convert(amount, currency, day), 0);
  let rules = from;
  const steps = ORDER.map((rule): Step => {
    rules = { ...rules, [rule]: to[rule] };
    return { rule, rules, added: new Map(), customers: [] };
  });
  const started = new Map<string, number>();

  const addCustomer = (customer: string, lines: readonly (readonly Observation[])[]): void => {
    const ends = (under: Rules): Map<string, number> => {
      const own = new Map<string, number>();
      for (const line of lines) add(own, line[0]!.currency, endOf(line, under, until));
      return own;
    };
    let before = ends(from);
    for (const [currency, amount] of before) add(started, currency, amount);
    for (const step of steps) {
      const after = ends(step.rules);
      for (const [currency, amount] of after) add(step.added, currency, amount - before.get(currency)!);
      const amount = value(after) - value(before);
      if (amount !== 0) step.customers.push({ customer, amount });
      before = after;
    }
  };

  return {
    /** All observations of some customers. */
    add(observations: readonly Observation[]): void {
      const customers = new Map<string, Observation[][]>();
      for (const line of timelines(observations).values()) {
        const { customer } = line[0]!;
        customers.set(customer, [...(customers.get(customer) ?? []), line]);
      }
      for (const customer of [...customers.keys()].sort()) addCustomer(customer, customers.get(customer)!);
    },
    /** `whole`: what all customers come to at first, where not all of them were given. */
    end(whole: Balances = started): Difference {
      const balances = new Map(whole);
      const first = value(balances);
      let before = first;
      const parts = steps.flatMap(({ rule, added, customers }): Part[] => {
        for (const [currency, amount] of added) add(balances, currency, amount);
        const amount = value(balances) - before;
        before += amount;
        const rounding = amount - customers.reduce((sum, one) => sum + one.amount, 0);
        return customers.length === 0 && amount === 0 ? [] : [{ rule, amount, customers, rounding }];
      });
      return { month: through, from: first, to: before, parts };
    },
  };
}

export function differencesOf(observations: readonly Observation[], between: Between, options: DifferOptions): Difference {
  const made = differ(between, options);
  made.add(observations);
  return made.end();
}
