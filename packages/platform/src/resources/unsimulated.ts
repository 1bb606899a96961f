import type { Unsimulated } from '../engine/index.ts';

const THRESHOLDS = 'billing at a threshold of usage (`billing_thresholds`)';
const TRANSFERRED = 'billing whose payments are transferred to another account (`transfer_data`)';
const CONFIGURATIONS = 'payment method configurations; name the types (`allowed_payment_method_types`)';
const RADAR = 'sessions of Radar (`radar_options`)';
const OFFERS = 'trial offers; use `trial_end` or `trial_period_days` of the subscription';

/** Parameters whose effect is not simulated. A request that gives one is refused, and keeps nothing. */
export const unsimulated: readonly Unsimulated[] = [
  { param: 'customer_account', what: 'customers that are accounts (`customer_account`)' },
  { param: 'billing_thresholds', what: THRESHOLDS, of: ['subscriptions', 'subscription_items'] },
  { param: 'items[][billing_thresholds]', what: THRESHOLDS },
  { param: 'default_settings[billing_thresholds]', what: THRESHOLDS },
  { param: 'phases[][billing_thresholds]', what: THRESHOLDS },
  { param: 'phases[][items][][billing_thresholds]', what: THRESHOLDS },
  { param: 'billing_schedules', what: 'billing ahead of a period (`billing_schedules`)' },
  { param: 'current_trial', what: OFFERS, of: ['subscription_items'] },
  { param: 'items[][current_trial]', what: OFFERS },
  { param: 'transfer_data', what: TRANSFERRED, of: ['subscriptions', 'invoices', 'quotes'] },
  { param: 'subscription_data[transfer_data]', what: TRANSFERRED },
  { param: 'default_settings[transfer_data]', what: TRANSFERRED },
  { param: 'phases[][transfer_data]', what: TRANSFERRED },
  { param: 'pause_schedules', what: 'pauses that are scheduled (`pause_schedules`); pause the subscription itself' },
  { param: 'on_behalf_of', what: 'quotes on behalf of another account', of: ['quotes'] },
  {
    param: 'subscription_data[effective_date]',
    what: 'quotes that take effect at the end of a period',
    of: ['quotes'],
    values: ['current_period_end'],
  },
  { param: 'line_items[][discounts]', what: 'discounts of single lines of a quote; discount the quote', of: ['quotes'] },
  { param: 'from_invoice', what: 'revisions of invoices; void the invoice and make a new one', of: ['invoices'] },
  { param: 'forgive', what: 'invoices that are forgiven what their source lacks', of: ['invoices'], values: [true] },
  { param: 'mandate', what: 'payments by an earlier mandate', of: ['invoices', 'payment_intents'] },
  { param: 'payment_method_configuration', what: CONFIGURATIONS },
  { param: 'amount_to_confirm', what: "confirming another amount than the intent's", of: ['payment_intents'] },
  { param: 'hooks', what: "Stripe Tax's calculations (`hooks`)", of: ['payment_intents'] },
  { param: 'payment_method', what: 'payment methods cloned for a connected account', of: ['payment_methods'] },
  { param: 'origin', what: 'refunds to the balance of a customer', of: ['refunds'] },
  { param: 'customer', what: 'refunds to the balance of a customer', of: ['refunds'] },
  { param: 'payout_method', what: 'payout methods; name the bank account as `destination`', of: ['payouts'] },
  { param: 'source_type', what: 'balances of other sources than cards', of: ['payouts', 'transfers'], values: ['bank_account', 'fpx'] },
  { param: 'shipping_options', what: 'shipping rates of payment links; use a checkout session', of: ['payment_links'] },
  { param: 'account_token', what: 'account tokens; give the account its fields', of: ['accounts'] },
  { param: 'after_expiration', what: 'what follows an expired session of the portal', of: ['billing_portal'] },
  { param: 'radar_options', what: RADAR },
  { param: 'payment_method_data[radar_options]', what: RADAR },
  { param: 'amount_details[line_items]', what: 'the lines of a payment (`amount_details[line_items]`)', of: ['payment_intents'] },
  { param: 'single_use', what: 'setups for one payment of an amount', of: ['setup_intents'] },
  { param: 'optional_items', what: 'items that a customer may add (`optional_items`)' },
  { param: 'managed_payments[enabled]', what: 'payments that Stripe manages as the seller (`managed_payments`)', values: [true] },
  { param: 'payment_method_data', what: 'what a session says of its payment method', of: ['checkout/sessions'] },
  { param: 'payouts_action', what: 'choosing what a rejection does to payouts', of: ['accounts'] },
  { param: 'documents', what: 'documents of accounts', of: ['accounts'] },
  { param: 'individual', what: 'persons that come with their account; add them under `/v1/accounts/{id}/persons`', of: ['accounts'] },
];
