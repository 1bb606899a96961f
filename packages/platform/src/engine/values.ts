import type { PageQuery } from './store.ts';
import type { StripeObject } from './world.ts';

/** Reads `a.b.c` of an object. */
export function valueAt(object: StripeObject, path: string): unknown {
  if (!path.includes('.')) return object[path];
  let value: unknown = object;
  for (const step of path.split('.')) {
    if (typeof value !== 'object' || value === null) return undefined;
    value = (value as Record<string, unknown>)[step];
  }
  return value;
}

/** Equality on fields; a field that holds an embedded object matches by its id. */
export function matches(object: StripeObject, where: PageQuery['where']): boolean {
  if (where === undefined) return true;
  return where.every(([path, wanted]) => {
    let value = valueAt(object, path);
    if (typeof value === 'object' && value !== null && 'id' in value) value = (value as { id: unknown }).id;
    return value === wanted || (wanted === null && value === undefined);
  });
}
