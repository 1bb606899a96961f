import { invalid, notSimulated, type Params, refuse, type StripeError } from '../../engine/index.ts';

export const onlyDetails = (): StripeError =>
  invalid(
    'A canceled subscription can only update its cancellation_details and metadata.',
    undefined,
    'invalid_canceled_subscription_fields',
  );
export const needsDays = (): StripeError =>
  invalid('If subscription collection is set to send_invoice, you must specify days_until_due.', 'days_until_due', 'parameter_missing');
export const noDaysHere = (): StripeError =>
  invalid('`days_until_due` can only be set where `collection_method` is `send_invoice`.', 'days_until_due');
export const noPaymentMethod = (): StripeError =>
  refuse({
    status: 400,
    code: 'resource_missing',
    message:
      'This customer has no attached payment source or default payment method. Please consider adding a default payment method. For more information, visit https://stripe.com/docs/billing/subscriptions/payment-methods-setting#payment-method-priority.',
  });
export const notInFuture = (param: string): StripeError =>
  invalid('Invalid timestamp: must be an integer Unix timestamp in the future.', param);
export const tooLongTrial = (param: string): StripeError =>
  invalid('Invalid timestamp: a trial can end at most two years after it begins.', param);
export const notTogether = (...params: readonly string[]): StripeError =>
  invalid(`You may only specify one of these parameters: ${params.join(', ')}.`, params[0]);
export const tooLateAnchor = (limit: number, plan: string): StripeError =>
  invalid(`billing_cycle_anchor cannot be later than next natural billing date (${limit}) for plan ${plan}`, 'billing_cycle_anchor');
export const wrongConfigInterval = (): StripeError =>
  invalid('billing_cycle_anchor_config can only be set where every price recurs monthly or yearly.', 'billing_cycle_anchor_config');
export const notBackdated = (): StripeError =>
  invalid('backdate_start_date must be an integer Unix timestamp in the past.', 'backdate_start_date');
export const onlyOnUpdate = (): StripeError =>
  invalid('`payment_behavior=pending_if_incomplete` can only be used to update a subscription.', 'payment_behavior');
export const outsidePeriod = (at: number): StripeError =>
  invalid(`Invalid proration_date: ${at} is not within the current period of the item that changes.`, 'proration_date');
export const scheduled = (schedule: string): StripeError =>
  invalid(
    `The subscription is managed by the subscription schedule \`${schedule}\`, and updating any cancelation behavior directly is not allowed. Please update the schedule instead.`,
  );
export const notWhilePending = (names: readonly string[]): StripeError =>
  invalid(
    `With \`payment_behavior=pending_if_incomplete\` these parameters cannot be changed: ${names.join(', ')}. Change them in a request of their own.`,
    names[0],
  );
export const lastItem = (): StripeError =>
  invalid('A subscription must have at least one active plan. To cancel it, use the cancel endpoint instead.', 'items');

/** Parameters that change what is billed or who is paid in ways that are not simulated; accepting them would pretend. */
const REFUSED: Readonly<Record<string, string>> = {
  billing_schedules: 'billing ahead of a period (`billing_schedules`)',
  billing_thresholds: 'billing at a threshold of usage (`billing_thresholds`)',
  customer_account: 'customers that are accounts (`customer_account`)',
  transfer_data: 'subscriptions whose payments are transferred to another account (`transfer_data`)',
};

export function refuseUnsimulated(params: Params): void {
  for (const [name, what] of Object.entries(REFUSED)) {
    const value = params[name];
    if (value !== undefined && value !== null && value !== '') throw notSimulated(what);
  }
  if (params.billing_mode?.flexible?.proration_discounts === 'itemized')
    throw notSimulated('discounts of prorations as items of their own (`billing_mode[flexible][proration_discounts]=itemized`)');
}
