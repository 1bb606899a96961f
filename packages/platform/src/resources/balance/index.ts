import { type Behaviour, type Draft, type StripeObject, SYSTEM } from '../../engine/index.ts';
import { paidBy } from '../payout/contents.ts';
import type { Afterthought } from '../soon.ts';
import { lapse, purses } from './purse.ts';

interface Purse {
  readonly amount: number;
  readonly currency: string;
  readonly source_types: { readonly card: number };
}

const purse = (currency: string, amount: number): Purse => ({ amount, currency, source_types: { card: amount } });

/** Sums per currency of what is available and what is still to come. */
export function balanceOf(draft: Draft): StripeObject {
  const side = purses(draft);
  const home = draft.in(SYSTEM).get('account', draft.world.account)?.default_currency ?? 'usd';
  const list = (amounts: ReadonlyMap<string, number>): Purse[] =>
    amounts.size === 0
      ? [purse(home, 0)]
      : [...amounts].sort(([a], [b]) => (a < b ? -1 : 1)).map(([currency, sum]) => purse(currency, sum));
  const { livemode } = draft.world;
  // A singleton: Stripe's balance has no id.
  return { object: 'balance', available: list(side.available), livemode, pending: list(side.pending) } as unknown as StripeObject;
}

export const balance: Behaviour = { object: 'balance', grade: 'lived', specials: { 'GET /v1/balance': balanceOf } };

/** A movement is pending until its day; the answer tells as of now. */
const asOfNow = (draft: Draft, row: StripeObject): StripeObject =>
  row.status === 'pending' && row.available_on <= draft.now ? { ...row, status: 'available' } : row;

export const balanceTransaction: Behaviour = {
  object: 'balance_transaction',
  grade: 'lived',
  filters: { source: 'source', type: 'type', currency: 'currency', payout: (row, value, draft) => paidBy(draft, row, String(value)) },
  retrieved: asOfNow,
};

/** Money that was on its way has arrived (never told of what went away). */
export const becomeAvailable = lapse((draft) => {
  draft.emit('balance.available', balanceOf(draft));
});

/** Of a card whose money skips the waiting: told a moment after the payment. */
export const fundsArrive: Afterthought = {
  object: 'charge',
  what: 'be available',
  act: (draft) => {
    draft.emit('balance.available', balanceOf(draft));
  },
};
