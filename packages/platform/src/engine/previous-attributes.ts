import type { Fields, StripeObject } from './world.ts';

const isHash = (value: unknown): value is Record<string, unknown> => typeof value === 'object' && value !== null && !Array.isArray(value);

function same(a: unknown, b: unknown): boolean {
  if (a === b) return true;
  if (typeof a !== 'object' || typeof b !== 'object' || a === null || b === null) return false;
  return JSON.stringify(a) === JSON.stringify(b);
}

/** Only the changed leaf of a nested hash is told; arrays and lists are told whole (api-and-events 2.1). */
function previousValue(before: unknown, after: unknown): unknown {
  if (!isHash(before) || !isHash(after)) return before ?? null;
  if (before.object === 'list') return { data: before.data };
  const previous: Record<string, unknown> = {};
  for (const key of new Set([...Object.keys(before), ...Object.keys(after)])) {
    if (!same(before[key], after[key])) previous[key] = previousValue(before[key], after[key]);
  }
  return previous;
}

/** The `data.previous_attributes` of an update, or nothing where nothing changed. */
export function previousAttributes(before: StripeObject, after: StripeObject): Fields | undefined {
  const previous: Fields = {};
  let changed = false;
  const note = (key: string): void => {
    if (same(before[key], after[key])) return;
    previous[key] = previousValue(before[key], after[key]);
    changed = true;
  };
  for (const key of Object.keys(before)) note(key);
  for (const key of Object.keys(after)) if (!(key in before)) note(key);
  return changed ? previous : undefined;
}

/** Whether laying these fields over an object changes it. */
export function changes(before: StripeObject, patch: Fields): boolean {
  for (const key of Object.keys(patch)) if (!same(before[key], patch[key])) return true;
  return false;
}
