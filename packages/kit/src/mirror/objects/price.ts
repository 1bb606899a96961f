import type { MirroredObject } from '../mirrored-object.ts';

export const price: MirroredObject = {
  object: 'price',
  table: 'prices',
  list: '/v1/prices',
  expand: ['tiers'],
  needed: { tiers: "o->>'billing_scheme' = 'tiered'" },
  columns: ['product'],
  deleted_by: ['price.deleted'],
  priority: 0,
};
