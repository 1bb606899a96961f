import { availableOn } from '@annex/money';
import { type Draft, type Fields, invalid, type Params, refuse, type StripeObject } from '../engine/index.ts';
import { pageOf } from './next-action.ts';
import { bankOfMethod, markProven } from './payment-method/debit.ts';

/** The test bank's two deposits, and the code that one of them carries (documented). */
const AMOUNTS = [32, 45];
export const CODE = 'SM11AA';

/** An account that was typed in is proven by two small deposits before anything is taken from it. */
export function askForProof(draft: Draft, intent: StripeObject, object: 'payment_intent' | 'setup_intent'): StripeObject {
  const arrives = availableOn(draft.now, 1);
  const proof: Fields = {
    arrival_date: arrives,
    hosted_verification_url: pageOf(draft, 'microdeposits', intent),
    microdeposit_type: 'descriptor_code',
  };
  const fields = { status: 'requires_action', next_action: { type: 'verify_with_microdeposits', verify_with_microdeposits: proof } };
  return draft.set(intent, fields, { event: `${object}.requires_action` });
}

const notAsked = (intent: StripeObject) =>
  invalid(
    `This ${intent.object === 'payment_intent' ? 'PaymentIntent' : 'SetupIntent'} does not await the verification of microdeposits: it has a status of ${intent.status}.`,
    undefined,
    'intent_invalid_state',
  );
const mismatch = (what: string) =>
  refuse({
    status: 400,
    code: `payment_method_microdeposit_verification_${what}_mismatch`,
    message: `The ${what === 'amounts' ? 'amounts' : 'descriptor code'} provided do not match what was sent to the bank account. Try again.`,
    param: what === 'amounts' ? 'amounts' : 'descriptor_code',
  });
const neverArrived = () =>
  refuse({
    status: 400,
    code: 'payment_method_microdeposit_failed',
    message: 'Microdeposits could not be sent to this bank account. Use another one.',
  });

/** Judges what the account's owner read off the statement; answers the payment method that is proven by it. */
export function proven(draft: Draft, intent: StripeObject, params: Params): StripeObject {
  const method = draft.get('payment_method', intent.payment_method);
  if (method === undefined || intent.next_action?.type !== 'verify_with_microdeposits') throw notAsked(intent);
  if (params.amounts === undefined && params.descriptor_code === undefined)
    throw invalid('Provide either `amounts` or `descriptor_code`.', 'descriptor_code', 'parameter_missing');
  if (bankOfMethod(draft, method).microdepositsFail === true) throw neverArrived();
  if (params.descriptor_code !== undefined && params.descriptor_code !== CODE) throw mismatch('descriptor_code');
  const amounts = [...(params.amounts ?? AMOUNTS)].sort((a: number, b: number) => a - b);
  if (amounts.join() !== AMOUNTS.join()) throw mismatch('amounts');
  markProven(draft, method);
  return method;
}
