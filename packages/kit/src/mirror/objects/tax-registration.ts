import type { MirroredObject } from '../mirrored-object.ts';

export const taxRegistration: MirroredObject = {
  object: 'tax.registration',
  table: 'tax_registrations',
  list: '/v1/tax/registrations',
  query: { status: 'all' },
  by_created: false,
  quiet: true,
  priority: 2,
};
