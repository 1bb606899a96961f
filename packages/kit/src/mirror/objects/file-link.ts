import type { MirroredObject } from '../mirrored-object.ts';

export const fileLink: MirroredObject = {
  object: 'file_link',
  table: 'file_links',
  list: '/v1/file_links',
  columns: ['file'],
  quiet: true,
  priority: 2,
};
