import { type Draft, type Fields, invalid, type Params, refuse, type StripeObject } from '../../engine/index.ts';
import { oweFee } from '../application-fee.ts';
import { settle } from '../charge/make.ts';
import { cardOf } from '../payment-method/make.ts';
import { detailFields } from './options.ts';

const tooMuch = (intent: StripeObject) =>
  refuse({
    status: 400,
    code: 'amount_too_large',
    message: `The payment could not be captured because the requested capture amount is greater than the amount you can capture for this charge (${intent.amount_capturable}).`,
    param: 'amount_to_capture',
    more: { payment_intent: intent },
  });
const notSeveral = () =>
  invalid(
    'final_capture can only be false where the payment can be captured several times. Ask for it with payment_method_options[card][request_multicapture]=if_available.',
    'final_capture',
    'payment_intent_invalid_parameter',
  );
const notIncremental = () =>
  invalid(
    'This PaymentIntent is not eligible for incremental authorization. Ask for it with payment_method_options[card][request_incremental_authorization]=if_available.',
    undefined,
    'payment_intent_invalid_parameter',
  );
const notMore = (intent: StripeObject) =>
  invalid(
    `The amount must be greater than the currently authorized amount (${intent.amount}).`,
    'amount',
    'payment_intent_invalid_parameter',
  );

const featureOf = (charge: StripeObject, name: string): boolean => charge.payment_method_details?.card?.[name]?.status === 'available';

const NAMES = ['statement_descriptor', 'statement_descriptor_suffix'];

function terms(charge: StripeObject, params: Params): Record<string, unknown> {
  const named = Object.fromEntries(NAMES.filter((name) => params[name] !== undefined).map((name) => [name, params[name]]));
  return {
    ...named,
    ...(params.application_fee_amount !== undefined && { application_fee_amount: params.application_fee_amount }),
    ...(params.transfer_data?.amount !== undefined && { transfer_data: { ...charge.transfer_data, amount: params.transfer_data.amount } }),
  };
}

/** One of several captures: what it takes goes to the ledger, the rest stays authorized. */
function captureSome(draft: Draft, intent: StripeObject, given: { charge: StripeObject; amount: number; details: Fields }): StripeObject {
  const { charge, amount, details } = given;
  const part = settle(
    draft,
    { ...charge, amount_captured: amount, captured: true },
    cardOf(draft, draft.get('payment_method', charge.payment_method)!),
  );
  draft.set(charge, { amount_captured: charge.amount_captured + amount, ...part }, { event: 'charge.updated' });
  const fields = { ...details, amount_capturable: intent.amount_capturable - amount, amount_received: intent.amount_received + amount };
  return draft.set(intent, fields, { event: 'payment_intent.amount_capturable_updated' });
}

/** Takes what was authorized, or less of it; what is left over is let go of, unless further captures are to come. */
export function capture(draft: Draft, intent: StripeObject, params: Params): StripeObject {
  const amount = params.amount_to_capture ?? intent.amount_capturable;
  if (amount < 1) throw invalid('Invalid positive integer', 'amount_to_capture', 'parameter_invalid_integer');
  if (amount > intent.amount_capturable) throw tooMuch(intent);
  const charge = draft.get('charge', intent.latest_charge)!;
  const several = featureOf(charge, 'multicapture');
  if (params.final_capture === false && !several) throw notSeveral();
  if (params.final_capture === false && amount < intent.amount_capturable)
    return captureSome(draft, intent, { charge, amount, details: detailFields(draft, intent, params) });
  const own = terms(charge, params);
  const captured = { ...charge, ...own, amount_captured: amount, captured: true, amount_refunded: 0 };
  const settled = settle(draft, captured, cardOf(draft, draft.get('payment_method', charge.payment_method)!));
  const fields = { ...own, amount_captured: charge.amount_captured + amount, captured: true, ...settled };
  const after = draft.set(charge, fields, { event: 'charge.captured' });
  const received = intent.amount_received + amount;
  const done = draft.set(
    intent,
    { ...own, ...detailFields(draft, intent, params), status: 'succeeded', amount_capturable: 0, amount_received: received },
    { event: 'payment_intent.succeeded' },
  );
  oweFee(draft, after);
  return done;
}

/** Authorizes more than before: `amount` is the new total. */
export function incrementAuthorization(draft: Draft, intent: StripeObject, params: Params): StripeObject {
  const charge = draft.get('charge', intent.latest_charge)!;
  if (!featureOf(charge, 'incremental_authorization')) throw notIncremental();
  if (params.amount <= intent.amount) throw notMore(intent);
  const details = { ...charge.payment_method_details.card, amount_authorized: params.amount };
  const patch = { amount: params.amount, payment_method_details: { ...charge.payment_method_details, card: details } };
  draft.set(charge, patch, { event: 'charge.updated' });
  const { description, statement_descriptor, application_fee_amount } = params;
  const own = Object.fromEntries(
    Object.entries({ description, statement_descriptor, application_fee_amount }).filter(([, value]) => value !== undefined),
  );
  const fields = { ...own, amount: params.amount, amount_capturable: intent.amount_capturable + params.amount - intent.amount };
  return draft.set(intent, fields, { event: 'payment_intent.amount_capturable_updated' });
}
