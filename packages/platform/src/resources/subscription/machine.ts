import { invalid, type Machine } from '../../engine/index.ts';

const RUNNING = ['trialing', 'active', 'past_due', 'unpaid', 'incomplete', 'paused'];

const SENTENCES: Readonly<Record<string, string>> = {
  migrate: 'You can only migrate a subscription that has not ended',
  pause: 'You can only pause a subscription if it is `active`',
  resume: 'You can only resume a subscription if it is `paused`',
};

/** Actions of their own; what payments, invoices and time do to a subscription is in the tables of consequences and dues. */
export const machine: Machine = {
  field: 'status',
  moves: {
    migrate: { from: RUNNING, to: RUNNING },
    pause: { from: ['active'], to: ['paused'] },
    resume: { from: ['paused'], to: ['active', 'past_due', 'paused'] },
  },
  refusal: (_subscription, action) => invalid(`${SENTENCES[action]}.`),
};
