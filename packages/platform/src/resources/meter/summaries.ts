import { invalid, limitOf, noSuch, type Params, type Special } from '../../engine/index.ts';
import { aggregate, reportsIn } from './usage.ts';

const MINUTE = 60;
const WINDOWS: Readonly<Record<string, number>> = { hour: 3600, day: 86_400 };
const unaligned = (name: string, at: number, to: string) =>
  invalid(`${name} must be aligned with ${to} boundaries, but ${at} is not.`, name);
const backwards = () => invalid('end_time must be later than start_time.', 'end_time');

function checkTimes({ start_time: start, end_time: end, value_grouping_window: window }: Params): void {
  const grain = WINDOWS[window] ?? MINUTE;
  if (end <= start) throw backwards();
  for (const [name, at] of [
    ['start_time', start],
    ['end_time', end],
  ] as const) {
    if (at % grain !== 0) throw unaligned(name, at, typeof window === 'string' ? `${window}` : 'minute');
  }
}

/** `GET …/event_summaries`: what a customer has used in a span, in one piece or by hour or day, latest first. */
export const eventSummaries: Special = (draft, params, ids) => {
  const meter = draft.get('billing.meter', ids[0]);
  if (meter === undefined) throw noSuch('billing.meter', ids[0]!, { param: 'id', inPath: true });
  draft.need('customer', params.customer, 'customer');
  checkTimes(params);
  const { customer, start_time: from, end_time: until } = params;
  const size = WINDOWS[params.value_grouping_window] ?? until - from;
  const data = [];
  for (let end = until; end > from; end -= size) {
    const window = { customer, start: end - size, end };
    if (reportsIn(draft, meter.id, window).length === 0) continue;
    data.push({
      id: `mtrusg_test_${meter.id}_${window.start}`,
      object: 'billing.meter_event_summary',
      aggregated_value: aggregate(draft, meter, window),
      end_time: end,
      livemode: draft.world.livemode,
      meter: meter.id,
      start_time: window.start,
    });
  }
  const after = data.findIndex((row) => row.id === params.starting_after) + 1;
  const page = data.slice(after, after + limitOf(params));
  const url = `/v1/billing/meters/${meter.id}/event_summaries`;
  return { object: 'list', data: page, has_more: data.length > after + page.length, url };
};
