import type { StripeError } from './errors.ts';
import type { StripeObject } from './world.ts';

/** One move: which states it may start from and where it may end. `*` stands for every state. */
export interface Move {
  readonly from: readonly string[];
  readonly to: readonly string[];
}

/** A state machine as data. The engine asserts `from` before an action and `to` after it. */
export interface Machine {
  readonly field: string;
  readonly moves: Readonly<Record<string, Move>>;
  /** Events that entering a state means, beside `<object>.updated`. */
  readonly entering?: Readonly<Record<string, readonly string[]>>;
  /** The refusal for an action from a wrong state, in Stripe's words. */
  readonly refusal: (object: StripeObject, action: string, move: Move) => StripeError;
}

export function assertMayStart(machine: Machine, action: string, object: StripeObject): void {
  const move = machine.moves[action];
  if (move === undefined) return;
  const state = String(object[machine.field]);
  if (!move.from.includes('*') && !move.from.includes(state)) throw machine.refusal(object, action, move);
}

/** A behaviour that leaves the table is a defect of ours, so it surfaces as one. */
export function assertEnded(machine: Machine, action: string, object: StripeObject): void {
  const move = machine.moves[action];
  if (move === undefined) return;
  const state = String(object[machine.field]);
  if (move.to.includes('*') || move.to.includes(state)) return;
  throw new Error(`${object.object}.${action} ended in ${machine.field} ${state}; its machine allows ${move.to.join(', ')}`);
}
