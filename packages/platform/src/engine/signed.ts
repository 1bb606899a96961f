import type { Contract } from '@annex/contract';
import type { StripeObject } from './world.ts';

/** The `application` of a webhook endpoint is the one whose accounts it listens to, not the one that made it. */
const NAMES_WHOM_IT_TELLS = 'webhook_endpoint';

/** What an extension makes carries its `application`, where objects of this kind have one (oauth 8.4). */
export function signed(contract: Contract, application: string | null, value: StripeObject): StripeObject {
  if (application === null || (value.application ?? null) !== null || NAMES_WHOM_IT_TELLS === value.object) return value;
  return contract.fields(value.object).some((field) => field.name === 'application') ? { ...value, application } : value;
}
