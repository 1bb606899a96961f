import type { MirroredObject } from '../mirrored-object.ts';

export const plan: MirroredObject = {
  object: 'plan',
  table: 'plans',
  list: '/v1/plans',
  columns: ['product'],
  deleted_by: ['plan.deleted'],
  priority: 1,
};
