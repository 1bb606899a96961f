import { createRequire } from 'node:module';

const require = createRequire(import.meta.url);

/** Loaded when the first recipe is read or shown: it would cost a third of the platform's start. */
export const yaml = (): typeof import('yaml') => require('yaml') as typeof import('yaml');
