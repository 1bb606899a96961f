import type { Draft, StripeObject } from '../engine/index.ts';
import { authenticate as authenticatePayment } from './payment-intent/confirm.ts';
import { authenticate as authenticateSetup } from './setup-intent/confirm.ts';

/** Intents whose bank may ask the card's owner, and what follows from the owner's answer. */
export const ASKING: Readonly<Record<string, (draft: Draft, intent: StripeObject, approved: boolean) => StripeObject>> = {
  payment_intent: authenticatePayment,
  setup_intent: authenticateSetup,
};
