import type { Draft, Fields, Params, StripeObject } from '../engine/index.ts';

/** What a customer agreed to (`mandate_data`), kept with the method that may be charged because of it. It waits until the method is set up. */
export function makeMandate(draft: Draft, given: Params, method: StripeObject): string {
  const { customer_acceptance: accepted } = given;
  const fields: Fields = {
    customer_acceptance: {
      accepted_at: accepted.accepted_at ?? draft.now,
      type: accepted.type,
      [accepted.type]: accepted[accepted.type] ?? {},
    },
    multi_use: {},
    payment_method: method.id,
    payment_method_details: { type: method.type, [method.type]: {} },
    status: 'pending',
    type: 'multi_use',
  };
  return draft.make('mandate', fields, { event: null }).id;
}

/** Whether a mandate that was just made, or waited since an earlier request: only the latter is told of. */
export function activateMandate(draft: Draft, intent: StripeObject, waited: boolean): void {
  const mandate = draft.get('mandate', intent.mandate);
  if (mandate?.status === 'pending') draft.set(mandate, { status: 'active' }, { event: waited ? 'mandate.updated' : null });
}
