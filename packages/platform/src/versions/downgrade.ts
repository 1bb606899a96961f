import { previousAttributes, type StripeObject } from '../engine/index.ts';
import type { Down, Look, VersionChange } from './change.ts';

/** The changes that a version does not know, newest first, ready to be undone. */
export class Downgrade {
  readonly changes: readonly VersionChange[];
  private readonly byObject = new Map<string, Down[]>();
  private readonly marks: readonly string[];

  constructor(changes: readonly VersionChange[]) {
    this.changes = changes;
    for (const change of changes) {
      for (const [object, down] of Object.entries(change.answers ?? {})) {
        const known = this.byObject.get(object);
        if (known === undefined) this.byObject.set(object, [down]);
        else known.push(down);
      }
    }
    this.marks = [...this.byObject.keys()].map((object) => `"object":"${object}"`);
  }

  /** An answer's JSON as it was at this version; the same text where it holds nothing that changed. */
  text(text: string, look: Look): string {
    if (!this.marks.some((mark) => text.includes(mark))) return text;
    const value = JSON.parse(text) as unknown;
    this.walk(value, look);
    return JSON.stringify(value);
  }

  /** Turns a value and all that is in it, in place: the outer object first. */
  walk(value: unknown, look: Look): void {
    if (typeof value !== 'object' || value === null) return;
    if (Array.isArray(value)) {
      for (const item of value) this.walk(item, look);
      return;
    }
    const object = value as StripeObject;
    // An event is told in the version that it happened in, whoever asks (api-and-events 2.2).
    if (object.object === 'event') return;
    const downs = typeof object.object === 'string' && object.deleted !== true ? this.byObject.get(object.object) : undefined;
    if (downs !== undefined) for (const down of downs) down(object, look);
    for (const key in object) if (typeof object[key] === 'object') this.walk(object[key], look);
  }

  /**
   * The `data` of an event as it was at this version. What changed is told by undoing both states and comparing them again:
   * fields that are computed from others change with them.
   */
  eventData(data: { object: StripeObject; previous_attributes?: StripeObject }, look: Look): typeof data {
    const after = structuredClone(data.object);
    this.walk(after, look);
    if (data.previous_attributes === undefined) return { object: after };
    const before = rewound(data.object, data.previous_attributes) as StripeObject;
    this.walk(before, look);
    const previous = previousAttributes(before, after);
    return { object: after, ...(previous !== undefined && { previous_attributes: previous as StripeObject }) };
  }
}

const isHash = (value: unknown): value is Record<string, unknown> => typeof value === 'object' && value !== null && !Array.isArray(value);

/** The state before, of the state after and what is told of the difference: a nested `null` may have been absent. */
function rewound(after: unknown, previous: unknown): unknown {
  if (!isHash(after) || !isHash(previous)) return structuredClone(previous);
  const before: Record<string, unknown> = structuredClone(after);
  for (const [key, value] of Object.entries(previous)) {
    const merges = isHash(value) && isHash(after[key]);
    before[key] = merges ? rewound(after[key], value) : structuredClone(value);
  }
  return before;
}
