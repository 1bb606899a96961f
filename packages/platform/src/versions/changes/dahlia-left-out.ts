import type { StripeObject } from '../../engine/index.ts';
import type { Down, VersionChange } from '../change.ts';

/** Null where it is left out now. */
const nullWhereAbsent =
  (field: string): Down =>
  (object: StripeObject) => {
    object[field] ??= null;
  };

export const dahliaLeftOut: VersionChange = {
  version: '2026-03-25.dahlia',
  sentence:
    'The `tax_code` of a product, the `transfer_data` of a payment intent and the `flow_directions` of a setup intent may be left out of answers; they were null.',
  answers: {
    product: nullWhereAbsent('tax_code'),
    payment_intent: nullWhereAbsent('transfer_data'),
    setup_intent: nullWhereAbsent('flow_directions'),
  },
  rows: [
    {
      title: 'a payment intent that transfers nothing',
      answer: {
        now: { id: 'pi_1', object: 'payment_intent' },
        before: { id: 'pi_1', object: 'payment_intent', transfer_data: null },
      },
    },
  ],
};
