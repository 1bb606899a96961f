import type { MirroredObject } from '../mirrored-object.ts';

export const invoiceRenderingTemplate: MirroredObject = {
  object: 'invoice_rendering_template',
  table: 'invoice_rendering_templates',
  list: '/v1/invoice_rendering_templates',
  by_created: false,
  quiet: true,
  priority: 2,
};
