import { defaultObject } from '@annex/contract';
import {
  type Behaviour,
  type Draft,
  type Fields,
  invalid,
  limitOf,
  type Machine,
  type Params,
  type StripeObject,
} from '../../engine/index.ts';
import { moveBalance } from '../customer-balance.ts';
import { pdfAddress } from '../invoice/address.ts';
import { cancelPayments, markPaid } from '../invoice/paid.ts';
import { askFor } from '../invoice/payment.ts';
import { refund } from '../refund/index.ts';
import { type Reckoned, reckon } from './reckon.ts';

const voidTwice = (note: StripeObject) =>
  invalid(`You can only void credit notes that are issued; this one is ${note.status}.`, undefined, 'status_transition_invalid');
const paidOut = () =>
  invalid(
    'You can only void credit notes of open invoices that gave nothing back yet: what was refunded or credited cannot be taken back.',
    undefined,
    'status_transition_invalid',
  );
const notPaid = (invoice: string) =>
  invalid(`No payment of the invoice ${invoice} can be refunded. Use credit_amount or out_of_band_amount.`, 'refund_amount');

const machine: Machine = { field: 'status', moves: { void: { from: ['issued'], to: ['void'] } }, refusal: voidTwice };

/** A refund of the payment that paid the invoice, as if it had been asked for by itself. */
function refundPayment(draft: Draft, invoice: string, amount: number): StripeObject {
  const paid = draft.find(
    'invoice_payment',
    [['invoice', invoice]],
    (row) => row.status === 'paid' && row.payment.payment_intent !== undefined,
  );
  const able = paid.find((row) => {
    const charge = draft.get('charge', draft.get('payment_intent', row.payment.payment_intent)?.latest_charge);
    return charge !== undefined && charge.amount_captured - charge.amount_refunded >= amount;
  });
  if (able === undefined) throw notPaid(invoice);
  const params = { payment_intent: able.payment.payment_intent, amount };
  const made = draft.make('refund', { metadata: {}, ...refund.create!(draft, params) });
  return refund.created!(draft, made, params);
}

const REDUCED = ['amount_due', 'amount_remaining'] as const;

/** The invoice asks for less (or, voided, for more again), and remembers how much was credited before and after it was paid. */
function moveInvoice(draft: Draft, note: StripeObject, sign: 1 | -1): void {
  const invoice = draft.get('invoice', note.invoice)!;
  const less = sign * note.pre_payment_amount;
  const fields: Fields = {
    ...Object.fromEntries(REDUCED.map((name) => [name, invoice[name] - less])),
    pre_payment_credit_notes_amount: invoice.pre_payment_credit_notes_amount + less,
    post_payment_credit_notes_amount: invoice.post_payment_credit_notes_amount + sign * note.post_payment_amount,
  };
  const after = draft.set(invoice, fields, { event: 'invoice.updated' });
  if (note.pre_payment_amount === 0 || after.amount_remaining > 0) {
    askFor(draft, after);
    return;
  }
  markPaid(draft, after, { amount: after.amount_paid, attempted: after.attempted });
  cancelPayments(draft, invoice.id, 'automatic');
}

function giveBack(draft: Draft, note: StripeObject, { refund: amount, credit }: Reckoned): Fields {
  const refunds = [...note.refunds];
  if (amount > 0) {
    const made = refundPayment(draft, note.invoice, amount);
    refunds.push({ amount_refunded: amount, payment_record_refund: null, refund: made.id, type: 'refund' });
  }
  const move = { amount: -credit, currency: note.currency, type: 'credit_note', credit_note: note.id, invoice: note.invoice };
  return { refunds, customer_balance_transaction: credit > 0 ? moveBalance(draft, note.customer, move)!.id : null };
}

/** `POST /v1/credit_notes`. Its event comes when it names what gave the money back, so that it never needs an update. */
function create(draft: Draft, params: Params): StripeObject {
  const reckoned = reckon(draft, params);
  const id = draft.id('credit_note');
  const list = { object: 'list', data: [], has_more: false, url: `/v1/credit_notes/${id}/lines` };
  for (const line of reckoned.lines) draft.make('credit_note_line_item', { ...line, credit_note: id }, { event: null });
  const note = draft.make('credit_note', { id, ...reckoned.fields, lines: list, pdf: pdfAddress(draft, id) }, { event: null });
  const after = draft.set(note, giveBack(draft, note, reckoned), { event: null });
  draft.emit('credit_note.created', after);
  moveInvoice(draft, after, 1);
  return after;
}

function voidNote(draft: Draft, note: StripeObject): StripeObject {
  const invoice = draft.get('invoice', note.invoice)!;
  if (invoice.status !== 'open' || note.post_payment_amount > 0) throw paidOut();
  const after = draft.set(note, { status: 'void', voided_at: draft.now }, { event: 'credit_note.voided' });
  moveInvoice(draft, after, -1);
  return after;
}

/** As it would be: nothing of it is kept. */
function preview(draft: Draft, params: Params): { note: StripeObject; lines: StripeObject[] } {
  const { fields, lines } = reckon(draft, params);
  const id = draft.id('credit_note');
  const whole = (object: string, given: Fields): StripeObject => {
    const made = { id: draft.id(object), created: draft.now, livemode: draft.world.livemode };
    return { ...defaultObject(draft.contract, object, made), ...given } as StripeObject;
  };
  const all = lines.map((line) => whole('credit_note_line_item', line)).reverse();
  const list = { object: 'list', data: all.slice(0, 10), has_more: all.length > 10, url: '/v1/credit_notes/preview/lines' };
  return { note: { ...whole('credit_note', { ...fields, lines: list, pdf: pdfAddress(draft, id) }), id }, lines: all };
}

export const creditNote: Behaviour = {
  object: 'credit_note',
  grade: 'lived',
  machine,
  filters: { customer: 'customer', invoice: 'invoice' },
  actions: { void: voidNote },
  specials: {
    'POST /v1/credit_notes': create,
    'GET /v1/credit_notes/preview': (draft, params) => preview(draft, params).note,
    'GET /v1/credit_notes/preview/lines': (draft, params) => {
      const limit = limitOf(params);
      const { lines: all } = preview(draft, params);
      return { object: 'list', data: all.slice(0, limit), has_more: all.length > limit, url: '/v1/credit_notes/preview/lines' };
    },
  },
};

/** Whose it is, is ours to know: the object itself does not say (its address does). */
export const creditNoteLineItem: Behaviour = {
  object: 'credit_note_line_item',
  grade: 'lived',
  retrieved: (_draft, { credit_note: _note, ...line }) => line as StripeObject,
};
