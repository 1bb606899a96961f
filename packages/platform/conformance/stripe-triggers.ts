/**
 * What `stripe trigger` can do, event by event, with the CLI that npm installs: which event must be there afterwards, what an
 * account needs first, or why Annex does not play along. `stripe-triggers.test.ts` runs every row that has no `not`, and refuses
 * a list that has other names than the CLI's; `docs/reference/stripe-cli.md` is made of it.
 */
export interface Trigger {
  readonly name: string;
  /** The event that it leaves, where the CLI's name is not one. */
  readonly tells?: string;
  /** The account has money before: the CLI's own payment is not enough for what it does with it. */
  readonly funded?: true;
  /** The account leaves subscriptions past due that are never paid: the CLI's customer has no card, and would lose its own first. */
  readonly patient?: true;
  /** The event is about a connected account, and is heard by an endpoint for connected accounts. */
  readonly connected?: true;
  /** Why it is not simulated. */
  readonly not?: string;
}

const ISSUING = 'issuing authorizations are a side of Stripe that Annex does not simulate';
const IDENTITY = 'identity verification is a side of Stripe that Annex does not simulate';
const METERS = 'it speaks the v2 meter event stream, which Annex does not serve';
const NO_EVENT = 'a report is made at once, so nothing happens later that this event could tell';
const STALE = "the CLI's own fixture names a bank transfer type that API versions no longer know; Stripe refuses it, too";

const plain = (...names: readonly string[]): Trigger[] => names.map((name) => ({ name }));
const not = (why: string, ...names: readonly string[]): Trigger[] => names.map((name) => ({ name, not: why }));

const ABORTED =
  "the CLI's own fixture cancels a schedule that has not begun, which tells `subscription_schedule.canceled`; a schedule is aborted when its subscription ends unpaid";
const EXPIRING =
  "the CLI's own fixture stops its clock nine days before the end of the schedule, and this event is told seven days before it: advance the clock by two more";

