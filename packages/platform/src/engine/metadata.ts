import { refuse } from './errors.ts';

/** Keys merge; an empty value deletes its key; empty metadata wipes all (api-and-events 1.10). */
export function mergedMetadata(before: Record<string, string>, given: Record<string, string> | null | ''): Record<string, string> {
  if (given === null || given === '') return {};
  const merged: Record<string, string> = { ...before };
  for (const [key, value] of Object.entries(given)) {
    if (value === '' || value === null) delete merged[key];
    else Object.defineProperty(merged, key, { value, enumerable: true, configurable: true, writable: true });
  }
  if (Object.keys(merged).length > 50)
    throw refuse({
      status: 400,
      message: `Metadata can have up to 50 keys, but you've set ${Object.keys(merged).length}. You can delete keys by unsetting them.`,
      param: 'metadata',
    });
  return merged;
}
