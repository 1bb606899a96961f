import type { MirroredObject } from '../mirrored-object.ts';

export const issuingAuthorization: MirroredObject = {
  object: 'issuing.authorization',
  table: 'issuing_authorizations',
  list: '/v1/issuing/authorizations',
  columns: ['status'],
  priority: 2,
  usual: false,
};
