import { type Draft, invalid, type Params, refuse, StripeError, type StripeObject } from '../../engine/index.ts';
import { confirm } from '../payment-intent/confirm.ts';
import { methodOf } from '../payment-method/make.ts';
import { finalizeOrTell } from './finalize.ts';
import { cancelPayments, markPaid } from './paid.ts';
import { paymentOf, receive } from './payment.ts';

const alreadyPaid = () => invalid('Invoice is already paid', undefined, 'invoice_already_paid');
const noSource = (invoice: StripeObject) =>
  refuse({
    status: 400,
    code: 'invoice_no_payment_method_types',
    message: `There is no \`default_payment_method\` set on this Customer or Invoice. Please set one on the customer ${invoice.customer}, or pass payment_method.`,
  });

/** What happened is kept: the payment waits for its owner. */
const needsAction = (intent: StripeObject) =>
  new StripeError(
    {
      status: 402,
      type: 'card_error',
      code: 'invoice_payment_intent_requires_action',
      message:
        'This payment requires additional user action before it can be completed successfully. Payment can be completed using the PaymentIntent associated with the invoice.',
      more: { payment_intent: intent },
    },
    { keepsChanges: true },
  );

/** The payment method in Stripe's order of priority: given, the invoice's, the subscription's, the customer's. A source pays by the method of its id. */
export function methodForInvoice(draft: Draft, invoice: StripeObject, given?: string): StripeObject | undefined {
  if (given !== undefined) return methodOf(draft, given);
  const subscription = draft.get('subscription', invoice.parent?.subscription_details?.subscription);
  const customer = draft.get('customer', invoice.customer);
  const ids = [
    invoice.default_payment_method,
    invoice.default_source,
    subscription?.default_payment_method,
    subscription?.default_source,
    customer?.invoice_settings?.default_payment_method,
    customer?.default_source,
  ];
  return draft.get(
    'payment_method',
    ids.find((id) => typeof id === 'string'),
  );
}

/** Whether the platform tries by itself, and then when again if it fails (null: never). */
export interface Try {
  readonly automatic: boolean;
  readonly next?: number | null;
}

/**
 * One attempt to collect an open invoice. A decline leaves it open and throws, keeping what happened; where the bank wants to
 * ask its owner the invoice stays open, and is answered.
 */
export function attempt(
  draft: Draft,
  invoice: StripeObject,
  options: Try & { method: StripeObject; offSession: boolean; returnUrl?: string },
): StripeObject {
  const payment = paymentOf(draft, invoice.id);
  const intent = draft.get('payment_intent', payment?.payment.payment_intent);
  if (payment === undefined || intent === undefined) throw new Error(`invoice ${invoice.id} is open without a payment`);
  try {
    // An invoice's payment can ask its owner later, on the invoice's page: so it is never declined for that (3.11).
    confirm(draft, intent, {
      payment_method: options.method.id,
      ...(options.returnUrl !== undefined && { return_url: options.returnUrl }),
    });
  } catch (error) {
    if (error instanceof StripeError && error.status === 402) failed(draft, invoice, options);
    throw error;
  }
  const after = draft.get('payment_intent', intent.id)!;
  if (after.status === 'processing') return draft.set(draft.get('invoice', invoice.id)!, { attempted: true });
  if (after.status !== 'succeeded') {
    const events = ['invoice.payment_action_required', ...(options.offSession ? ['invoice.payment_failed'] : [])];
    return draft.set(draft.get('invoice', invoice.id)!, { attempted: true }, { event: events });
  }
  draft.set(draft.get('invoice', invoice.id)!, { attempt_count: invoice.attempt_count + 1 }, { event: null });
  return receive(draft, payment, after.amount_received);
}

/** The first attempt counts; later ones only when the platform makes them. */
export function failed(draft: Draft, invoice: StripeObject, tried: Try): StripeObject {
  return counted(draft, invoice, tried, ['invoice.updated', 'invoice.payment_failed']);
}

/** Without a payment method nothing was tried, which is a failure all the same. */
export function nothingToCharge(draft: Draft, invoice: StripeObject, tried: Try): StripeObject {
  return counted(draft, invoice, tried, ['invoice.payment_failed']);
}

function counted(draft: Draft, invoice: StripeObject, { automatic, next }: Try, event: readonly string[]): StripeObject {
  const now = draft.get('invoice', invoice.id)!;
  const count = automatic || now.attempt_count === 0 ? now.attempt_count + 1 : now.attempt_count;
  const again = next === undefined ? {} : { next_payment_attempt: next };
  return draft.set(now, { attempted: true, attempt_count: count, ...again }, { event });
}

export function pay(draft: Draft, given: StripeObject, params: Params): StripeObject {
  if (given.status === 'paid') throw alreadyPaid();
  const invoice = given.status === 'draft' ? finalizeOrTell(draft, given) : given;
  if (invoice.status === 'paid') return invoice;
  if (params.paid_out_of_band === true) {
    const paid = markPaid(draft, invoice, { amount: invoice.amount_due, attempted: invoice.attempted, outOfBand: true });
    cancelPayments(draft, invoice.id, 'automatic');
    return paid;
  }
  const method = methodForInvoice(draft, invoice, params.payment_method ?? params.source);
  if (method === undefined) {
    nothingToCharge(draft, invoice, { automatic: false });
    throw new StripeError(noSource(invoice).refusal, { keepsChanges: true });
  }
  const after = attempt(draft, invoice, { method, offSession: params.off_session ?? true, automatic: false });
  if (after.status === 'paid') return after;
  const intent = draft.get('payment_intent', paymentOf(draft, invoice.id)?.payment.payment_intent)!;
  if (intent.status === 'requires_action') throw needsAction(intent);
  return after;
}
