import type { Draft, StripeObject } from '../../engine/index.ts';
import { confirm } from '../setup-intent/confirm.ts';
import { insertSetupIntent } from '../setup-intent/insert.ts';

/** Beside a setup intent that the portal opened: whose default its card becomes. */
const LINK = 'annex.portal_card';

/** Sets a new card up for a customer. It becomes the default as a consequence, also where the bank asks first. */
export function addCard(draft: Draft, customer: string, given: { method: StripeObject; returnUrl: string }): StripeObject {
  const intent = insertSetupIntent(draft, { customer, application: draft.actor.application });
  draft.insert({ id: intent.id, object: LINK, customer, created: draft.now }, { event: null });
  return confirm(draft, intent, { payment_method: given.method.id, return_url: given.returnUrl });
}

const LIVING = new Set(['active', 'trialing', 'past_due', 'unpaid', 'incomplete', 'paused']);

/** A card pays from now on: the customer's invoices, and the subscriptions that had one of their own. */
export function makeDefault(draft: Draft, customer: StripeObject, method: string): void {
  draft.set(customer, { invoice_settings: { ...customer.invoice_settings, default_payment_method: method } });
  for (const subscription of draft.find('subscription', [['customer', customer.id]])) {
    if (!LIVING.has(subscription.status) || subscription.default_payment_method === null) continue;
    draft.set(subscription, { default_payment_method: method }, { event: 'customer.subscription.updated' });
  }
}

/** When a setup intent of the portal succeeds, its card becomes the default. */
export function keepCard(draft: Draft, intent: StripeObject): void {
  const customer = draft.get('customer', draft.get(LINK, intent.id)?.customer);
  if (customer !== undefined) makeDefault(draft, customer, intent.payment_method);
}
