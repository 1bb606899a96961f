import type { VersionChange } from '../change.ts';
import { fresh, type OldRequest } from '../params.ts';

/** `now`, `unchanged` or, for previews, a time. */
function asHash(request: OldRequest, path: string): void {
  if (typeof request.at(path) !== 'string') return;
  request.move(path, path, (value) => {
    const anchor = fresh();
    if (/^\d+$/.test(String(value))) Object.assign(anchor, { type: 'timestamp', timestamp: value });
    else anchor.type = value;
    return anchor;
  });
  request.names.unshift([`${path}[type]`, path]);
}

export const endiveBillingCycleAnchor: VersionChange = {
  version: '2026-09-30.endive',
  sentence:
    'The `billing_cycle_anchor` of a subscription that is updated, resumed or previewed is a hash with a `type`; it was the word `now` or `unchanged` (or, in previews, a time).',
  params: [
    {
      on: ['POST /v1/subscriptions/{}', 'POST /v1/subscriptions/{}/resume'],
      up: (request) => asHash(request, 'billing_cycle_anchor'),
    },
    { on: ['POST /v1/invoices/create_preview'], up: (request) => asHash(request, 'subscription_details[billing_cycle_anchor]') },
  ],
  rows: [
    {
      title: 'a subscription whose cycle begins anew',
      request: { op: 'POST /v1/subscriptions/{}', form: 'billing_cycle_anchor=now', becomes: { billing_cycle_anchor: { type: 'now' } } },
    },
    {
      title: 'a preview at a time',
      request: {
        op: 'POST /v1/invoices/create_preview',
        form: 'subscription=sub_1&subscription_details[billing_cycle_anchor]=1800000000',
        becomes: { subscription: 'sub_1', subscription_details: { billing_cycle_anchor: { type: 'timestamp', timestamp: '1800000000' } } },
      },
    },
  ],
};
