import type { FormHash } from '@annex/contract';
import type { VersionChange } from '../change.ts';
import { fresh, type OldRequest } from '../params.ts';

/** Leaves alone what the caller chose, and what follows an existing subscription. */
function classic(request: OldRequest, within?: string): void {
  const { form } = request;
  if (form.from_subscription !== undefined || form.subscription !== undefined || form.schedule !== undefined) return;
  let holder: FormHash = form;
  if (within !== undefined) {
    const known = form[within];
    if (known !== undefined && (typeof known !== 'object' || Array.isArray(known))) return;
    holder = known ?? fresh();
    form[within] = holder;
  }
  if (holder.billing_mode !== undefined) return;
  const mode = fresh();
  mode.type = 'classic';
  holder.billing_mode = mode;
}

export const cloverFlexibleBilling: VersionChange = {
  version: '2025-09-30.clover',
  sentence: 'Subscriptions are billed in `flexible` mode unless they are told otherwise; the `billing_mode` was `classic`.',
  params: [
    { on: ['POST /v1/subscriptions', 'POST /v1/subscription_schedules'], assumed: (request) => classic(request) },
    { on: ['POST /v1/quotes'], assumed: (request) => classic(request, 'subscription_data') },
    {
      on: ['POST /v1/checkout/sessions'],
      assumed: (request) => {
        if (request.form.mode === 'subscription') classic(request, 'subscription_data');
      },
    },
    { on: ['POST /v1/invoices/create_preview'], assumed: (request) => classic(request, 'subscription_details') },
  ],
  rows: [
    {
      title: 'a subscription that says nothing of its mode',
      request: {
        op: 'POST /v1/subscriptions',
        form: 'customer=cus_1',
        becomes: { customer: 'cus_1', billing_mode: { type: 'classic' } },
      },
    },
    {
      title: 'a subscription that chose its mode',
      request: {
        op: 'POST /v1/subscriptions',
        form: 'customer=cus_1&billing_mode[type]=flexible',
        becomes: { customer: 'cus_1', billing_mode: { type: 'flexible' } },
      },
    },
  ],
};
