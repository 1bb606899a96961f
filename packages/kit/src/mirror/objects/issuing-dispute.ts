import type { MirroredObject } from '../mirrored-object.ts';

export const issuingDispute: MirroredObject = {
  object: 'issuing.dispute',
  table: 'issuing_disputes',
  list: '/v1/issuing/disputes',
  columns: ['status'],
  priority: 2,
  usual: false,
};
