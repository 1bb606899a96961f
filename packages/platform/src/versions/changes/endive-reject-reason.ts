import type { VersionChange } from '../change.ts';

/** The one old reason that has no namesake now; the others kept their names. */
const FRAUD = 'fraud_other';

export const endiveRejectReason: VersionChange = {
  version: '2026-09-30.endive',
  sentence: 'An account is rejected for one of several kinds of fraud (`fraud_other` and its like) instead of `fraud`.',
  params: [
    {
      on: ['POST /v1/accounts/{}/reject'],
      up: (request) => request.move('reason', 'reason', (value) => (value === 'fraud' ? FRAUD : value)),
    },
  ],
  rows: [
    {
      title: 'fraud',
      request: { op: 'POST /v1/accounts/{}/reject', form: 'reason=fraud', becomes: { reason: FRAUD } },
    },
  ],
};
