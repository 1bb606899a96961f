import { type Draft, invalid, type StripeObject, SYSTEM } from '../../engine/index.ts';

/** What an account sets in its dashboard about its invoices; the API has no words for it. */
export interface InvoiceSettings {
  /** Whose sequence numbers an invoice: each customer's own, or one of the whole account. */
  readonly numbering: 'customer' | 'account';
  /** What the account's own numbers begin with. */
  readonly number_prefix: string;
  /** How many days before it is due an invoice tells `invoice.will_be_due`; 0 for never. */
  readonly will_be_due_days: number;
  /** How many days after it was due an unpaid invoice tells `invoice.overdue`; 0 for never. */
  readonly overdue_days: number;
}

const KIND = 'annex.invoice_settings';
export const NUMBERINGS = ['customer', 'account'] as const;
const LONGEST = 90;

/** As Stripe begins: customers have their own sequences, and no automation tells of due dates. */
export const DEFAULTS: InvoiceSettings = { numbering: 'customer', number_prefix: 'INV', will_be_due_days: 0, overdue_days: 0 };

export function invoiceSettings(draft: Draft): InvoiceSettings {
  const kept = draft.in(SYSTEM).get(KIND, draft.world.account);
  return kept === undefined ? DEFAULTS : (kept as StripeObject & InvoiceSettings);
}

const badNumbering = (given: string) => invalid(`'numbering' must be one of ${NUMBERINGS.join(', ')}, but it is '${given}'.`, 'numbering');
const badPrefix = (given: string) =>
  invalid(`'number_prefix' must be 3 to 12 capital letters or digits, but it is '${given}'.`, 'number_prefix');
const badDays = (name: string, given: number) =>
  invalid(`'${name}' must be a whole number from 0 to ${LONGEST}, but it is ${given}.`, name);

/** Lays what is given over what an account has set. */
export function changeInvoiceSettings(draft: Draft, account: string, given: Partial<InvoiceSettings>): InvoiceSettings {
  if (given.numbering !== undefined && !NUMBERINGS.includes(given.numbering)) throw badNumbering(given.numbering);
  if (given.number_prefix !== undefined && !/^[0-9A-Z]{3,12}$/.test(given.number_prefix)) throw badPrefix(given.number_prefix);
  for (const name of ['will_be_due_days', 'overdue_days'] as const) {
    const days = given[name];
    if (days !== undefined && !(Number.isInteger(days) && days >= 0 && days <= LONGEST)) throw badDays(name, days);
  }
  const system = draft.in(SYSTEM);
  const known = system.get(KIND, account);
  const fields = Object.fromEntries(Object.entries(given).filter(([, value]) => value !== undefined));
  const kept =
    known === undefined
      ? system.insert({ id: account, object: KIND, created: draft.now, ...DEFAULTS, ...fields }, { event: null })
      : system.set(known, fields, { event: null });
  return kept as StripeObject & InvoiceSettings;
}
