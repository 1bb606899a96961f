import { type Behaviour, type Draft, invalid, type Machine, refuse, type StripeObject } from '../../engine/index.ts';
import { markUncollectible, voidInvoice } from './close.ts';
import { createInvoice } from './create.ts';
import { tellEdited, update } from './edit.ts';
import { addLines, removeLines, updateLine, updateLines } from './edit-lines.ts';
import { finalizeOrTell } from './finalize.ts';
import { pay } from './pay.ts';
import { attachPayment, confirmationSecret } from './payment.ts';
import { createPreview } from './preview.ts';
import { linesOf, retotal } from './total.ts';

const wrongState = (invoice: StripeObject, action: string) =>
  refuse({
    status: 400,
    code: 'status_transition_invalid',
    message: `You can only ${action.replaceAll('_', ' ')} an invoice in the right state: this one is ${invoice.status}.`,
  });

const machine: Machine = {
  field: 'status',
  moves: {
    attach_payment: { from: ['open'], to: ['open', 'paid'] },
    finalize: { from: ['draft'], to: ['open', 'paid'] },
    pay: { from: ['draft', 'open', 'uncollectible', 'paid'], to: ['paid', 'open', 'uncollectible'] },
    void: { from: ['open', 'uncollectible'], to: ['void'] },
    mark_uncollectible: { from: ['open'], to: ['uncollectible'] },
    send: { from: ['draft', 'open'], to: ['open', 'paid'] },
  },
  refusal: (invoice, action) => wrongState(invoice, action),
};

const notDraft = (invoice: StripeObject) =>
  invalid(`You can only delete draft invoices. This invoice is ${invoice.status}; void it instead.`, undefined, 'invoice_not_editable');
const ofSubscription = () =>
  invalid(
    'You can only delete one-off invoices. Finalize and void the invoice of a subscription instead.',
    undefined,
    'invoice_not_editable',
  );

/** A draft goes with its lines and with the items that it has swept (captured: they are not released). */
function remove(draft: Draft, doomed: StripeObject): 'gone' {
  if (doomed.status !== 'draft') throw notDraft(doomed);
  if (doomed.parent?.type === 'subscription_details' && doomed.billing_reason !== 'manual') throw ofSubscription();
  for (const line of linesOf(draft, doomed.id)) draft.remove(line, 'gone', { event: null });
  for (const item of draft.find('invoiceitem', [['invoice', doomed.id]])) draft.remove(item, 'stub', { event: null });
  return 'gone';
}

function send(draft: Draft, invoice: StripeObject): StripeObject {
  const open = invoice.status === 'draft' ? finalizeOrTell(draft, invoice) : invoice;
  draft.emit('invoice.sent', open);
  return open;
}

type Range = { gt?: number; gte?: number; lt?: number; lte?: number };

/** Whether an instant is the one that is asked for, or within the range that is. */
function within(at: number, asked: unknown): boolean {
  if (typeof asked === 'number') return at === asked;
  const { gt = -Infinity, gte = -Infinity, lt = Infinity, lte = Infinity } = asked as Range;
  return at > gt && at >= gte && at < lt && at <= lte;
}

export const invoice: Behaviour = {
  object: 'invoice',
  grade: 'lived',
  // An edit is told once, when the amounts are as they should be.
  events: { updated: null },
  machine,
  filters: {
    customer: 'customer',
    due_date: (row, value) => typeof row.due_date === 'number' && within(row.due_date, value),
    subscription: 'parent.subscription_details.subscription',
  },
  listed: (params) => (params.customer === undefined && params.subscription === undefined ? { where: [['test_clock', null]] } : {}),
  update,
  updated: (draft, after, _params, before) => {
    if (after.status === 'draft') retotal(draft, after.id);
    return tellEdited(draft, before);
  },
  remove,
  onExpand: { confirmation_secret: confirmationSecret },
  actions: {
    add_lines: addLines,
    attach_payment: attachPayment,
    finalize: (draft, target, params) => {
      const ready = params.auto_advance === undefined ? target : draft.set(target, { auto_advance: params.auto_advance }, { event: null });
      return finalizeOrTell(draft, ready);
    },
    mark_uncollectible: (draft, target) => markUncollectible(draft, target, 'user_forgiven'),
    pay,
    remove_lines: removeLines,
    send,
    update_lines: updateLines,
    void: voidInvoice,
  },
  specials: {
    'POST /v1/invoices': createInvoice,
    'POST /v1/invoices/create_preview': createPreview,
    'POST /v1/invoices/{invoiceId}/lines/{id}': updateLine,
  },
};
