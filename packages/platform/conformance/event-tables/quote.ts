import { type EventRow, row } from './row.ts';
import type { Shop } from './shop.ts';

const draft = async (shop: Shop) =>
  shop.stripe.quotes.create({ customer: (await shop.customer('tok_visa')).id, line_items: [{ price: (await shop.price(500, {})).id }] });
const open = async (shop: Shop) => shop.stripe.quotes.finalizeQuote((await draft(shop)).id);

export const quote: readonly EventRow[] = [
  row({
    operation: 'create a quote',
    given: (shop) => shop.customer(),
    when: (shop, customer) => shop.stripe.quotes.create({ customer: customer.id }),
    tells: ['quote.created'],
  }),
  row({ operation: 'edit a quote', given: draft, when: (shop, { id }) => shop.stripe.quotes.update(id, { header: 'Hello' }), tells: [] }),
  row({
    operation: 'finalize a quote',
    given: draft,
    when: (shop, { id }) => shop.stripe.quotes.finalizeQuote(id),
    tells: ['quote.finalized'],
  }),
  row({
    operation: 'accept a quote of what recurs',
    given: async (shop) => {
      const customer = (await shop.customer('tok_visa')).id;
      const made = await shop.stripe.quotes.create({ customer, line_items: [{ price: (await shop.price(500)).id }] });
      return shop.stripe.quotes.finalizeQuote(made.id);
    },
    when: (shop, { id }) => shop.stripe.quotes.accept(id),
    tells: ['invoice.created', 'customer.subscription.created', 'quote.accepted'],
  }),
  row({
    operation: 'accept a quote of what is paid once',
    given: open,
    when: (shop, { id }) => shop.stripe.quotes.accept(id),
    tells: ['invoice.created', 'quote.accepted'],
  }),
  row({ operation: 'cancel a quote', given: open, when: (shop, { id }) => shop.stripe.quotes.cancel(id), tells: ['quote.canceled'] }),
];
