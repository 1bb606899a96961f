import type { StripeObject } from '../../engine/index.ts';
import { planOfPrice } from '../../resources/price.ts';
import type { Look, VersionChange } from '../change.ts';

/** The whole price and, of a recurring one, its plan, as lines and items carried them. */
function priceAndPlan(holder: StripeObject, look: Look): { price: StripeObject | null; plan: StripeObject | null } {
  const named = holder.pricing?.price_details?.price;
  const price = (typeof named === 'string' ? look.get('price', named) : named) ?? null;
  return { price, plan: price === null || (price.recurring ?? null) === null ? null : planOfPrice(price) };
}

function line(given: StripeObject, look: Look): void {
  const fromItem = given.parent?.invoice_item_details ?? null;
  const fromSubscription = given.parent?.subscription_item_details ?? null;
  const details = fromSubscription ?? fromItem;
  Object.assign(given, priceAndPlan(given, look));
  given.type = fromSubscription === null ? 'invoiceitem' : 'subscription';
  given.proration = details?.proration ?? false;
  given.proration_details = details?.proration_details ?? { credited_items: null };
  const item = details?.invoice_item ?? null;
  if (item !== null) given.invoice_item = item;
  if (fromSubscription !== null) given.subscription_item = fromSubscription.subscription_item;
  given.subscription ??= details?.subscription ?? null;
  delete given.parent;
  delete given.pricing;
}

function item(given: StripeObject, look: Look): void {
  const details = given.parent?.subscription_details ?? null;
  const decimal: string | null = given.pricing?.unit_amount_decimal ?? null;
  const quantity = given.quantity ?? 1;
  const each = decimal ?? (quantity === 0 ? null : String(given.amount / quantity));
  Object.assign(given, priceAndPlan(given, look));
  given.subscription = details?.subscription ?? null;
  if (details?.subscription_item !== undefined) given.subscription_item = details.subscription_item;
  given.unit_amount = each !== null && /^-?\d+$/.test(each) ? Number(each) : null;
  given.unit_amount_decimal = each;
  delete given.parent;
  delete given.pricing;
}

const ITEMS = ['POST /v1/invoiceitems', 'POST /v1/invoiceitems/{}'];
const LINES = ['POST /v1/invoices/{}/add_lines', 'POST /v1/invoices/{}/update_lines'];

export const basilPricing: VersionChange = {
  version: '2025-03-31.basil',
  sentence:
    'Invoice items and lines tell their price in `pricing` and their origin in `parent`; they carried `price`, `plan`, `subscription_item`, `invoice_item`, `type` and `proration`, and were created with `price` or `unit_amount`.',
  params: [
    {
      on: ITEMS,
      moved: { price: 'pricing[price]', unit_amount: 'unit_amount_decimal' },
      since: ['pricing'],
    },
    { on: ['POST /v1/invoices/{}/lines/{}'], moved: { price: 'pricing[price]' }, since: ['pricing'] },
    { on: LINES, moved: { 'lines[][price]': 'lines[][pricing][price]' }, since: ['lines[][pricing]'] },
  ],
  answers: { line_item: line, invoiceitem: item },
  references: {
    line_item: { invoice_item: 'invoiceitem', subscription_item: 'subscription_item' },
    invoiceitem: { subscription: 'subscription' },
  },
  rows: [
    {
      title: 'an item with a price',
      request: {
        op: 'POST /v1/invoiceitems',
        form: 'customer=cus_1&price=price_1',
        becomes: { customer: 'cus_1', pricing: { price: 'price_1' } },
      },
      refused: { op: 'POST /v1/invoiceitems', form: 'customer=cus_1&pricing[price]=price_1', param: 'pricing' },
    },
    {
      title: 'lines with prices',
      request: {
        op: 'POST /v1/invoices/{}/add_lines',
        form: 'lines[0][price]=price_1&lines[1][amount]=5',
        becomes: { lines: { 0: { pricing: { price: 'price_1' } }, 1: { amount: '5' } } },
      },
    },
    {
      title: 'a line of a subscription',
      world: [{ id: 'price_1', object: 'price', recurring: null, product: 'prod_1' }],
      answer: {
        now: {
          id: 'il_1',
          object: 'line_item',
          subscription: 'sub_1',
          pricing: { price_details: { price: 'price_1', product: 'prod_1' }, type: 'price_details', unit_amount_decimal: '500' },
          parent: {
            invoice_item_details: null,
            subscription_item_details: {
              invoice_item: null,
              proration: false,
              proration_details: { credited_items: null },
              subscription: 'sub_1',
              subscription_item: 'si_1',
            },
            type: 'subscription_item_details',
          },
        },
        before: {
          id: 'il_1',
          object: 'line_item',
          subscription: 'sub_1',
          price: { id: 'price_1', object: 'price', recurring: null, product: 'prod_1' },
          plan: null,
          type: 'subscription',
          proration: false,
          proration_details: { credited_items: null },
          subscription_item: 'si_1',
        },
      },
    },
    {
      title: 'an item by itself',
      answer: {
        now: { id: 'ii_1', object: 'invoiceitem', amount: 300, quantity: 3, pricing: null, parent: null },
        before: {
          id: 'ii_1',
          object: 'invoiceitem',
          amount: 300,
          quantity: 3,
          price: null,
          plan: null,
          subscription: null,
          unit_amount: 100,
          unit_amount_decimal: '100',
        },
      },
    },
  ],
};
