import { invalid, missingParam, noSuch, type Params, type StripeObject, type World } from '../../engine/index.ts';
import type { OwnOperation } from '../../http/own-operation.ts';
import type { Part, Platform } from '../../platform.ts';
import { addressOf } from '../../resources/checkout-session/create.ts';
import { collectsMethod, pay } from '../../resources/checkout-session/pay.ts';
import { termsOf } from '../../resources/checkout-session/terms.ts';
import { methodFor } from '../../resources/payment-intent/confirm.ts';
import { act, draftFor } from './act.ts';

/**
 * What Stripe's own checkout page calls: a session is read and confirmed without a browser. Stripe documents none of it; the
 * Stripe CLI's triggers use these two, and so can a test that wants a session completed.
 */

const mismatch = (expected: number, is: number) =>
  invalid(`The session comes to ${is}, but expected_amount is ${expected}.`, 'expected_amount', 'checkout_amount_mismatch');

function sessionOf(platform: Platform, world: World, id: string): StripeObject {
  const session = draftFor(platform, { world, subject: { object: 'checkout.session', id } }).get('checkout.session', id);
  if (session === undefined) throw noSuch('checkout.session', id, { param: 'id', inPath: true });
  return session;
}

const read = (platform: Platform): OwnOperation => ({
  method: 'GET',
  path: /^\/v1\/payment_pages\/(cs_\w+)$/,
  run: (exchange, { ids }) => sessionOf(platform, exchange.caller!.world, ids[0]!),
});

function confirm(platform: Platform, world: World, call: { id: string; params: Params }): StripeObject {
  const { id, params } = call;
  const session = sessionOf(platform, world, id);
  const { expected_amount: expected } = params;
  if (expected !== undefined && Number(expected) !== (session.amount_total ?? 0))
    throw mismatch(Number(expected), session.amount_total ?? 0);
  const subject = { object: 'checkout.session', id };
  const { application } = termsOf(draftFor(platform, { world, subject }), id);
  const refusal = act(platform, { world, subject, application }, (draft) => {
    const method = methodFor(draft, params, null);
    if (method === undefined && collectsMethod(session)) throw missingParam('payment_method');
    const { name = null, email = null, phone = null, address = null } = method?.billing_details ?? {};
    const payer = { email: email ?? session.customer_details?.email ?? null, name, phone, address };
    pay(draft, draft.get('checkout.session', id)!, { payer, method, returnUrl: addressOf(draft, session) });
  });
  if (refusal !== undefined) throw refusal;
  return sessionOf(platform, world, id);
}

const complete = (platform: Platform): OwnOperation => ({
  method: 'POST',
  path: /^\/v1\/payment_pages\/(cs_\w+)\/confirm$/,
  run: (exchange, { ids, params }) => confirm(platform, exchange.caller!.world, { id: ids[0]!, params }),
});

export const paymentPages = (platform: Platform): Part => ({ operations: [read(platform), complete(platform)] });
