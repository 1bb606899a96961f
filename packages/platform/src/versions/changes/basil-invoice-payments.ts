import type { StripeObject } from '../../engine/index.ts';
import type { Look, VersionChange } from '../change.ts';

/** The one payment that an invoice had: the default one of today. A draft had none yet. */
function intentOf(invoice: StripeObject, look: Look): StripeObject | undefined {
  if (invoice.status === 'draft' || typeof invoice.id !== 'string') return undefined;
  const payments = look.find('invoice_payment', 'invoice', invoice.id).filter((each) => each.payment?.type === 'payment_intent');
  const payment = payments.find((each) => each.is_default) ?? payments[0];
  return payment === undefined ? undefined : look.get('payment_intent', payment.payment.payment_intent);
}

/** The invoice that a payment intent pays. */
function invoiceOf(intent: unknown, look: Look): string | null {
  if (typeof intent !== 'string') return null;
  return look.find('invoice_payment', 'payment.payment_intent', intent)[0]?.invoice ?? null;
}

const idOf = (value: unknown): unknown => (typeof value === 'object' && value !== null ? (value as StripeObject).id : value);

function invoice(given: StripeObject, look: Look): void {
  const intent = intentOf(given, look);
  const isPaid = given.status === 'paid';
  given.payment_intent = intent?.id ?? null;
  given.charge = intent?.latest_charge ?? null;
  given.paid = isPaid;
  given.paid_out_of_band = isPaid && given.amount_paid > 0 && intent?.status !== 'succeeded';
  given.application_fee_amount = intent?.application_fee_amount ?? null;
  given.transfer_data = intent?.transfer_data ?? null;
  delete given.payments;
  delete given.confirmation_secret;
  delete given.amount_overpaid;
}

export const basilInvoicePayments: VersionChange = {
  version: '2025-03-31.basil',
  sentence:
    'An invoice may have several payments, in `payments`; it had one, told by `payment_intent`, `charge`, `paid`, `paid_out_of_band`, `application_fee_amount` and `transfer_data`, and payment intents and charges named their `invoice`.',
  answers: {
    invoice,
    payment_intent: (intent, look) => {
      intent.invoice = invoiceOf(intent.id, look);
    },
    charge: (charge, look) => {
      charge.invoice = invoiceOf(idOf(charge.payment_intent), look);
    },
  },
  references: {
    invoice: { payment_intent: 'payment_intent', charge: 'charge' },
    payment_intent: { invoice: 'invoice' },
    charge: { invoice: 'invoice' },
  },
  events: ['invoice_payment.paid', 'invoice.overpaid'],
  rows: [
    {
      title: 'a paid invoice names its payment',
      world: [
        {
          id: 'inpay_1',
          object: 'invoice_payment',
          invoice: 'in_1',
          is_default: true,
          payment: { type: 'payment_intent', payment_intent: 'pi_1' },
        },
        { id: 'pi_1', object: 'payment_intent', latest_charge: 'ch_1', status: 'succeeded' },
      ],
      answer: {
        now: { id: 'in_1', object: 'invoice', status: 'paid', amount_paid: 500, amount_overpaid: 0 },
        before: {
          id: 'in_1',
          object: 'invoice',
          status: 'paid',
          amount_paid: 500,
          payment_intent: 'pi_1',
          charge: 'ch_1',
          paid: true,
          paid_out_of_band: false,
          application_fee_amount: null,
          transfer_data: null,
        },
      },
    },
    {
      title: 'a charge names its invoice',
      world: [{ id: 'inpay_1', object: 'invoice_payment', invoice: 'in_1', payment: { payment_intent: 'pi_1' } }],
      answer: {
        now: { id: 'ch_1', object: 'charge', payment_intent: 'pi_1' },
        before: { id: 'ch_1', object: 'charge', payment_intent: 'pi_1', invoice: 'in_1' },
      },
    },
  ],
};
