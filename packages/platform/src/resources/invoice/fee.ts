import { applicationFee } from '@annex/money';
import { type Draft, invalid, type Params, type StripeObject } from '../../engine/index.ts';

/** What an application takes of an invoice that it made; the object has no field for it. Its id is the invoice's. */
const FEE = 'annex.invoice_fee';

const noFeeHere = () =>
  invalid(
    'Can only apply an application_fee_amount when the request is made on behalf of another account (using an OAuth key or the Stripe-Account header).',
    'application_fee_amount',
  );
const negative = () => invalid('This value must be greater than or equal to 0.', 'application_fee_amount', 'parameter_invalid_integer');

/** `application_fee_amount` of a request, judged before anything is stored. */
export function checkFee(draft: Draft, params: Params): void {
  if (params.application_fee_amount === undefined) return;
  if (draft.actor.application === null) throw noFeeHere();
  if (params.application_fee_amount < 0) throw negative();
}

export function setFee(draft: Draft, invoice: string, params: Params): void {
  if (params.application_fee_amount === undefined) return;
  const known = draft.get(FEE, invoice);
  const fields = { amount: params.application_fee_amount };
  if (known === undefined) draft.insert({ id: invoice, object: FEE, created: draft.now, ...fields }, { event: null });
  else draft.set(known, fields, { event: null });
}

/** What is taken of a payment: the invoice's own amount, else its subscription's share of the total, tax included (oauth 9.2). */
export function feeOf(draft: Draft, invoice: StripeObject, subscription: StripeObject | undefined): number | null {
  const own = draft.get(FEE, invoice.id);
  if (own !== undefined) return Math.min(own.amount, invoice.amount_due);
  const percent = subscription?.application_fee_percent;
  return typeof percent === 'number' ? applicationFee(invoice.total, percent, invoice.amount_due) : null;
}
