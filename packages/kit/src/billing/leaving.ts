import { randomUUID } from 'node:crypto';
import type { Setup } from '../setup.ts';
import { isRefusal } from '../wire/refusal.ts';
import type { Subscriber } from './facts.ts';

interface Shown {
  readonly id: string;
  readonly status: string;
  readonly cancel_at_period_end: boolean;
  readonly cancel_at: number | null;
  readonly items: { readonly data: readonly { readonly current_period_end: number }[] };
}

/** It ends by itself with what is paid for; an end that somebody set for later does not count. */
const endsWithPeriod = ({ cancel_at_period_end, cancel_at, items }: Shown): boolean =>
  cancel_at_period_end || (cancel_at !== null && items.data.every(({ current_period_end }) => cancel_at <= current_period_end));

/** The account left: nobody can pay any more, and what is paid for ends by the policy. Asked of Stripe, not of the mirror: it may lag. */
export async function leavePaying(setup: Setup, row: Subscriber): Promise<void> {
  if (row.checkout !== null) await expire(setup, row.checkout, row.livemode);
  const { whenLeaving } = setup.settings;
  if (row.customer === null || whenLeaving === 'keep') return;
  const { customer, livemode } = row;
  for (const running of await runningOf(setup, { customer, livemode })) {
    const { id, status } = running;
    // What is not paid for has no end worth waiting for.
    const now = whenLeaving === 'cancel_now' || status === 'past_due' || status === 'unpaid' || status === 'paused';
    if (!now && endsWithPeriod(running)) continue;
    const path = `/v1/subscriptions/${id}`;
    try {
      if (now) await setup.api.remove(path, { livemode });
      else await setup.api.post(path, { cancel_at_period_end: 'true' }, { livemode, key: `annex-leave-${randomUUID()}` });
    } catch (error) {
      // Ended meanwhile: exactly what is wanted.
      if (!isRefusal(error, 'missing')) throw error;
    }
  }
}

/** Subscriptions of a customer that have not ended, as Stripe tells them at this moment; none where the customer is gone. */
export async function runningOf(setup: Setup, { customer, livemode }: { customer: string; livemode: boolean }): Promise<Shown[]> {
  const query = [
    ['customer', customer],
    ['limit', '100'],
  ] as const;
  const text = await orMissing(setup.api.get('/v1/subscriptions', query, { livemode }));
  // Without `status` Stripe lists all that are not canceled; one that never began is no subscription.
  const { data } = text === undefined ? { data: [] } : (JSON.parse(text) as { data: Shown[] });
  return data.filter(({ status }) => status !== 'incomplete' && status !== 'incomplete_expired');
}

/** Closes a checkout that nobody shall complete any more. Answers false when it was completed already. */
export async function expire(setup: Setup, session: string, livemode: boolean): Promise<boolean> {
  try {
    await setup.api.post(`/v1/checkout/sessions/${session}/expire`, {}, { livemode, key: `annex-expire-${session}` });
    return true;
  } catch (error) {
    if (!isRefusal(error, 'request', 'missing')) throw error;
    const text = await orMissing(setup.api.get(`/v1/checkout/sessions/${session}`, [], { livemode }));
    return text === undefined || (JSON.parse(text) as { status: string }).status !== 'complete';
  }
}

/** What Stripe answers; undefined where there is no such object, for example because test data was deleted. */
export async function orMissing(asked: Promise<{ text: string }>): Promise<string | undefined> {
  try {
    return (await asked).text;
  } catch (error) {
    if (!isRefusal(error, 'missing')) throw error;
    return undefined;
  }
}
