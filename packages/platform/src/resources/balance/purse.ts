import type { Draft, DueRow, StripeObject } from '../../engine/index.ts';

/**
 * What an account has, kept beside its ledger so that asking costs the same after ten payments and after ten million: one
 * purse per currency, and for what is still to come one record per currency and day. The ledger's lines remain the truth;
 * `conformance/money-books.test.ts` holds both against each other.
 */
const PURSE = 'annex.purse';
const PENDING = 'annex.pending';

export interface Put {
  /** Signed, minor units. */
  readonly net: number;
  readonly currency: string;
  /** Unix seconds. */
  readonly available_on: number;
  /** A balance lives on the platform's clock: what a test clock brings is there when its day has come, and nobody is told. */
  readonly onTestClock: boolean;
}

function add(draft: Draft, kind: string, given: { id: string; by: number; fields?: Record<string, unknown> }): StripeObject {
  const { id, by, fields } = given;
  const known = draft.get(kind, id);
  if (known !== undefined) return draft.set(known, { amount: known.amount + by }, { event: null });
  return draft.insert({ id, object: kind, amount: by, created: draft.now, ...fields }, { event: null });
}

export function put(draft: Draft, { net, currency, available_on: day, onTestClock }: Put): void {
  if (day <= draft.now) add(draft, PURSE, { id: currency, by: net });
  else
    add(draft, PENDING, {
      id: `${currency}/${day}${onTestClock ? '/clock' : ''}`,
      by: net,
      fields: { currency, day, silent: onTestClock },
    });
}

export interface Side {
  readonly available: Map<string, number>;
  readonly pending: Map<string, number>;
}

/** Per currency: what can be used, and what is still to come. */
export function purses(draft: Draft): Side {
  const side: Side = { available: new Map(), pending: new Map() };
  const count = (to: Map<string, number>, currency: string, by: number): void => void to.set(currency, (to.get(currency) ?? 0) + by);
  for (const purse of draft.find(PURSE, undefined)) count(side.available, purse.id, purse.amount);
  for (const row of draft.find(PENDING, undefined)) count(row.day <= draft.now ? side.available : side.pending, row.currency, row.amount);
  return side;
}

/** Minor units of a currency that can be paid out or transferred now. */
export const availableIn = (draft: Draft, currency: string): number => purses(draft).available.get(currency) ?? 0;

/** The day has come: what was pending can be used. `told` hears of it, unless nothing came in (documented). */
export const lapse = (told: (draft: Draft) => void): DueRow => ({
  object: PENDING,
  what: 'become available',
  at: (row) => (row.silent === true ? null : row.day),
  act: (draft, row) => {
    add(draft, PURSE, { id: row.currency, by: row.amount });
    draft.remove(row, 'gone', { event: null });
    if (row.amount > 0) told(draft);
  },
});
