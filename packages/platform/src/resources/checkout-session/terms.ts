import type { Draft, DueRow, Params, StripeObject } from '../../engine/index.ts';

/** What a session was asked for and does not show, and how far its payer has come. Beside the session, out of reach of every request. */
export interface Terms extends StripeObject {
  object: 'annex.checkout_terms';
  /** The extension that asked for the session, for whose sake everything is made. */
  application: string | null;
  payment_intent_data: Params;
  subscription_data: Params;
  setup_intent_data: Params;
  /** What of its customer is brought up to date with what the payer says. */
  customer_update: Params;
  /** The customer that was made at the first try; the session names it when it is complete. */
  customer: string | null;
  /** The intent of the tries so far. */
  intent: { object: 'payment_intent' | 'setup_intent'; id: string } | null;
  /** Unix seconds; null once the session is no longer open. */
  expires_at: number | null;
  test_clock: string | null;
}

const TERMS = 'annex.checkout_terms';
const LINK = 'annex.checkout_intent';

export function insertTerms(draft: Draft, session: StripeObject, params: Params): void {
  const terms: Terms = {
    id: session.id,
    object: TERMS,
    application: draft.actor.application,
    payment_intent_data: params.payment_intent_data ?? {},
    subscription_data: params.subscription_data ?? {},
    setup_intent_data: params.setup_intent_data ?? {},
    customer_update: params.customer_update ?? {},
    customer: null,
    intent: null,
    expires_at: session.expires_at,
    test_clock: draft.get('customer', session.customer)?.test_clock ?? null,
    created: draft.now,
  };
  draft.insert(terms, { event: null });
}

export const termsOf = (draft: Draft, session: string): Terms => draft.get(TERMS, session) as Terms;

export const setTerms = (draft: Draft, session: string, fields: Partial<Terms>): Terms =>
  draft.set(termsOf(draft, session), fields, { event: null }) as Terms;

/** Remembers which session an intent pays, so that whoever confirms it completes the session. */
export function linkIntent(draft: Draft, session: string, intent: StripeObject): void {
  setTerms(draft, session, { intent: { object: intent.object as 'payment_intent' | 'setup_intent', id: intent.id } });
  draft.insert({ id: intent.id, object: LINK, session, created: draft.now }, { event: null });
}

/** The session that an intent pays. */
export const sessionOfIntent = (draft: Draft, intent: StripeObject): StripeObject | undefined =>
  draft.get('checkout.session', draft.get(LINK, intent.id)?.session);

/** A session that nobody completed in time. */
export const expiry = (expire: (draft: Draft, session: StripeObject) => void): DueRow => ({
  object: TERMS,
  what: 'expire a checkout session',
  at: (terms) => terms.expires_at,
  act: (draft, terms) => {
    const session = draft.get('checkout.session', terms.id);
    if (session !== undefined && session.status === 'open') expire(draft, session);
    else setTerms(draft, terms.id, { expires_at: null });
  },
});
