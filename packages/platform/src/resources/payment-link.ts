import { fitFields } from '@annex/contract';
import {
  type Behaviour,
  type Draft,
  type Fields,
  invalid,
  mergedMetadata,
  missingParam,
  type Params,
  type StripeObject,
} from '../engine/index.ts';
import { created as createdSession, newId, sessionFields } from './checkout-session/create.ts';
import { insertItems } from './checkout-session/items.ts';
import { currencyOf } from './price.ts';

const LINK = 'payment_link';

const noSuchItem = (id: string, at: string) => invalid(`No such line item: '${id}' on this payment link.`, `${at}[id]`, 'resource_missing');
const badUrl = (url: string) =>
  invalid(`Not a valid URL: '${url}'. It must begin with http:// or https://.`, 'after_completion[redirect][url]', 'url_invalid');
const noFeeHere = (param: string) =>
  invalid(`\`${param}\` needs a request on behalf of another account (an OAuth key or the Stripe-Account header).`, param);

function afterCompletion(params: Params): Fields {
  const given = params.after_completion as Params | undefined;
  if (given?.type !== 'redirect') {
    const message = given?.hosted_confirmation?.custom_message ?? null;
    return { hosted_confirmation: { custom_message: message }, type: 'hosted_confirmation' };
  }
  const url = given.redirect?.url;
  if (url === undefined) throw missingParam('after_completion[redirect][url]');
  if (!/^https?:\/\/[^\s/?#@]+(?:[/?#]\S*)?$/i.test(url)) throw badUrl(url);
  return { redirect: { url }, type: 'redirect' };
}

function checkFee(draft: Draft, params: Params): void {
  for (const name of ['application_fee_amount', 'application_fee_percent'])
    if (typeof params[name] === 'number' && draft.actor.application === null && params.transfer_data === undefined) throw noFeeHere(name);
}

const otherCurrency = (asked: string, currency: string) =>
  invalid(`The payment link is in ${asked}, but its line items are in ${currency}.`, 'currency');

const restrictionsOf = (params: Params, count: number): Fields | null =>
  params.restrictions?.completed_sessions === undefined
    ? null
    : { completed_sessions: { count, limit: params.restrictions.completed_sessions.limit } };

function create(draft: Draft, params: Params): Fields {
  checkFee(draft, params);
  return {
    active: true,
    after_completion: afterCompletion(params),
    allow_promotion_codes: params.allow_promotion_codes ?? false,
    application: draft.actor.application,
    automatic_tax: { enabled: params.automatic_tax?.enabled ?? false, liability: null },
    billing_address_collection: params.billing_address_collection ?? 'auto',
    custom_fields: params.custom_fields ?? [],
    customer_creation: params.customer_creation ?? 'if_required',
    payment_method_collection: params.payment_method_collection ?? 'always',
    phone_number_collection: { enabled: params.phone_number_collection?.enabled ?? false },
    restrictions: restrictionsOf(params, 0),
    shipping_options: [],
    submit_type: params.submit_type ?? 'auto',
    tax_id_collection: { enabled: params.tax_id_collection?.enabled ?? false, required: 'never' },
    transfer_data: params.transfer_data ?? null,
    url: '',
  };
}

/** The items decide what the link is for: something recurs, or all is paid once. */
export const modeOf = (items: readonly StripeObject[]): 'payment' | 'subscription' =>
  items.some((item) => item.price.type === 'recurring') ? 'subscription' : 'payment';

const itemsOf = (draft: Draft, link: string): StripeObject[] => draft.find('item', [['payment_link', link]]).reverse();

/** The event tells the link with its address, so it comes after the items. */
function createLink(draft: Draft, params: Params): StripeObject {
  const id = draft.id(LINK);
  const items = insertItems(draft, params.line_items, { by: 'payment_link', id });
  const { currency } = items[0]!;
  if (params.currency !== undefined && currencyOf(params.currency) !== currency) throw otherCurrency(params.currency, currency);
  for (const item of items) price(draft, item);
  const { account, livemode } = draft.world;
  return draft.make(LINK, {
    ...fitFields(draft.contract, LINK, params),
    ...create(draft, params),
    id,
    currency,
    metadata: mergedMetadata({}, params.metadata ?? {}),
    url: `${draft.origin}/buy/${account}/${livemode ? 'live' : 'test'}/${id}`,
  });
}

/** What an item of a link costs without discounts and taxes. */
function price(draft: Draft, item: StripeObject): void {
  const amount = (item.price.unit_amount ?? 0) * (item.quantity ?? 1);
  draft.set(item, { amount_discount: 0, amount_subtotal: amount, amount_tax: 0, amount_total: amount }, { event: null });
}

function update(draft: Draft, before: StripeObject, params: Params): Fields {
  checkFee(draft, params);
  for (const [index, given] of ((params.line_items ?? []) as Params[]).entries()) {
    const at = `line_items[${index}]`;
    const item = itemsOf(draft, before.id).find((each) => each.id === given.id);
    if (item === undefined) throw noSuchItem(given.id, at);
    const { quantity = item.quantity, adjustable_quantity: adjustable } = given;
    const changed = { quantity, ...(adjustable !== undefined && { adjustable_quantity: { maximum: 99, minimum: 0, ...adjustable } }) };
    price(draft, draft.set(item, changed, { event: null }));
  }
  return {
    ...(params.after_completion !== undefined && { after_completion: afterCompletion(params) }),
    ...(params.restrictions !== undefined && { restrictions: restrictionsOf(params, before.restrictions?.completed_sessions.count ?? 0) }),
  };
}

export const paymentLink: Behaviour = { object: LINK, grade: 'lived', update, specials: { 'POST /v1/payment_links': createLink } };

/** What a visitor brings along in the address of the link. */
export interface Visit {
  readonly email: string | undefined;
  readonly reference: string | undefined;
}

const COPIED = [
  'allow_promotion_codes',
  'automatic_tax',
  'billing_address_collection',
  'consent_collection',
  'custom_fields',
  'custom_text',
  'name_collection',
  'phone_number_collection',
  'shipping_address_collection',
  'submit_type',
  'tax_id_collection',
] as const;

/** The parameters of a session that a link opens. */
function paramsOf(draft: Draft, link: StripeObject, visit: Visit): Params {
  const items = itemsOf(draft, link.id);
  const mode = modeOf(items);
  const copied = COPIED.flatMap((name) => (link[name] === null || link[name] === undefined ? [] : [[name, link[name]] as const]));
  const fee = link.application_fee_amount;
  const percent = link.application_fee_percent;
  return {
    ...Object.fromEntries(copied),
    mode,
    allowed_payment_method_types: link.payment_method_types,
    success_url: link.after_completion.redirect?.url,
    customer_email: visit.email,
    client_reference_id: visit.reference,
    metadata: link.metadata,
    line_items: items.map((item) => ({
      price: item.price.id,
      ...(item.quantity !== null && { quantity: item.quantity }),
      ...(item.adjustable_quantity !== null && { adjustable_quantity: item.adjustable_quantity }),
      tax_rates: item.rates,
      metadata: item.metadata,
    })),
    ...(mode === 'payment'
      ? {
          customer_creation: link.customer_creation,
          invoice_creation: link.invoice_creation ?? undefined,
          payment_intent_data: { ...link.payment_intent_data, ...(typeof fee === 'number' && { application_fee_amount: fee }) },
        }
      : {
          payment_method_collection: link.payment_method_collection,
          subscription_data: { ...link.subscription_data, ...(typeof percent === 'number' && { application_fee_percent: percent }) },
        }),
  };
}

/** Each visit of a link opens a checkout session of its own. */
export function openLink(draft: Draft, link: StripeObject, visit: Visit): StripeObject {
  const acting = draft.onBehalfOf(link.application);
  const given = withoutNull(paramsOf(acting, link, visit));
  const fields = {
    ...fitFields(draft.contract, 'checkout.session', given),
    ...sessionFields(acting, given),
    id: newId(acting),
    metadata: link.metadata,
    payment_link: link.id,
  };
  return createdSession(acting, acting.make('checkout.session', fields, { event: null }), given);
}

/** Fields that a link leaves empty were not asked for. */
const withoutNull = (params: Params): Params =>
  Object.fromEntries(
    Object.entries(params)
      .filter(([, value]) => value !== null && value !== undefined)
      .map(([name, value]) => [name, typeof value === 'object' && !Array.isArray(value) ? withoutNull(value) : value]),
  );

/** A session of the link was completed; after as many as it allows it is closed. */
export function countCompleted(draft: Draft, id: string | null): void {
  const link = draft.get(LINK, id);
  const limit = link?.restrictions?.completed_sessions;
  if (link === undefined || limit === undefined) return;
  const count = limit.count + 1;
  const full = count >= limit.limit;
  draft.set(
    link,
    { restrictions: { completed_sessions: { ...limit, count } }, ...(full && { active: false }) },
    { event: full ? 'payment_link.updated' : null },
  );
}
