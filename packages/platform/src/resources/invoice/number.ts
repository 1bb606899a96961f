import { type Draft, invalid, type StripeObject } from '../../engine/index.ts';
import { invoiceSettings } from './settings.ts';

/** The account's own sequence in one world; made with its first number. */
const SEQUENCE = 'annex.invoice_sequence';

const taken = (number: string) =>
  invalid(`An invoice with the number ${number} already exists on this account.`, 'number', 'resource_already_exists');

export function assertFree(draft: Draft, number: string, own: string): void {
  if (draft.find('invoice', [['number', number]], (row) => row.id !== own).length > 0) throw taken(number);
}

const written = (prefix: string, sequence: number): string => `${prefix}-${String(sequence).padStart(4, '0')}`;

/** `ABCD1234-0001`: the next of the customer's sequence, or of the account's where that is chosen. A number that was set by hand stays. */
export function takeNumber(draft: Draft, invoice: StripeObject): string {
  if (typeof invoice.number === 'string') return invoice.number;
  const { numbering, number_prefix: prefix } = invoiceSettings(draft);
  if (numbering === 'account') return written(prefix, nextOfAccount(draft));
  const customer = draft.get('customer', invoice.customer)!;
  const sequence = customer.next_invoice_sequence ?? 1;
  draft.set(customer, { next_invoice_sequence: sequence + 1 }, { event: null });
  return written(customer.invoice_prefix, sequence);
}

function nextOfAccount(draft: Draft): number {
  const known = draft.get(SEQUENCE, 'account');
  if (known === undefined) draft.insert({ id: 'account', object: SEQUENCE, next: 2, created: draft.now }, { event: null });
  else draft.set(known, { next: known.next + 1 }, { event: null });
  return known?.next ?? 1;
}
