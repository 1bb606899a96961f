import type { Part, Platform } from '../platform.ts';
import { controlDoor } from './door.ts';
import { type Control, controlOf } from './index.ts';

/** The control API of a platform, made once: over HTTP and in process it keeps the same snapshots. */
const made = new WeakMap<Platform, Control>();

export function controlFor(platform: Platform): Control {
  let control = made.get(platform);
  if (control === undefined) {
    control = controlOf(platform);
    made.set(platform, control);
  }
  return control;
}

export const control = (platform: Platform): Part => ({ doors: { _annex: controlDoor(platform, () => controlFor(platform)) } });
