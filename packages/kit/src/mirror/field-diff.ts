/** One field that differs, by its path in the object: `items.data.0.quantity`. Undefined: not there. */
export interface FieldDiff {
  readonly path: string;
  readonly mirror: unknown;
  readonly source: unknown;
}

/** Where two JSON values differ, leaf by leaf; at most `most` places. */
export function fieldDiffs(mirror: unknown, source: unknown, most = 50): FieldDiff[] {
  const found: FieldDiff[] = [];
  const walk = (ours: unknown, theirs: unknown, path: string): void => {
    if (found.length >= most || Object.is(ours, theirs)) return;
    if (isObject(ours) && isObject(theirs) && Array.isArray(ours) === Array.isArray(theirs)) {
      const names = [...new Set([...Object.keys(ours), ...Object.keys(theirs)])].sort();
      for (const name of names) walk(ours[name], theirs[name], path === '' ? name : `${path}.${name}`);
      return;
    }
    found.push({ path, mirror: ours, source: theirs });
  };
  walk(mirror, source, '');
  return found;
}

const isObject = (value: unknown): value is Record<string, unknown> => typeof value === 'object' && value !== null;
