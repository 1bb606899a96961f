import type { Behaviour, Draft, StripeObject } from '../engine/index.ts';

interface Purse {
  amount: number;
  readonly currency: string;
  readonly source_types: { card: number };
}

/** Sums per currency of what is available and what is still to come, from the ledger itself. */
function balanceOf(draft: Draft): unknown {
  const purses = { available: new Map<string, Purse>(), pending: new Map<string, Purse>() };
  for (const row of draft.find('balance_transaction', undefined)) {
    const side = row.available_on <= draft.now ? purses.available : purses.pending;
    const purse = side.get(row.currency) ?? { amount: 0, currency: row.currency, source_types: { card: 0 } };
    purse.amount += row.net;
    purse.source_types.card += row.net;
    side.set(row.currency, purse);
  }
  const account = draft.in({ account: 'annex', livemode: false }).get('account', draft.world.account);
  const none: Purse = { amount: 0, currency: account?.default_currency ?? 'usd', source_types: { card: 0 } };
  const list = (side: Map<string, Purse>): Purse[] =>
    side.size === 0 ? [none] : [...side.values()].sort((a, b) => (a.currency < b.currency ? -1 : 1));
  return { object: 'balance', available: list(purses.available), livemode: draft.world.livemode, pending: list(purses.pending) };
}

export const balance: Behaviour = { object: 'balance', grade: 'lived', specials: { 'GET /v1/balance': balanceOf } };

/** A movement is pending until its day; the answer tells as of now. */
const asOfNow = (draft: Draft, row: StripeObject): StripeObject =>
  row.status === 'pending' && row.available_on <= draft.now ? { ...row, status: 'available' } : row;

export const balanceTransaction: Behaviour = {
  object: 'balance_transaction',
  grade: 'lived',
  filters: { source: 'source', type: 'type', currency: 'currency', payout: (row, value) => row.source === value },
  retrieved: asOfNow,
};
