import type { MirroredObject } from '../mirrored-object.ts';

export const balanceTransaction: MirroredObject = {
  object: 'balance_transaction',
  table: 'balance_transactions',
  list: '/v1/balance_transactions',
  columns: ['source', 'type'],
  quiet: true,
  priority: 2,
};
