import type { MirroredObject } from '../mirrored-object.ts';

export const issuingCard: MirroredObject = {
  object: 'issuing.card',
  table: 'issuing_cards',
  list: '/v1/issuing/cards',
  columns: ['status'],
  priority: 2,
  usual: false,
};
