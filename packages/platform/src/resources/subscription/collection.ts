import type { Draft, StripeObject } from '../../engine/index.ts';

export const collectionResumesAt = (subscription: StripeObject): number | null | undefined => subscription.pause_collection?.resumes_at;

/** Collection was paused until now. Invoices that were kept as drafts stay as they are (documented). */
export function resumeCollection(draft: Draft, subscription: StripeObject): void {
  draft.set(subscription, { pause_collection: null }, { event: 'customer.subscription.updated' });
}
