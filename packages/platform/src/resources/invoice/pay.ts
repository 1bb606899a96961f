import { type Draft, invalid, type Params, refuse, StripeError, type StripeObject } from '../../engine/index.ts';
import { confirm } from '../payment-intent/confirm.ts';
import { methodOf } from '../payment-method/make.ts';
import { finalize, markPaid, paymentOf } from './finalize.ts';

const alreadyPaid = () => invalid('Invoice is already paid', undefined, 'invoice_already_paid');
const noSource = (invoice: StripeObject) =>
  refuse({
    status: 400,
    code: 'invoice_no_payment_method_types',
    message: `There is no \`default_payment_method\` set on this Customer or Invoice. Please set one on the customer ${invoice.customer}, or pass payment_method.`,
  });

/** The payment method in Stripe's order of priority: given, the invoice's, the subscription's, the customer's. */
export function methodForInvoice(draft: Draft, invoice: StripeObject, given?: string): StripeObject | undefined {
  if (given !== undefined) return methodOf(draft, given);
  const subscription = draft.get('subscription', invoice.parent?.subscription_details?.subscription);
  const customer = draft.get('customer', invoice.customer);
  const ids = [invoice.default_payment_method, subscription?.default_payment_method, customer?.invoice_settings?.default_payment_method];
  return draft.get(
    'payment_method',
    ids.find((id) => typeof id === 'string'),
  );
}

/** One attempt to collect an open invoice. A decline leaves it open and throws, keeping what happened. */
export function attempt(
  draft: Draft,
  invoice: StripeObject,
  options: { method: StripeObject; offSession: boolean; automatic: boolean },
): StripeObject {
  const payment = paymentOf(draft, invoice.id);
  const intent = draft.get('payment_intent', payment?.payment.payment_intent);
  if (intent === undefined) throw new Error(`invoice ${invoice.id} is open without a payment`);
  try {
    confirm(draft, intent, { payment_method: options.method.id, off_session: options.offSession });
  } catch (error) {
    if (error instanceof StripeError && error.status === 402) failed(draft, invoice, options.automatic);
    throw error;
  }
  const after = draft.get('payment_intent', intent.id)!;
  if (after.status !== 'succeeded')
    return draft.set(draft.get('invoice', invoice.id)!, { attempted: true }, { event: 'invoice.payment_action_required' });
  return markPaid(draft, draft.set(draft.get('invoice', invoice.id)!, { attempt_count: invoice.attempt_count + 1 }, { event: null }), {
    amount: intent.amount,
    attempted: true,
  });
}

/** The first attempt counts; later ones only when the platform makes them. */
export function failed(draft: Draft, invoice: StripeObject, automatic: boolean): StripeObject {
  const now = draft.get('invoice', invoice.id)!;
  const count = automatic || now.attempt_count === 0 ? now.attempt_count + 1 : now.attempt_count;
  return draft.set(now, { attempted: true, attempt_count: count }, { event: ['invoice.updated', 'invoice.payment_failed'] });
}

export function pay(draft: Draft, given: StripeObject, params: Params): StripeObject {
  if (given.status === 'paid') throw alreadyPaid();
  const invoice = given.status === 'draft' ? finalize(draft, given) : given;
  if (invoice.status === 'paid') return invoice;
  if (params.paid_out_of_band === true) return markPaid(draft, invoice, { amount: invoice.amount_due, attempted: false, outOfBand: true });
  const method = methodForInvoice(draft, invoice, params.payment_method);
  if (method === undefined) throw noSource(invoice);
  return attempt(draft, invoice, { method, offSession: params.off_session ?? true, automatic: false });
}
