export { createLantern, type Lantern, type LanternOptions, type Log, type RunningLantern } from './lantern.ts';
export { routes } from './routes.ts';
export { type ServedLantern, type ServeOptions, serveLantern } from './serve.ts';
export { readSettings, SETTINGS, type Settings } from './settings.ts';
export type { Route } from './web/visit.ts';
