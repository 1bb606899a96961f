import {
  type Behaviour,
  type Draft,
  type Fields,
  invalid,
  missingParam,
  notSimulated,
  type Params,
  type StripeObject,
} from '../../engine/index.ts';
import { moveBalance } from '../customer-balance.ts';
import { cancelPayments, markPaid } from './paid.ts';

/** Ties a payment to an invoice. One default payment per finalised invoice holds its own payment intent. */
export function insertPayment(
  draft: Draft,
  invoice: StripeObject,
  intent: StripeObject,
  given: { requested: number; isDefault: boolean },
): StripeObject {
  const fields: Fields = {
    amount_paid: null,
    amount_requested: given.requested,
    currency: invoice.currency,
    invoice: invoice.id,
    is_default: given.isDefault,
    payment: { payment_intent: intent.id, type: 'payment_intent' },
    status: 'open',
    status_transitions: { canceled_at: null, paid_at: null },
  };
  return draft.make('invoice_payment', fields, { event: null });
}

/** The payment by which an open invoice is collected. */
export const paymentOf = (draft: Draft, invoice: string): StripeObject | undefined =>
  draft.find('invoice_payment', [['invoice', invoice]]).find((row) => row.is_default);

/** What the invoice's own payment intent asks for follows what is still to be paid. */
export function askFor(draft: Draft, invoice: StripeObject): void {
  const payment = paymentOf(draft, invoice.id);
  const intent = draft.get('payment_intent', payment?.payment.payment_intent);
  if (payment === undefined || intent === undefined || payment.status !== 'open') return;
  draft.set(payment, { amount_requested: invoice.amount_remaining }, { event: null });
  draft.set(intent, { amount: invoice.amount_remaining }, { event: null });
}

/** What was paid beyond what was due becomes a credit of the customer. */
function overpay(draft: Draft, invoice: StripeObject, over: number): void {
  if (over === 0) return;
  const after = draft.set(invoice, { amount_overpaid: (invoice.amount_overpaid ?? 0) + over }, { event: null });
  moveBalance(draft, invoice.customer, { amount: -over, currency: invoice.currency, type: 'invoice_overpaid', invoice: invoice.id });
  draft.emit('invoice.overpaid', after);
}

/** A payment of an invoice has arrived, whoever made it: the invoice is paid by it, or in part; what is too much is credited. */
export function receive(draft: Draft, payment: StripeObject, received: number): StripeObject {
  const invoice = draft.get('invoice', payment.invoice)!;
  const part = Math.min(received, invoice.amount_remaining);
  const isWhole = part === invoice.amount_remaining;
  const isLive = invoice.status === 'open' || invoice.status === 'uncollectible';
  const after = !isLive
    ? invoice
    : isWhole
      ? markPaid(draft, invoice, { amount: invoice.amount_paid + part, attempted: true })
      : draft.set(
          invoice,
          { amount_paid: invoice.amount_paid + part, amount_remaining: invoice.amount_remaining - part },
          { event: 'invoice.updated' },
        );
  const transitions = { ...payment.status_transitions, paid_at: draft.now };
  draft.set(payment, { amount_paid: received, status: 'paid', status_transitions: transitions }, { event: 'invoice_payment.paid' });
  if (isLive && isWhole) cancelPayments(draft, invoice.id, 'automatic');
  else askFor(draft, after);
  overpay(draft, draft.get('invoice', invoice.id)!, isLive ? received - part : received);
  return draft.get('invoice', invoice.id)!;
}

/** The secret by which a page of the merchant's own confirms the payment; expanded, while there is something to pay. */
export function confirmationSecret(draft: Draft, invoice: StripeObject): Fields | null {
  const intent = draft.get('payment_intent', paymentOf(draft, invoice.id)?.payment.payment_intent);
  return typeof intent?.client_secret === 'string' ? { client_secret: intent.client_secret, type: 'payment_intent' } : null;
}

export const invoicePayment: Behaviour = {
  object: 'invoice_payment',
  grade: 'lived',
  filters: {
    // Which invoice a payment intent paid: the way from a payment to its invoice since basil.
    payment: (row, value) => {
      const { type, payment_intent: intent, payment_record: record } = value as Params;
      const { payment } = row;
      return (
        payment.type === type &&
        (intent === undefined || payment.payment_intent === intent) &&
        (record === undefined || payment.payment_record === record)
      );
    },
  },
};

const notOpen = (invoice: StripeObject) =>
  invalid(`You can only attach payments to open invoices; this one is ${invoice.status}.`, 'invoice', 'status_transition_invalid');
const otherCurrency = (intent: StripeObject, invoice: StripeObject) =>
  invalid(`The payment is in ${intent.currency}, the invoice in ${invoice.currency}. They must have the same currency.`, 'payment_intent');
const otherCustomer = () => invalid('The customer of the PaymentIntent must be the customer of the invoice.', 'payment_intent');
const attached = (intent: string) => invalid(`The PaymentIntent ${intent} is already attached to an invoice.`, 'payment_intent');
const canceled = (intent: string) => invalid(`The PaymentIntent ${intent} is canceled and cannot pay an invoice.`, 'payment_intent');

/** `attach_payment`: a payment intent of the customer counts for this invoice, at once where it has succeeded. */
export function attachPayment(draft: Draft, invoice: StripeObject, params: Params): StripeObject {
  if (params.payment_record !== undefined) throw notSimulated('payment records as payments of an invoice');
  if (params.payment_intent === undefined) throw missingParam('payment_intent');
  if (invoice.status !== 'open') throw notOpen(invoice);
  const intent = draft.need('payment_intent', params.payment_intent, 'payment_intent');
  if (intent.currency !== invoice.currency) throw otherCurrency(intent, invoice);
  if (intent.customer !== null && intent.customer !== invoice.customer) throw otherCustomer();
  if (intent.status === 'canceled') throw canceled(intent.id);
  if (draft.find('invoice_payment', [['payment.payment_intent', intent.id]]).length > 0) throw attached(intent.id);
  const payment = insertPayment(draft, invoice, intent, { requested: Math.min(intent.amount, invoice.amount_remaining), isDefault: false });
  if (intent.status !== 'succeeded') return invoice;
  return receive(draft, payment, intent.amount_received);
}
