import { type Behaviour, type Draft, type Fields, invalid, type Machine, type Params, type StripeObject } from '../../engine/index.ts';
import { eventSummaries } from './summaries.ts';

const taken = (name: string) =>
  invalid(`A meter with event_name \`${name}\` already exists and is active. Deactivate it, or use another event_name.`, 'event_name');
const wrongStatus = (meter: StripeObject, action: string) =>
  invalid(`You cannot ${action} a meter that is ${meter.status}.`, undefined, 'resource_already_in_state');

const machine: Machine = {
  field: 'status',
  moves: {
    deactivate: { from: ['active'], to: ['inactive'] },
    reactivate: { from: ['inactive'], to: ['active'] },
  },
  refusal: wrongStatus,
};

/** One active meter listens to an event name: a report has one place to go. */
function checkName(draft: Draft, name: string, own?: string): void {
  if (draft.find('billing.meter', [['event_name', name]], (row) => row.status === 'active' && row.id !== own).length > 0) throw taken(name);
}

function create(draft: Draft, params: Params): Fields {
  checkName(draft, params.event_name);
  return {
    customer_mapping: params.customer_mapping ?? { event_payload_key: 'stripe_customer_id', type: 'by_id' },
    event_time_window: params.event_time_window ?? null,
    status: 'active',
    status_transitions: { deactivated_at: null },
    updated: draft.now,
    value_settings: params.value_settings ?? { event_payload_key: 'value' },
  };
}

const setStatus = (draft: Draft, meter: StripeObject, status: 'active' | 'inactive'): StripeObject =>
  draft.set(
    meter,
    { status, status_transitions: { deactivated_at: status === 'inactive' ? draft.now : null }, updated: draft.now },
    { event: status === 'inactive' ? 'billing.meter.deactivated' : 'billing.meter.reactivated' },
  );

export const meter: Behaviour = {
  object: 'billing.meter',
  grade: 'lived',
  machine,
  create,
  update: (draft, before, params) =>
    params.display_name === undefined || params.display_name === before.display_name ? {} : { updated: draft.now },
  actions: {
    deactivate: (draft, target) => setStatus(draft, target, 'inactive'),
    reactivate: (draft, target) => {
      checkName(draft, target.event_name, target.id);
      return setStatus(draft, target, 'active');
    },
  },
  specials: { 'GET /v1/billing/meters/{id}/event_summaries': eventSummaries },
};
