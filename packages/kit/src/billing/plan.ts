/** What an account can buy, declared by the extension. Made on our own account where it is missing. */
export interface Plan {
  /** Small letters, digits and hyphens; never changes, because it is how the plan is found again. */
  readonly key: string;
  readonly name: string;
  /** Minor units per interval. */
  readonly amount: number;
  /** Three small letters. */
  readonly currency: string;
  readonly interval: 'month' | 'year';
  readonly description?: string;
}

/** Throws one sentence that names the plan, its value and the remedy. */
export function checkPlans(plans: readonly Plan[]): void {
  const keys = new Set<string>();
  for (const { key, name, amount, currency, interval } of plans) {
    if (!/^[a-z0-9][a-z0-9-]{0,39}$/.test(key))
      throw new Error(`A plan's key takes small letters, digits and hyphens, at most 40, not '${key}' (plans.key).`);
    if (keys.has(key)) throw new Error(`Two plans have the key '${key}': give each its own (plans.key).`);
    keys.add(key);
    if (name.trim() === '') throw new Error(`The plan '${key}' needs a name (plans.name).`);
    if (!Number.isSafeInteger(amount) || amount < 1)
      throw new Error(`The amount of the plan '${key}' must be a whole number of minor units above 0, not ${amount} (plans.amount).`);
    if (!/^[a-z]{3}$/.test(currency))
      throw new Error(`The currency of the plan '${key}' must be three small letters, not '${currency}' (plans.currency).`);
    if (interval !== 'month' && interval !== 'year')
      throw new Error(`The interval of the plan '${key}' must be month or year, not '${interval}' (plans.interval).`);
  }
}

/** How a plan's price is named on our own account (`lookup_key`), and where a price tells its plan (`metadata`). */
export const lookupKeyOf = (key: string): string => `annex_${key}`;
export const PLAN_FIELD = 'annex_plan';
export const ACCOUNT_FIELD = 'annex_account';
/** Until when the trial runs, on the customer (milliseconds): our own table may be lost, a promise may not. */
export const TRIAL_FIELD = 'annex_trial_ends_ms';
