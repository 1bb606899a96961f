import type { MirroredObject } from '../mirrored-object.ts';

export const issuingCardholder: MirroredObject = {
  object: 'issuing.cardholder',
  table: 'issuing_cardholders',
  list: '/v1/issuing/cardholders',
  columns: ['status'],
  priority: 2,
  usual: false,
};
