import { type Behaviour, type Draft, invalid, type Machine, type Params, refuse, type StripeObject } from '../../engine/index.ts';
import { cancel as cancelIntent } from '../payment-intent/index.ts';
import { currencyOf } from '../price.ts';
import { finalize, paymentOf } from './finalize.ts';
import { insertInvoice, totalsOf } from './make.ts';
import { pay } from './pay.ts';
import { pendingItems, sweep } from './pending.ts';

const wrongState = (invoice: StripeObject, action: string) =>
  refuse({
    status: 400,
    code: 'status_transition_invalid',
    message: `You can only ${action.replaceAll('_', ' ')} an invoice in the right state: this one is ${invoice.status}.`,
  });

const machine: Machine = {
  field: 'status',
  moves: {
    finalize: { from: ['draft'], to: ['open', 'paid'] },
    pay: { from: ['draft', 'open', 'uncollectible', 'paid'], to: ['paid', 'open'] },
    void: { from: ['open', 'uncollectible'], to: ['void'] },
    mark_uncollectible: { from: ['open'], to: ['uncollectible'] },
    send: { from: ['draft', 'open'], to: ['open', 'paid'] },
  },
  refusal: (invoice, action) => wrongState(invoice, action),
};

const notDraft = (invoice: StripeObject) =>
  invalid(`You can only delete draft invoices. This invoice is ${invoice.status}; void it instead.`, undefined, 'invoice_not_editable');

/** `POST /v1/invoices`: a draft of its own, with the pending items where they are asked for. */
function createInvoice(draft: Draft, params: Params): StripeObject {
  if (params.customer === undefined) throw invalid('Missing required param: customer.', 'customer', 'parameter_missing');
  const customer = draft.need('customer', params.customer, 'customer');
  const currency = params.currency === undefined ? (customer.currency ?? 'usd') : currencyOf(params.currency);
  const method = params.collection_method ?? 'charge_automatically';
  if (method === 'send_invoice' && params.days_until_due === undefined && params.due_date === undefined) {
    throw invalid('If invoice collection is set to send_invoice, you must specify days_until_due or due_date.', 'days_until_due');
  }
  const invoice = insertInvoice(draft, {
    customer,
    currency,
    billing_reason: 'manual',
    collection_method: method,
    lines: [],
    auto_advance: params.auto_advance ?? false,
    days_until_due: params.days_until_due ?? null,
    period: { start: draft.now, end: draft.now },
    fields: {
      ...(params.description !== undefined && { description: params.description }),
      ...(params.due_date !== undefined && { due_date: params.due_date }),
      ...(params.default_payment_method !== undefined && { default_payment_method: params.default_payment_method }),
      ...(params.footer !== undefined && { footer: params.footer }),
      metadata: params.metadata ?? {},
    },
  });
  if (params.pending_invoice_items_behavior !== 'include') return invoice;
  sweep(draft, invoice, pendingItems(draft, customer.id, { currency }));
  return retotal(draft, invoice.id);
}

/** Amounts of a draft after its lines have changed. */
export function retotal(draft: Draft, id: string): StripeObject {
  const lines = draft.find('line_item', [['invoice', id]]).reverse();
  const discounts = draft.get('invoice', id)!.discounts.map((discount: string) => draft.get('discount', discount)!);
  const totals = totalsOf(draft, lines, discounts);
  return draft.set(draft.get('invoice', id)!, totals, { event: null });
}

function voided(draft: Draft, invoice: StripeObject): StripeObject {
  const payment = paymentOf(draft, invoice.id);
  const intent = draft.get('payment_intent', payment?.payment.payment_intent);
  if (intent !== undefined && intent.status !== 'succeeded' && intent.status !== 'canceled') cancelIntent(draft, intent, 'void_invoice');
  const fields = {
    status: 'void',
    auto_advance: false,
    next_payment_attempt: null,
    status_transitions: { ...invoice.status_transitions, voided_at: draft.now },
  };
  return draft.set(invoice, fields, { event: 'invoice.voided' });
}

export const invoice: Behaviour = {
  object: 'invoice',
  grade: 'lived',
  machine,
  filters: { subscription: 'parent.subscription_details.subscription', customer: 'customer' },
  listed: (params) => (params.customer === undefined && params.subscription === undefined ? { where: [['test_clock', null]] } : {}),
  remove: (draft, doomed) => {
    if (doomed.status !== 'draft') throw notDraft(doomed);
    for (const line of draft.find('line_item', [['invoice', doomed.id]])) draft.remove(line, 'gone', { event: null });
    return 'gone';
  },
  actions: {
    finalize: (draft, target) => finalize(draft, target),
    pay,
    void: voided,
    mark_uncollectible: (draft, target) =>
      draft.set(
        target,
        {
          status: 'uncollectible',
          auto_advance: false,
          status_transitions: { ...target.status_transitions, marked_uncollectible_at: draft.now },
        },
        { event: ['invoice.marked_uncollectible', 'invoice.updated'] },
      ),
    send: (draft, target) => {
      const open = target.status === 'draft' ? finalize(draft, target) : target;
      draft.emit('invoice.sent', open);
      return open;
    },
  },
  specials: { 'POST /v1/invoices': createInvoice },
};
