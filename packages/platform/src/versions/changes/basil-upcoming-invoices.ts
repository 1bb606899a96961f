import type { VersionChange } from '../change.ts';

const UPCOMING = 'GET /v1/invoices/upcoming';
const LINES = 'GET /v1/invoices/upcoming/lines';
const PREVIEW = 'POST /v1/invoices/create_preview';

/** What was said of the subscription with a prefix, and is said in `subscription_details`. */
const DETAILS = [
  'billing_cycle_anchor',
  'cancel_at',
  'cancel_at_period_end',
  'cancel_now',
  'default_tax_rates',
  'items',
  'proration_behavior',
  'proration_date',
  'resume_at',
  'start_date',
  'trial_end',
];

export const basilUpcomingInvoices: VersionChange = {
  version: '2025-03-31.basil',
  sentence:
    'An invoice that is to come is previewed by `POST /v1/invoices/create_preview`; it was retrieved at `/v1/invoices/upcoming`, its lines at `/v1/invoices/upcoming/lines`.',
  routes: { [UPCOMING]: { op: PREVIEW }, [LINES]: { op: PREVIEW, pick: 'lines' } },
  params: [
    {
      on: [UPCOMING, LINES],
      moved: Object.fromEntries(DETAILS.map((name) => [`subscription_${name}`, `subscription_details[${name}]`])),
      // Lines were asked for by pages; a preview has them all.
      up: ({ form }) => {
        for (const name of ['limit', 'starting_after', 'ending_before']) delete form[name];
      },
    },
  ],
  rows: [
    {
      title: 'a subscription with other items',
      request: {
        op: UPCOMING,
        form: 'subscription=sub_1&subscription_items[0][price]=price_1&subscription_proration_date=5',
        becomes: { subscription: 'sub_1', subscription_details: { items: { 0: { price: 'price_1' } }, proration_date: '5' } },
      },
    },
  ],
};
