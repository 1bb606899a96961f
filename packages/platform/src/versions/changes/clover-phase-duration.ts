import type { FormHash } from '@annex/contract';
import type { VersionChange } from '../change.ts';
import { fresh, type OldRequest } from '../params.ts';

interface Recurring {
  readonly interval: string;
  readonly interval_count: number;
}

/** How often the first price of a phase recurs. A price that is not there is refused later, under its own name. */
function recurringOf(request: OldRequest, phase: FormHash): Recurring {
  const [first] = Object.values(phase.items ?? {}) as FormHash[];
  const data = first?.price_data as { recurring?: Partial<Recurring> } | undefined;
  const price = request.look.get('price', String(first?.price ?? first?.plan ?? ''));
  const { interval, interval_count } = (data?.recurring ?? price?.recurring ?? {}) as Partial<Recurring>;
  return { interval: interval ?? 'month', interval_count: Number(interval_count ?? 1) };
}

function durationOf(request: OldRequest, path: string): void {
  for (const place of request.places(path)) {
    const { iterations } = place.hash;
    if (iterations === undefined) continue;
    const { interval, interval_count } = recurringOf(request, place.hash);
    const duration = fresh();
    const count = Number(iterations) * interval_count;
    Object.assign(duration, { interval, interval_count: Number.isInteger(count) ? String(count) : iterations });
    delete place.hash.iterations;
    place.hash.duration = duration;
    const at = place.path.map((segment, index) => (index === 0 ? segment : `[${segment}]`)).join('');
    request.names.push([`${at}[duration]`, `${at}[iterations]`]);
  }
}

export const cloverPhaseDuration: VersionChange = {
  version: '2025-09-30.clover',
  sentence: 'A phase of a subscription schedule lasts for a `duration`; it lasted for `iterations` of its price’s interval.',
  params: [
    {
      on: ['POST /v1/subscription_schedules', 'POST /v1/subscription_schedules/{}'],
      since: ['phases[][duration]'],
      up: (request) => durationOf(request, 'phases[][iterations]'),
    },
    {
      on: ['POST /v1/invoices/create_preview'],
      since: ['schedule_details[phases][][duration]'],
      up: (request) => durationOf(request, 'schedule_details[phases][][iterations]'),
    },
  ],
  rows: [
    {
      title: 'four iterations of a quarterly price are twelve months',
      world: [{ id: 'price_1', object: 'price', recurring: { interval: 'month', interval_count: 3 } }],
      request: {
        op: 'POST /v1/subscription_schedules',
        form: 'customer=cus_1&phases[0][items][0][price]=price_1&phases[0][iterations]=4',
        becomes: {
          customer: 'cus_1',
          phases: { 0: { items: { 0: { price: 'price_1' } }, duration: { interval: 'month', interval_count: '12' } } },
        },
      },
      refused: {
        op: 'POST /v1/subscription_schedules',
        form: 'phases[0][duration][interval]=month',
        param: 'phases[0][duration]',
      },
    },
  ],
};
