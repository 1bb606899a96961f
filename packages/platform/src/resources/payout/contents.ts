import type { Draft, StripeObject } from '../../engine/index.ts';

const SPAN = 'annex.payout_span';

/** An automatic payout takes what became available since the one before: remembered beside it, per currency. */
export function rememberSpan(draft: Draft, payout: StripeObject, since: number): void {
  draft.insert({ id: payout.id, object: SPAN, currency: payout.currency, since, until: draft.now, created: draft.now }, { event: null });
}

/** Whether a movement belongs to a payout: its own line, and what an automatic one paid out (`GET /v1/balance_transactions?payout=`). */
export function paidBy(draft: Draft, row: StripeObject, payout: string): boolean {
  if (row.source === payout) return true;
  const span = draft.get(SPAN, payout);
  if (span === undefined || row.currency !== span.currency || row.type.startsWith('payout')) return false;
  return row.available_on > span.since && row.available_on <= span.until;
}
