import type { Draft, DueRow, StripeObject } from '../engine/index.ts';

/**
 * What the world outside does a moment after a request: a bank rules on a dispute, a refund bounces. It happens on its
 * own, so that clients meet the state in between, in the moment of the request even where that lies on a test clock.
 */
export interface Afterthought {
  readonly object: string;
  readonly what: string;
  /** Runs where the object is still there; it must look at the state, which may have moved on. */
  readonly act: (draft: Draft, object: StripeObject) => void;
}

const SOON = 'annex.soon';

/** Lets something happen to an object when this request is answered. Once, however often it is asked for. */
export function soon(draft: Draft, object: StripeObject, what: string): void {
  const id = `${what}/${object.id}`;
  if (draft.get(SOON, id) !== undefined) return;
  const record: StripeObject = { id, object: SOON, what, of: { object: object.object, id: object.id }, created: draft.now };
  draft.insert(record, { event: null });
}

/** The row that makes it so, for a table of afterthoughts. */
export const soonRow = (table: readonly Afterthought[]): DueRow => ({
  object: SOON,
  what: 'let the world outside answer',
  at: () => 0,
  act: (draft, record) => {
    const row = table.find((each) => each.object === record.of.object && each.what === record.what);
    if (row === undefined) throw new Error(`nothing is declared to ${record.what} a ${record.of.object}`);
    const object = draft.get(record.of.object, record.of.id);
    if (object !== undefined) row.act(draft.at(record.created), object);
    draft.remove(record, 'gone', { event: null });
  },
});
