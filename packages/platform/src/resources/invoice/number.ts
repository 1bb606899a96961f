import { type Draft, invalid, type StripeObject } from '../../engine/index.ts';

/** How the invoices of a world are numbered; without it each customer has its own sequence, as Stripe's default is. */
const NUMBERING = 'annex.invoice_numbering';

const taken = (number: string) =>
  invalid(`An invoice with the number ${number} already exists on this account.`, 'number', 'resource_already_exists');

export function assertFree(draft: Draft, number: string, own: string): void {
  if (draft.find('invoice', [['number', number]], (row) => row.id !== own).length > 0) throw taken(number);
}

const written = (prefix: string, sequence: number): string => `${prefix}-${String(sequence).padStart(4, '0')}`;

/** `ABCD1234-0001`: the next of the customer's sequence, or of the account's where that is chosen. A number that was set by hand stays. */
export function takeNumber(draft: Draft, invoice: StripeObject): string {
  if (typeof invoice.number === 'string') return invoice.number;
  const ofAccount = draft.get(NUMBERING, 'account');
  if (ofAccount !== undefined) {
    draft.set(ofAccount, { next: ofAccount.next + 1 }, { event: null });
    return written(ofAccount.prefix, ofAccount.next);
  }
  const customer = draft.get('customer', invoice.customer)!;
  const sequence = customer.next_invoice_sequence ?? 1;
  draft.set(customer, { next_invoice_sequence: sequence + 1 }, { event: null });
  return written(customer.invoice_prefix, sequence);
}

/** Numbers all invoices of the account in one sequence from now on, or (`null`) each customer's in its own. */
export function numberByAccount(draft: Draft, prefix: string | null): void {
  const known = draft.get(NUMBERING, 'account');
  if (prefix === null) {
    if (known !== undefined) draft.remove(known, 'gone', { event: null });
  } else if (known === undefined) draft.insert({ id: 'account', object: NUMBERING, prefix, next: 1, created: draft.now }, { event: null });
  else draft.set(known, { prefix }, { event: null });
}
