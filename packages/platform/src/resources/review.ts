import { type Behaviour, type Draft, type Fields, refuse, type StripeObject } from '../engine/index.ts';

const alreadyClosed = (review: StripeObject) =>
  refuse({ status: 400, message: `The review ${review.id} is already closed: ${review.closed_reason}.` });

/** The id of the review that a payment of this risk is put into, where it is: those with elevated risk (documented). */
export const reviewFor = (draft: Draft, outcome: Fields): string | null => (outcome.type === 'manual_review' ? draft.id('review') : null);

/** Puts a charge that names a review into the queue of its account. */
export function openReview(draft: Draft, charge: StripeObject): void {
  if (typeof charge.review !== 'string') return;
  const fields: Fields = {
    id: charge.review,
    billing_zip: charge.billing_details?.address?.postal_code ?? null,
    charge: charge.id,
    closed_reason: null,
    ip_address: null,
    ip_address_location: null,
    open: true,
    opened_reason: 'rule',
    payment_intent: charge.payment_intent,
    reason: 'rule',
    session: null,
  };
  draft.make('review', fields, { event: 'review.opened' });
  const intent = draft.get('payment_intent', charge.payment_intent);
  if (intent !== undefined) draft.set(intent, { review: charge.review }, { event: null });
}

/** Nobody has to look any more at a payment that was given back, is disputed or canceled. */
export function closeReview(draft: Draft, charge: StripeObject | undefined, reason: string): void {
  const review = draft.get('review', charge?.review);
  if (review?.open === true) close(draft, review, reason);
}

const close = (draft: Draft, review: StripeObject, reason: string): StripeObject =>
  draft.set(review, { open: false, closed_reason: reason, reason }, { event: 'review.closed' });

/** A payment that its account should look at. It is opened by a card, and closed by an approval or by what becomes of the payment. */
export const review: Behaviour = {
  object: 'review',
  grade: 'lived',
  actions: {
    approve: (draft, target) => {
      if (target.open !== true) throw alreadyClosed(target);
      return close(draft, target, 'approved');
    },
  },
};
