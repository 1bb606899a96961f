import type { Query } from '@annex/kit';
import { type Action, writeDown } from '../people/audit.ts';
import { callOf } from '../people/people.ts';
import type { AccountVisit } from './visit.ts';

/** Writes down what this person did to this account. */
export function note(on: Query, visit: AccountVisit, action: Action, facts: Record<string, unknown> = {}): Promise<void> {
  const { place, person, lantern } = visit;
  const who = { person: person.id, actor: callOf(person) };
  return writeDown(on, { account: place.account, livemode: place.livemode, nowMs: lantern.now(), ...who, action, facts });
}
