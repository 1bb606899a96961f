import type { Draft, DueRow, StripeObject } from '../engine/index.ts';

/**
 * Something that is told, or done, about an object at an instant that is no field of it. A record of its own falls due,
 * and is gone when it is done, so that the object itself need not change.
 */
export interface Reminded {
  readonly object: string;
  readonly what: string;
  /** Runs where the object is still there; it must look at the state, which may have moved on. */
  readonly act: (draft: Draft, object: StripeObject) => void;
}

const REMINDER = 'annex.reminder';

export interface Reminder {
  readonly what: string;
  /** Unix seconds. */
  readonly at: number;
  readonly test_clock: string | null;
}

/** Sets the reminder, or moves the one that was set. */
export function remind(draft: Draft, object: StripeObject, { what, at, test_clock }: Reminder): void {
  const id = `${what}/${object.id}`;
  const known = draft.get(REMINDER, id);
  const fields = { at, test_clock, of: { object: object.object, id: object.id }, what };
  if (known !== undefined) draft.set(known, fields, { event: null });
  else draft.insert({ id, object: REMINDER, created: draft.now, ...fields }, { event: null });
}

export function forget(draft: Draft, object: StripeObject, what: string): void {
  const known = draft.get(REMINDER, `${what}/${object.id}`);
  if (known !== undefined) draft.remove(known, 'gone', { event: null });
}

/** The row that makes it so, for a table of what is reminded of. */
export const reminderRow = (table: readonly Reminded[]): DueRow => ({
  object: REMINDER,
  what: 'remind',
  at: (reminder) => reminder.at,
  act: (draft, reminder) => {
    const row = table.find((each) => each.object === reminder.of.object && each.what === reminder.what);
    if (row === undefined) throw new Error(`nothing is declared to ${reminder.what} a ${reminder.of.object}`);
    // Gone before it acts, so that the act can set the next one.
    draft.remove(reminder, 'gone', { event: null });
    const object = draft.get(reminder.of.object, reminder.of.id);
    if (object !== undefined) row.act(draft, object);
  },
});