export const TRIGGERS: readonly Trigger[] = [
  ...plain(
    'customer.discount.created',
    'customer.discount.deleted',
    'customer.discount.updated',
    'quote.accepted',
    'quote.canceled',
    'quote.finalized',
    'subscription_schedule.canceled',
    'subscription_schedule.released',
  ),
  { name: 'subscription_schedule.completed', patient: true },
  { name: 'subscription_schedule.aborted', not: ABORTED },
  { name: 'subscription_schedule.expiring', not: EXPIRING },
  { name: 'account.application.deauthorized', connected: true },
  { name: 'account.updated', connected: true },
  ...plain(
    'balance.available',
    'billing_portal.configuration.created',
    'billing_portal.configuration.updated',
    'billing_portal.session.created',
    'cash_balance.funds_available',
    'charge.captured',
    'charge.dispute.closed',
    'charge.dispute.created',
    'charge.dispute.updated',
    'charge.failed',
    'charge.refund.updated',
    'charge.refunded',
    'charge.succeeded',
  ),
  ...plain(
    'checkout.session.async_payment_failed',
    'checkout.session.async_payment_succeeded',
    'checkout.session.completed',
    'checkout.session.expired',
    'coupon.created',
    'coupon.deleted',
    'coupon.updated',
    'credit_note.created',
    'credit_note.updated',
    'credit_note.voided',
    'customer.created',
    'customer.deleted',
    'customer.source.created',
    'customer.source.updated',
    'customer.subscription.created',
    'customer.subscription.deleted',
    'customer.subscription.paused',
    'customer.subscription.trial_will_end',
    'customer.subscription.updated',
    'customer.updated',
    'customer_cash_balance_transaction.created',
  ),
  { name: 'identity.verification_session.created' },
  ...not(IDENTITY, 'identity.verification_session.canceled', 'identity.verification_session.redacted'),
  ...plain(
    'invoice.created',
    'invoice.deleted',
    'invoice.finalized',
    'invoice.marked_uncollectible',
    'invoice.paid',
    'invoice.payment_action_required',
    'invoice.payment_failed',
    'invoice.payment_succeeded',
    'invoice.sent',
    'invoice.updated',
    'invoice.voided',
    'invoiceitem.created',
    'invoiceitem.deleted',
  ),
  ...not(ISSUING, 'issuing_authorization.request', 'issuing_authorization.request.eu', 'issuing_authorization.request.gb'),
  { name: 'issuing_card.created' },
  { name: 'issuing_card.created.eu', tells: 'issuing_card.created' },
  { name: 'issuing_card.created.gb', tells: 'issuing_card.created' },
  { name: 'issuing_cardholder.created' },
  { name: 'issuing_cardholder.created.eu', tells: 'issuing_cardholder.created' },
  { name: 'issuing_cardholder.created.gb', tells: 'issuing_cardholder.created' },
  { name: 'issuing_transaction.created' },
  { name: 'issuing_transaction.updated' },
  { name: 'issuing_transaction.purchase_details_receipt_updated', not: ISSUING },
  ...plain('payment_intent.amount_capturable_updated', 'payment_intent.canceled', 'payment_intent.created'),
  { name: 'payment_intent.partially_funded', not: STALE },
  ...plain(
    'payment_intent.payment_failed',
    'payment_intent.processing',
    'payment_intent.requires_action',
    'payment_intent.succeeded',
    'payment_link.created',
    'payment_link.updated',
    'payment_method.attached',
    'payment_method.detached',
    'payment_method.updated',
    'payout.created',
    'payout.updated',
    'plan.created',
    'plan.deleted',
    'plan.updated',
    'price.created',
    'price.updated',
    'product.created',
    'product.deleted',
    'product.updated',
    'promotion_code.created',
    'promotion_code.updated',
    'quote.created',
  ),
  { name: 'reporting.report_run.succeeded', not: NO_EVENT },
  ...plain(
    'setup_intent.canceled',
    'setup_intent.created',
    'setup_intent.requires_action',
    'setup_intent.setup_failed',
    'setup_intent.succeeded',
  ),
  { name: 'subscription.payment_failed', tells: 'invoice.payment_failed' },
  { name: 'subscription.payment_succeeded', tells: 'invoice.payment_succeeded' },
  ...plain(
    'subscription_schedule.created',
    'subscription_schedule.updated',
    'tax_rate.created',
    'tax_rate.updated',
    'test_helpers.test_clock.advancing',
    'test_helpers.test_clock.created',
    'test_helpers.test_clock.deleted',
    'test_helpers.test_clock.ready',
    'topup.created',
  ),
  { name: 'transfer.created', funded: true },
  { name: 'transfer.reversed', funded: true },
  { name: 'transfer.updated', funded: true },
  ...not(METERS, 'v1.billing.meter.error_report_triggered', 'v1.billing.meter.no_meter_found'),
];

/** The page about the CLI, as text. */
export function triggersPage(): string {
  const runs = TRIGGERS.filter((row) => row.not === undefined);
  const why = TRIGGERS.filter((row) => row.not !== undefined);
  const note = (row: Trigger): string =>
    [
      row.tells && `leaves \`${row.tells}\``,
      row.funded && 'the account needs money first',
      row.patient && 'the account must leave unpaid subscriptions past due, because the CLI subscribes a customer without a card',
      row.connected && 'told of the connected account',
    ]
      .filter(Boolean)
      .join('; ');
  return [
    '<!-- Generated from packages/platform/conformance/stripe-triggers.ts by its test. Do not edit. -->',
    '',
    '# Stripe CLI: what `stripe trigger` does here',
    '',
    `\`stripe trigger EVENT --api-base http://127.0.0.1:12111 --api-key sk_test_0123456789\` works unmodified for ${runs.length} of the ${TRIGGERS.length} events that the CLI lists: it exits with 0 and leaves a fresh event of that type. \`stripe listen\` and \`stripe events resend\` work, too (see the README).`,
    '',
    'An account that is used for the first time has no money. `transfer.*` needs some: `stripe trigger balance.available` first, or any payment with `pm_card_bypassPending`.',
    '',
    '## Works',
    '',
    '| event | note |',
    '| --- | --- |',
    ...runs.map((row) => `| \`${row.name}\` | ${note(row)} |`),
    '',
    '## Does not, and why',
    '',
    '| event | why |',
    '| --- | --- |',
    ...why.map((row) => `| \`${row.name}\` | ${row.not} |`),
    '',
  ].join('\n');
}
