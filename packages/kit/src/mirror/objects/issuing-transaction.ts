import type { MirroredObject } from '../mirrored-object.ts';

export const issuingTransaction: MirroredObject = {
  object: 'issuing.transaction',
  table: 'issuing_transactions',
  list: '/v1/issuing/transactions',
  columns: ['type'],
  priority: 2,
  usual: false,
};
