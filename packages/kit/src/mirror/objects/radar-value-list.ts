import type { MirroredObject } from '../mirrored-object.ts';

export const radarValueList: MirroredObject = {
  object: 'radar.value_list',
  table: 'radar_value_lists',
  list: '/v1/radar/value_lists',
  lists: [{ field: 'list_items', path: '/v1/radar/value_list_items?value_list={id}', view: 'radar_value_list_items' }],
  quiet: true,
  priority: 2,
};
