import type { VersionChange } from '../change.ts';
import type { OldRequest } from '../params.ts';

const forget = (request: OldRequest, path: string): void => {
  const name = path.slice(path.lastIndexOf('[') + 1).replace(']', '');
  for (const place of request.places(path)) delete place.hash[name];
};

const SPEED = 'payment_method_options[us_bank_account][preferred_settlement_speed]';

export const dahliaForgottenParams: VersionChange = {
  version: '2026-03-25.dahlia',
  sentence:
    'The `preferred_settlement_speed` of payments by bank account and the `proof_of_registration` of accounts are no parameters any more; at older versions Annex takes them and does nothing with them.',
  params: [
    {
      on: ['POST /v1/payment_intents', 'POST /v1/payment_intents/{}', 'POST /v1/payment_intents/{}/confirm'],
      up: (request) => forget(request, SPEED),
    },
    { on: ['POST /v1/accounts'], up: (request) => forget(request, 'documents[proof_of_registration]') },
  ],
  rows: [
    {
      title: 'the speed of a settlement',
      request: {
        op: 'POST /v1/payment_intents/{}/confirm',
        form: `${SPEED}=fastest`,
        becomes: { payment_method_options: { us_bank_account: {} } },
      },
    },
  ],
};
