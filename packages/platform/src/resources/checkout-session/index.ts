import {
  type Behaviour,
  type Draft,
  type Fields,
  invalid,
  type Machine,
  mergedMetadata,
  type Params,
  refuse,
  type StripeObject,
} from '../../engine/index.ts';
import { create, created, newId } from './create.ts';
import { letGo } from './pay.ts';
import { recovery } from './recover.ts';
import { setTerms, termsOf } from './terms.ts';

const machine: Machine = {
  field: 'status',
  moves: { expire: { from: ['open'], to: ['expired'] } },
  refusal: (session) =>
    refuse({
      status: 400,
      message: `Only Checkout Sessions with a status in ["open"] can be expired. This Checkout Session has a status of \`${session.status}\`.`,
    }),
};

const notUpdatable = (name: string) =>
  invalid(`Annex does not simulate a change of \`${name}\` of a session after its creation. Create a new session instead.`, name);

const notNow = (session: StripeObject) =>
  invalid(
    `\`payment_intent_data\` can be changed while a session in mode payment is open; this one is ${session.status}, in mode ${session.mode}.`,
    'payment_intent_data',
  );

function update(draft: Draft, before: StripeObject, params: Params): Fields {
  for (const name of ['line_items', 'shipping_options']) if (params[name] !== undefined) throw notUpdatable(name);
  const { payment_intent_data: data } = params;
  if (data !== undefined) {
    if (before.mode !== 'payment' || before.status !== 'open') throw notNow(before);
    const known = termsOf(draft, before.id).payment_intent_data;
    const metadata = mergedMetadata(known.metadata ?? {}, data.metadata ?? {});
    setTerms(draft, before.id, { payment_intent_data: { ...known, ...data, metadata } });
  }
  return {};
}

/** Nobody can pay it any more; a payment that was begun is let go. */
export function expire(draft: Draft, session: StripeObject): StripeObject {
  letGo(draft, session);
  setTerms(draft, session.id, { expires_at: null });
  const fields = { status: 'expired', url: null, ...recovery(draft, session) };
  return draft.set(draft.get('checkout.session', session.id)!, fields, { event: 'checkout.session.expired' });
}

export const checkoutSession: Behaviour = {
  object: 'checkout.session',
  grade: 'lived',
  id: { make: newId },
  machine,
  filters: { customer_details: (row, value) => row.customer_details?.email === (value as { email?: string }).email },
  create,
  created,
  update,
  actions: { expire },
};
