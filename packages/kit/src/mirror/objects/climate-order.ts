import type { MirroredObject } from '../mirrored-object.ts';

export const climateOrder: MirroredObject = {
  object: 'climate.order',
  table: 'climate_orders',
  list: '/v1/climate/orders',
  by_created: false,
  priority: 2,
  usual: false,
};
