import { type Behaviour, type Draft, invalid, missingParam, type Params, type Special, type StripeObject } from '../../engine/index.ts';
import { METER_EVENT, usageKey } from './usage.ts';

const MINUTE = 60;
const HOUR = 3600;
const DAY = 24 * HOUR;

const noMeter = (name: string) =>
  invalid(`No active meter found for event_name '${name}'. Create one, or reactivate it.`, 'event_name', 'no_meter');
const noCustomer = (key: string) =>
  invalid(`The payload has no '${key}', which names the customer.`, `payload[${key}]`, 'parameter_missing');
const noValue = (key: string) =>
  invalid(`The payload has no '${key}', which is what the meter counts.`, `payload[${key}]`, 'parameter_missing');
const badValue = (key: string, given: string) =>
  invalid(`The payload's '${key}' must be a number, but it is '${given}'.`, `payload[${key}]`);
const outOfTime = (at: number) =>
  invalid(`Timestamp ${at} must be within the past 35 days and at most 5 minutes in the future.`, 'timestamp', 'timestamp_out_of_range');
const seenBefore = (identifier: string) =>
  invalid(`An event already exists with identifier ${identifier}.`, 'identifier', 'duplicate_meter_event');
const noEvent = (identifier: string) =>
  invalid(`No such meter event of the last 24 hours: '${identifier}'`, 'cancel[identifier]', 'resource_missing');

const meterOf = (draft: Draft, name: string): StripeObject | undefined =>
  draft.find('billing.meter', [['event_name', name]], (row) => row.status === 'active')[0];

/** What a report counts; a meter that counts reports needs no value. */
function countedBy(meter: StripeObject, payload: Params): number {
  const key = meter.value_settings.event_payload_key;
  const given = payload[key];
  if (given === undefined) {
    if (meter.default_aggregation.formula === 'count') return 1;
    throw noValue(key);
  }
  if (!/^-?\d+(\.\d{1,12})?$/.test(String(given))) throw badValue(key, given);
  return Number(given);
}

/** A customer on a test clock reports in its present. */
const presentOf = (draft: Draft, customer: StripeObject): number =>
  draft.get('test_helpers.test_clock', customer.test_clock)?.frozen_time ?? draft.now;

/** `POST /v1/billing/meter_events`: kept at once; Stripe takes a moment. One report for an identifier within 24 hours. */
const report: Special = (draft, params) => {
  const { event_name: name, payload } = params;
  const meter = meterOf(draft, name);
  if (meter === undefined) throw noMeter(name);
  const key = meter.customer_mapping.event_payload_key;
  if (payload[key] === undefined) throw noCustomer(key);
  const customer = draft.need('customer', payload[key], `payload[${key}]`);
  const now = presentOf(draft, customer);
  const timestamp = params.timestamp ?? now;
  if (timestamp < now - 35 * DAY || timestamp > now + 5 * MINUTE) throw outOfTime(timestamp);
  const identifier = params.identifier ?? draft.random(32);
  const id = `${meter.id}/${identifier}`;
  const known = draft.get(METER_EVENT, id);
  if (known !== undefined && known.created > now - DAY) throw seenBefore(identifier);
  const event = { event_name: name, identifier, payload, timestamp };
  const kept = { canceled: false, created: now, key: usageKey(meter.id, customer.id), value: countedBy(meter, payload), ...event };
  // An identifier that may be used again leaves what it told before where it is.
  draft.insert({ ...kept, id: known === undefined ? id : `${id}/${now}`, object: METER_EVENT }, { event: null });
  return { object: 'billing.meter_event', created: now, livemode: draft.world.livemode, ...event };
};

/** `POST /v1/billing/meter_event_adjustments`: a report of the last 24 hours no longer counts. */
const adjust: Special = (draft, params) => {
  const { event_name: name, cancel } = params;
  const meter = meterOf(draft, name);
  if (meter === undefined) throw noMeter(name);
  const identifier = cancel?.identifier;
  if (identifier === undefined) throw missingParam('cancel[identifier]');
  const [kept] = draft.find(METER_EVENT, [['identifier', identifier]], (row) => row.event_name === name && !row.canceled);
  if (kept === undefined) throw noEvent(identifier);
  const customer = draft.get('customer', kept.key.slice(kept.key.indexOf('/') + 1));
  if (kept.created <= (customer === undefined ? draft.now : presentOf(draft, customer)) - DAY) throw noEvent(identifier);
  draft.set(kept, { canceled: true }, { event: null });
  return {
    object: 'billing.meter_event_adjustment',
    cancel: { identifier },
    event_name: name,
    livemode: draft.world.livemode,
    status: 'complete',
    type: 'cancel',
  };
};

export const meterEvent: Behaviour = {
  object: 'billing.meter_event',
  grade: 'lived',
  specials: { 'POST /v1/billing/meter_events': report, 'POST /v1/billing/meter_event_adjustments': adjust },
};
