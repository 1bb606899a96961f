import type { MirroredObject } from '../mirrored-object.ts';

export const terminalLocation: MirroredObject = {
  object: 'terminal.location',
  table: 'terminal_locations',
  list: '/v1/terminal/locations',
  by_created: false,
  quiet: true,
  priority: 2,
  usual: false,
};
