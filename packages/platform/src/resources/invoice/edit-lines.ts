import { type Draft, type Fields, invalid, mergedMetadata, noSuch, type Params, type StripeObject } from '../../engine/index.ts';
import { redeemDiscounts } from '../discount.ts';
import { changedItem, followItem, itemFromParams } from '../invoiceitem.ts';
import { taxRates } from '../tax-rate.ts';
import { editing } from './edit.ts';
import { sweep } from './pending.ts';
import { givenTaxes, setTerms } from './tax.ts';
import { linesOf } from './total.ts';

const notDraft = (invoice: StripeObject) =>
  invalid(`Lines can only be changed while an invoice is a draft; this one is ${invoice.status}.`, undefined, 'invoice_not_editable');
const noSuchLine = (id: string, at: string) => invalid(`No such invoice line item: '${id}'`, at, 'resource_missing');
const tooMany = () => invalid('An invoice can have at most 250 line items that are added by hand.', 'lines');
const notYours = (at: string) => invalid('The invoice item belongs to another customer or another currency than the invoice.', at);
const placed = (id: string, at: string) => invalid(`The invoice item ${id} is already on an invoice.`, at);
const planned = (at: string) =>
  invalid('The line of a subscription cannot be taken off its invoice. Change the subscription, or delete the draft.', at);
const ratesAndAmounts = (at: string) =>
  invalid('You may only specify one of these parameters: tax_rates, tax_amounts.', at, 'parameters_exclusive');

const itemOf = (draft: Draft, line: StripeObject): StripeObject | undefined =>
  draft.get('invoiceitem', line.parent?.invoice_item_details?.invoice_item);

/** What only lives on the line: taxes that were reckoned elsewhere, and the rates of a line without an item. */
function setTaxes(draft: Draft, line: StripeObject, params: Params, at: string): void {
  if (params.tax_rates !== undefined && params.tax_amounts !== undefined) throw ratesAndAmounts(at);
  if (Array.isArray(params.tax_amounts)) setTerms(draft, line.id, { taxes: givenTaxes(draft, params.tax_amounts), tax_rates: undefined });
  else if (params.tax_amounts !== undefined) setTerms(draft, line.id, { taxes: undefined });
  if (params.tax_rates === undefined) return;
  const rates = taxRates(draft, params.tax_rates === null ? [] : params.tax_rates, `${at}tax_rates`);
  setTerms(draft, line.id, { taxes: undefined, tax_rates: itemOf(draft, line) === undefined ? rates : undefined });
}

/** A line of a subscription has no item that could carry its changes. */
function changedPlanLine(draft: Draft, line: StripeObject, params: Params): Fields {
  const owner = { customer: draft.get('invoice', line.invoice)!.customer, invoice: line.invoice };
  const discounts = params.discounts === undefined ? undefined : redeemDiscounts(draft, params.discounts, { owner, param: 'discounts' });
  return {
    ...(params.amount !== undefined && { amount: params.amount, subtotal: params.amount }),
    ...(params.description !== undefined && { description: params.description }),
    ...(params.discountable !== undefined && { discountable: params.discountable }),
    ...(params.period !== undefined && { period: params.period }),
    ...(params.quantity !== undefined && { quantity: params.quantity, quantity_decimal: String(params.quantity) }),
    ...(discounts !== undefined && { discounts: discounts }),
    ...(params.metadata !== undefined && { metadata: mergedMetadata({}, params.metadata) }),
  };
}

function changeLine(draft: Draft, line: StripeObject, params: Params, at = ''): void {
  const item = itemOf(draft, line);
  if (item === undefined) draft.set(line, changedPlanLine(draft, line, params), { event: null });
  else followItem(draft, draft.set(item, changedItem(draft, item, params), { event: null }));
  setTaxes(draft, line, params, at);
}

/** Every edit of lines: only on a draft, told as one event with the amounts that follow from it. */
function editLines(draft: Draft, invoice: StripeObject, params: Params, work: () => void): StripeObject {
  if (invoice.status !== 'draft') throw notDraft(invoice);
  return editing(draft, invoice.id, () => {
    work();
    if (params.invoice_metadata === undefined) return;
    const now = draft.get('invoice', invoice.id)!;
    draft.set(now, { metadata: mergedMetadata(now.metadata ?? {}, params.invoice_metadata) }, { event: null });
  });
}

function addLine(draft: Draft, invoice: StripeObject, given: Params, at: string): void {
  const customer = draft.get('customer', invoice.customer)!;
  const known = given.invoice_item === undefined ? undefined : draft.need('invoiceitem', given.invoice_item, `${at}[invoice_item]`);
  if (known !== undefined && known.invoice !== null) throw placed(known.id, `${at}[invoice_item]`);
  const item = known ?? itemFromParams(draft, given, { customer, currency: invoice.currency });
  if (item.customer !== invoice.customer || item.currency !== invoice.currency) throw notYours(at);
  const [line] = sweep(draft, invoice, [item]);
  setTaxes(draft, line!, { ...(given.tax_amounts !== undefined && { tax_amounts: given.tax_amounts }) }, at);
}

export const addLines = (draft: Draft, invoice: StripeObject, params: Params): StripeObject =>
  editLines(draft, invoice, params, () => {
    if (linesOf(draft, invoice.id).length + params.lines.length > 250) throw tooMany();
    params.lines.forEach((given: Params, index: number) => {
      addLine(draft, invoice, given, `lines[${index}]`);
    });
  });

function needLine(draft: Draft, invoice: StripeObject, id: string, at: string): StripeObject {
  const line = draft.get('line_item', id);
  if (line === undefined || line.invoice !== invoice.id) throw noSuchLine(id, at);
  return line;
}

export const updateLines = (draft: Draft, invoice: StripeObject, params: Params): StripeObject =>
  editLines(draft, invoice, params, () => {
    params.lines.forEach((given: Params, index: number) => {
      changeLine(draft, needLine(draft, invoice, given.id, `lines[${index}][id]`), given, `lines[${index}]`);
    });
  });

export const removeLines = (draft: Draft, invoice: StripeObject, params: Params): StripeObject =>
  editLines(draft, invoice, params, () => {
    params.lines.forEach((given: Params, index: number) => {
      const line = needLine(draft, invoice, given.id, `lines[${index}][id]`);
      const item = itemOf(draft, line);
      if (item === undefined) throw planned(`lines[${index}][id]`);
      draft.remove(line, 'gone', { event: null });
      if (given.behavior === 'unassign') draft.set(item, { invoice: null }, { event: null });
      else draft.remove(item, 'stub');
    });
  });

/** `POST /v1/invoices/{invoice}/lines/{line}` */
export function updateLine(draft: Draft, params: Params, [id, lineId]: readonly string[]): StripeObject {
  const invoice = draft.get('invoice', id);
  if (invoice === undefined) throw noSuch('invoice', id!, { param: 'invoice', inPath: true });
  const line = draft.get('line_item', lineId);
  if (line === undefined || line.invoice !== invoice.id)
    throw noSuch('invoice line item', lineId!, { param: 'line_item_id', inPath: true });
  editLines(draft, invoice, {}, () => changeLine(draft, line, params));
  return draft.get('line_item', line.id)!;
}
