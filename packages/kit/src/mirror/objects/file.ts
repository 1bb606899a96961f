import type { MirroredObject } from '../mirrored-object.ts';

export const file: MirroredObject = {
  object: 'file',
  table: 'files',
  list: '/v1/files',
  priority: 2,
};
