/**
 * What every operation tells, kept as data: which event types, in which order, with which `previous_attributes`.
 *
 * To add rows: write them into the table of their object in this folder (a new object gets a file of its own, `<object>.ts`,
 * and a line in `index.ts`); `event-tables.test.ts` runs every row of every table. A row says:
 *   - `operation`  the sentence by which a person knows it; it is the title of the test.
 *   - `given`      brings a fresh account to the state before; what it answers is handed to `when`. Nothing it tells is looked at.
 *   - `when`       the one operation (through the SDK; moving a clock is an operation too).
 *   - `heardBy`    whose events are looked at, where it is another account than the one that acts (Connect).
 *   - `refused`    the `code` (or decline code; the type, where there is no code) with which `when` is refused, where it is; a refusal may leave events behind.
 *   - `tells`      the events of `when`, oldest first. A bare type must carry no `previous_attributes`. `[type, {…}]` must carry
 *                  exactly these (`expect.any(Number)` and the like stand for values that a run makes up); `[type, ['a', 'b']]`
 *                  must carry exactly these keys, where the values are long or not the point.
 * A shop's `stage` is the platform it stands on: its clock may be moved (`shop.days`), accounts connect and let go on it.
 * Events that come a moment after the answer (a bank's ruling) are waited for: the runner waits for as many as the row names.
 */
import type { StagedShop } from './shop.ts';

export type Told = string | readonly [type: string, previous: Readonly<Record<string, unknown>> | readonly string[]];

export interface EventRow<Given = unknown> {
  readonly operation: string;
  readonly given: (shop: StagedShop) => Promise<Given>;
  readonly when: (shop: StagedShop, given: Given) => Promise<unknown>;
  readonly heardBy?: (shop: StagedShop, given: Given) => StagedShop;
  readonly refused?: string;
  readonly tells: readonly Told[];
}

/** Keeps the types of `given` and `when` together in a row, and lets rows of different kinds stand in one table. */
export const row = <Given>(made: EventRow<Given>): EventRow => made as EventRow;
