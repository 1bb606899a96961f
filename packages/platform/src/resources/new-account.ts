import { defaultObject } from '@annex/contract';
import { type Draft, type StripeObject, SYSTEM } from '../engine/index.ts';

export interface NewAccount {
  readonly id?: string;
  readonly name?: string | null;
  readonly email?: string | null;
  readonly country?: string;
  readonly currency?: string;
  readonly timezone?: string;
  /** A test account with nothing filled in (the consent page's short cut). */
  readonly blank?: boolean;
}

/** Stores a new account: its owner's full view; others see less of it. Keys are given to it elsewhere. */
export function storeAccount(draft: Draft, given: NewAccount): StripeObject {
  const id = given.id ?? `acct_1${draft.random(15)}`;
  const fields = {
    ...defaultObject(draft.contract, 'account', { id, created: draft.now, livemode: false }),
    ...accountDefaults(given),
    ...(given.blank === true && { charges_enabled: false, details_submitted: false, payouts_enabled: false, capabilities: {} }),
    id,
    object: 'account',
    created: draft.now,
  };
  return draft.in(SYSTEM).insert(fields as StripeObject, { event: null });
}

function accountDefaults(given: NewAccount): Record<string, unknown> {
  const name = given.name ?? null;
  return {
    business_profile: {
      annual_revenue: null,
      estimated_worker_count: null,
      mcc: null,
      minority_owned_business_designation: null,
      name,
      product_description: null,
      support_address: null,
      support_email: null,
      support_phone: null,
      support_url: null,
      url: null,
    },
    business_type: 'company',
    capabilities: { card_payments: 'active', transfers: 'active' },
    charges_enabled: true,
    controller: { type: 'account' },
    country: given.country ?? 'US',
    default_currency: given.currency ?? 'usd',
    details_submitted: true,
    email: given.email ?? null,
    external_accounts: undefined,
    metadata: {},
    payouts_enabled: true,
    settings: {
      bacs_debit_payments: { display_name: null, service_user_number: null },
      branding: { icon: null, logo: null, primary_color: null, secondary_color: null },
      card_issuing: { tos_acceptance: { date: null, ip: null } },
      card_payments: {
        decline_on: { avs_failure: false, cvc_failure: false },
        statement_descriptor_prefix: null,
        statement_descriptor_prefix_kana: null,
        statement_descriptor_prefix_kanji: null,
      },
      dashboard: { display_name: name, timezone: given.timezone ?? 'Etc/UTC' },
      invoices: { default_account_tax_ids: null, hosted_payment_method_save: 'offer' },
      payments: { statement_descriptor: null, statement_descriptor_kana: null, statement_descriptor_kanji: null },
      payouts: { debit_negative_balances: true, schedule: { delay_days: 2, interval: 'daily' }, statement_descriptor: null },
      sepa_debit_payments: {},
    },
    type: 'standard',
  };
}

/** A platform controls an account that it has made, or that was made in its own flow (oauth 1.1). */
export function takeControl(draft: Draft, account: StripeObject, owner: string): void {
  const controller = {
    type: 'application',
    is_controller: true,
    fees: { payer: 'account' },
    losses: { payments: 'stripe' },
    requirement_collection: 'stripe',
    stripe_dashboard: { type: 'full' },
  };
  const system = draft.in(SYSTEM);
  system.set(account, { controller }, { event: null });
  system.insert({ id: account.id, object: 'annex.controller', owner, created: draft.now }, { event: null });
}
