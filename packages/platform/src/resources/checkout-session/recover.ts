import { fitFields } from '@annex/contract';
import { type Draft, type Fields, type Params, refuse, type StripeObject } from '../../engine/index.ts';
import { created, newId, sessionFields } from './create.ts';
import { itemsOf } from './items.ts';
import { termsOf } from './terms.ts';

const DAY = 86_400;
/** Documented: an expired session can be taken up again for thirty days. */
const WINDOW = 30 * DAY;

const over = () => refuse({ status: 400, message: 'This checkout page can no longer be taken up again.' });

/** What an expired session tells of its recovery: its address, and until when it leads anywhere. */
export function recovery(draft: Draft, session: StripeObject): Fields {
  const asked = session.after_expiration?.recovery;
  if (asked?.enabled !== true) return {};
  const { account, livemode } = draft.world;
  const url = `${draft.origin}/c/recover/${account}/${livemode ? 'live' : 'test'}/${session.id}`;
  return { after_expiration: { recovery: { ...asked, expires_at: draft.now + WINDOW, url } } };
}

/** What a session was asked for and shows as it was given. */
const COPIED = [
  'after_expiration',
  'billing_address_collection',
  'cancel_url',
  'client_reference_id',
  'consent_collection',
  'custom_text',
  'customer',
  'customer_email',
  'invoice_creation',
  'metadata',
  'mode',
  'phone_number_collection',
  'shipping_address_collection',
  'shipping_options',
  'submit_type',
  'success_url',
] as const;

function paramsOf(draft: Draft, session: StripeObject): Params {
  const terms = termsOf(draft, session.id);
  const copied = COPIED.flatMap((name) => (session[name] === null || session[name] === undefined ? [] : [[name, session[name]] as const]));
  const data = { payment: 'payment_intent_data', subscription: 'subscription_data', setup: 'setup_intent_data' }[session.mode as string]!;
  return {
    ...Object.fromEntries(copied),
    allow_promotion_codes: session.after_expiration.recovery.allow_promotion_codes,
    allowed_payment_method_types: session.payment_method_types,
    custom_fields: session.custom_fields,
    [data]: terms[data],
    line_items: itemsOf(draft, session.id).map((item) => ({
      price: item.price.id,
      ...(item.quantity !== null && { quantity: item.quantity }),
      ...(item.adjustable_quantity !== null && { adjustable_quantity: item.adjustable_quantity }),
      tax_rates: item.rates,
      metadata: item.metadata,
    })),
  };
}

/** Opens a new session like one that has expired. */
export function recover(draft: Draft, session: StripeObject): StripeObject {
  const asked = session.after_expiration?.recovery;
  if (session.status !== 'expired' || typeof asked?.expires_at !== 'number' || asked.expires_at <= draft.now) throw over();
  const acting = draft.onBehalfOf(termsOf(draft, session.id).application);
  const params = paramsOf(acting, session);
  const fields = { ...fitFields(draft.contract, 'checkout.session', params), ...sessionFields(acting, params), recovered_from: session.id };
  return created(acting, acting.make('checkout.session', { ...fields, id: newId(acting) }, { event: null }), params);
}
