import type { VersionChange } from '../change.ts';

export const endivePaymentMethodTypes: VersionChange = {
  version: '2026-09-30.endive',
  sentence:
    'Payment intents, setup intents and Checkout Sessions are told which payment methods to offer by `allowed_payment_method_types`; `payment_method_types` is no parameter of theirs any more and stays in answers.',
  params: [
    {
      on: [
        'POST /v1/payment_intents',
        'POST /v1/payment_intents/{}',
        'POST /v1/payment_intents/{}/confirm',
        'POST /v1/setup_intents',
        'POST /v1/setup_intents/{}',
        'POST /v1/checkout/sessions',
      ],
      moved: { payment_method_types: 'allowed_payment_method_types' },
    },
  ],
  rows: [
    {
      title: 'the types of a payment intent',
      request: {
        op: 'POST /v1/payment_intents',
        form: 'amount=100&currency=usd&payment_method_types[]=card',
        becomes: { amount: '100', currency: 'usd', allowed_payment_method_types: ['card'] },
      },
    },
  ],
};
