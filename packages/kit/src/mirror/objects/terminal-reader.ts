import type { MirroredObject } from '../mirrored-object.ts';

export const terminalReader: MirroredObject = {
  object: 'terminal.reader',
  table: 'terminal_readers',
  list: '/v1/terminal/readers',
  by_created: false,
  quiet: true,
  priority: 2,
  usual: false,
};
