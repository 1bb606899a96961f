import type { Query } from '../postgres/database.ts';
import { within } from '../work/deadline.ts';
import type { InboxEvent } from './apply.ts';

/** What else must happen with an event, in the same transaction: the extension's own handlers, and leaving. */
export type Effect = (event: InboxEvent, tx: Query) => Promise<void>;

/**
 * The same for events of several types that are applied together, after the handlers of each: one statement instead of one per event.
 * When one of them cannot be applied, it runs again with each event alone.
 */
export interface TogetherEffect {
  /** Event types, Stripe's words. */
  readonly types: readonly string[];
  /** Called with at least one event; they come in the order in which they arrived. */
  readonly run: (events: readonly InboxEvent[], tx: Query) => Promise<void>;
}

/** Everything that must happen with events besides the mirror. */
export interface Effects {
  /** Does anything follow from events of this type? */
  has(type: string): boolean;
  run(events: readonly InboxEvent[], tx: Query): Promise<void>;
}

/** `ms`: work that never ends must not hold up the events of everybody; it fails, is tried again, and is set aside in the end. */
export function effectsOf(each: ReadonlyMap<string, Effect>, together: readonly TogetherEffect[], ms: number): Effects {
  const shared = together.map(({ types, run }) => ({ types: new Set(types), run }));
  const late = (type: string): string => `The extension’s own work for ${type} did not end within ${ms} ms.`;
  return {
    has: (type) => each.has(type) || shared.some(({ types }) => types.has(type)),
    async run(events, tx) {
      for (const event of events) {
        const effect = each.get(event.type);
        if (effect !== undefined) await within(ms, effect(event, tx), late(event.type));
      }
      for (const { types, run } of shared) {
        const wanted = events.filter(({ type }) => types.has(type));
        if (wanted.length > 0) await within(ms, run(wanted, tx), late([...new Set(wanted.map(({ type }) => type))].join(', ')));
      }
    },
  };
}
