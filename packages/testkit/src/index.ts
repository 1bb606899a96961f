export { simulate } from '@annex/platform';
export {
  type Answer,
  createKitWorld,
  createWorld,
  type Extension,
  freePort,
  type KitWorld,
  type Owner,
  type Party,
  type World,
  type WorldOptions,
} from './world.ts';
