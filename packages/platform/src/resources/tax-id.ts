import { type Behaviour, type Draft, invalid, noSuch, type Params, type StripeObject } from '../engine/index.ts';
import { type Afterthought, soon } from './soon.ts';

/** Kinds that a register answers for, and how their numbers look; all others are taken as they are (`unavailable`). */
const VERIFIED: Readonly<Record<string, RegExp>> = {
  au_abn: /^\d{9}(\d{2})?$/,
  eu_vat: /^([A-Z]{2}[0-9A-Z+*]{2,12}|\d{9})$/,
  gb_vat: /^((GB|XI)?\d{9}(\d{3})?|(GB|XI)(GD|HA)\d{3})$/,
};
/** Documented numbers for tests: what the register answers. Any other number is found. */
const ANSWERS: readonly [number: RegExp, status: string][] = [
  [/0{9}$/, 'verified'],
  [/1{9}$/, 'unverified'],
  [/2{9}$/, 'pending'],
];

const badValue = (type: string) => invalid(`Invalid value for ${type}.`, 'value', 'tax_id_invalid');
const twice = (value: string) =>
  invalid(`A tax ID with the value ${value} and this type already exists.`, 'value', 'resource_already_exists');

/** `eu_vat` begins with the country; the other kinds are named after theirs. */
function countryOf(type: string, value: string): string | null {
  if (type === 'eu_oss_vat' || type === 'generic_tax_id') return null;
  return type === 'eu_vat' ? (/^[A-Z]{2}/.exec(value)?.[0] ?? null) : type.slice(0, 2).toUpperCase();
}

/** A tax id of a customer, or of the account itself. Only a customer's tells events (they are the customer's). */
export function insertTaxId(draft: Draft, given: Params, owner: { customer: string | null; owner: unknown }): StripeObject {
  const { type } = given;
  const value = String(given.value)
    .replaceAll(/[\s.-]/g, '')
    .toUpperCase();
  const shape = VERIFIED[type];
  if (value === '' || (shape !== undefined && !shape.test(value))) throw badValue(type);
  const own = draft.find('tax_id', [['customer', owner.customer]], (row) => row.type === type && row.value === value);
  if (own.length > 0) throw twice(value);
  const fields = {
    country: countryOf(type, value),
    customer: owner.customer,
    owner: owner.owner,
    type,
    value,
    verification: { status: shape === undefined ? 'unavailable' : 'pending', verified_address: null, verified_name: null },
  };
  const made = draft.make('tax_id', fields, { event: owner.customer === null ? null : 'customer.tax_id.created' });
  if (shape !== undefined && owner.customer !== null) soon(draft, made, 'verify');
  return made;
}

/** The register answers a moment later. */
export const verification: Afterthought = {
  object: 'tax_id',
  what: 'verify',
  act: (draft, taxId) => {
    const status = ANSWERS.find(([number]) => number.test(taxId.value))?.[1] ?? 'verified';
    if (status === taxId.verification.status) return;
    const customer = draft.get('customer', taxId.customer);
    const name = status === 'verified' ? (customer?.name ?? 'UNAVAILABLE') : null;
    const verified = { status, verified_address: status === 'verified' ? 'UNAVAILABLE' : null, verified_name: name };
    draft.set(taxId, { verification: verified }, { event: 'customer.tax_id.updated' });
  },
};

export const ofCustomer = (id: string) => ({
  customer: id,
  owner: { account: null, application: null, customer: id, customer_account: null, type: 'customer' },
});
const ofAccount = { customer: null, owner: { customer: null, customer_account: null, type: 'self' } };

/** Copies of a customer's tax ids, as an invoice carries them. */
export const taxIdsOf = (draft: Draft, customer: string): { type: string; value: string }[] =>
  draft
    .find('tax_id', [['customer', customer]])
    .reverse()
    .map(({ type, value }) => ({ type, value }));

const forOther = (type: string) => invalid(`Annex keeps tax IDs of customers and of the account itself, not of an ${type}.`, 'owner[type]');

function create(draft: Draft, params: Params): StripeObject {
  const { owner } = params;
  if (owner?.type === undefined || owner.type === 'self') return insertTaxId(draft, params, ofAccount);
  if (owner.type !== 'customer') throw forOther(owner.type);
  return insertTaxId(draft, params, ofCustomer(draft.need('customer', owner.customer ?? '', 'owner[customer]').id));
}

export const taxId: Behaviour = {
  object: 'tax_id',
  grade: 'lived',
  events: { created: null, updated: null, deleted: null },
  filters: {
    owner: (row, value) => {
      const { type, customer } = value as { type: string; customer?: string };
      return row.owner?.type === type && (customer === undefined || row.customer === customer);
    },
  },
  remove: (draft, taxId) => draft.remove(taxId, 'gone', { event: taxId.customer === null ? null : 'customer.tax_id.deleted' }),
  specials: {
    'POST /v1/tax_ids': create,
    'POST /v1/customers/{id}/tax_ids': (draft, params, [id]) => {
      if (draft.get('customer', id) === undefined) throw noSuch('customer', id!, { param: 'id', inPath: true });
      return insertTaxId(draft, params, ofCustomer(id!));
    },
  },
};
