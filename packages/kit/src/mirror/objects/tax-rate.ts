import type { MirroredObject } from '../mirrored-object.ts';

export const taxRate: MirroredObject = {
  object: 'tax_rate',
  table: 'tax_rates',
  list: '/v1/tax_rates',
  priority: 1,
};
