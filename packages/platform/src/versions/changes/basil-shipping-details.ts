import type { VersionChange } from '../change.ts';

export const basilShippingDetails: VersionChange = {
  version: '2025-03-31.basil',
  sentence: 'Where a Checkout Session ships to stands in `collected_information`; it was `shipping_details`.',
  answers: {
    'checkout.session': (session) => {
      session.shipping_details = session.collected_information?.shipping_details ?? null;
    },
  },
  rows: [
    {
      title: 'an address that was collected',
      answer: {
        now: { id: 'cs_1', object: 'checkout.session', collected_information: { shipping_details: { name: 'Ada' } } },
        before: {
          id: 'cs_1',
          object: 'checkout.session',
          collected_information: { shipping_details: { name: 'Ada' } },
          shipping_details: { name: 'Ada' },
        },
      },
    },
  ],
};
