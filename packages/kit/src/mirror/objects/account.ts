import type { MirroredObject } from '../mirrored-object.ts';

export const account: MirroredObject = {
  object: 'account',
  table: 'accounts',
  list: '/v1/account',
  by_created: false,
  single: true,
  priority: 0,
};
