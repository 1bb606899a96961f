import type { Behaviour, DueRow } from '../../engine/index.ts';
import { captureCharge, createCharge } from './legacy.ts';

const WEEK = 7 * 86_400;

/** An authorization without a payment intent is let go of after a week; one with it follows its intent. */
export const expiry: DueRow = {
  object: 'charge',
  what: 'let go of an authorization',
  at: (row) => (row.status === 'succeeded' && !row.captured && !row.refunded && row.payment_intent === null ? row.created + WEEK : null),
  act: (draft, row) => {
    draft.set(row, { amount_refunded: row.amount, refunded: true }, { event: 'charge.expired' });
  },
};

export const charge: Behaviour = {
  object: 'charge',
  grade: 'lived',
  filters: { customer: 'customer', payment_intent: 'payment_intent', transfer_group: 'transfer_group' },
  actions: { capture: captureCharge },
  specials: { 'POST /v1/charges': createCharge },
};
