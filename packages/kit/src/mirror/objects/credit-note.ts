import type { MirroredObject } from '../mirrored-object.ts';

export const creditNote: MirroredObject = {
  object: 'credit_note',
  table: 'credit_notes',
  list: '/v1/credit_notes',
  lists: [{ field: 'lines', path: '/v1/credit_notes/{id}/lines', view: 'credit_note_line_items' }],
  columns: ['customer', 'invoice', 'status'],
  priority: 1,
};
