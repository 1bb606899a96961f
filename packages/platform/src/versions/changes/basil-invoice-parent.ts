import type { VersionChange } from '../change.ts';

export const basilInvoiceParent: VersionChange = {
  version: '2025-03-31.basil',
  sentence:
    'What an invoice came from stands in its `parent`; it was told by `subscription`, `subscription_details`, `subscription_proration_date` and `quote`.',
  answers: {
    invoice: (invoice) => {
      const { parent } = invoice;
      const details = parent?.subscription_details ?? null;
      invoice.subscription = details?.subscription ?? null;
      invoice.subscription_details = { metadata: details?.metadata ?? null };
      if (details?.subscription_proration_date !== undefined) invoice.subscription_proration_date = details.subscription_proration_date;
      invoice.quote = parent?.quote_details?.quote ?? null;
      delete invoice.parent;
    },
  },
  references: { invoice: { subscription: 'subscription', quote: 'quote' } },
  rows: [
    {
      title: 'an invoice of a subscription',
      answer: {
        now: {
          id: 'in_1',
          object: 'invoice',
          parent: {
            quote_details: null,
            subscription_details: { metadata: { plan: 'pro' }, subscription: 'sub_1' },
            type: 'subscription_details',
          },
        },
        before: {
          id: 'in_1',
          object: 'invoice',
          subscription: 'sub_1',
          subscription_details: { metadata: { plan: 'pro' } },
          quote: null,
        },
      },
    },
    {
      title: 'an invoice of nothing',
      answer: {
        now: { id: 'in_1', object: 'invoice', parent: null },
        before: { id: 'in_1', object: 'invoice', subscription: null, subscription_details: { metadata: null }, quote: null },
      },
    },
  ],
};
