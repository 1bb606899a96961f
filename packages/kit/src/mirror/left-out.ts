const STRIPES = 'Stripe’s own reference data, the same for every account';
const ACCOUNTS_OWN = 'set up by the account’s own developers for themselves; nothing that an extension could use';

/**
 * Object types that have a list of an account and are not mirrored, each with the reason. Lists that must be told what they are of
 * (a customer, a card …) need no row here: they are not lists of an account. A test holds both against the contract.
 */
export const leftOut: Readonly<Record<string, string>> = {
  apple_pay_domain: 'replaced by `payment_method_domain`, which is mirrored',
  'apps.install': ACCOUNTS_OWN,
  'billing.credit_balance_transaction': 'its list is refused without a customer or a credit grant',
  'billing.feedback_option': 'what customers may answer when they cancel; what they answered stands in the subscription',
  'climate.product': STRIPES,
  'climate.supplier': STRIPES,
  country_spec: STRIPES,
  event: 'kept in the inbox: view `stripe.events`',
  exchange_rate: STRIPES,
  'financial_connections.account': 'bank data of people, which they have given to the account alone',
  'forwarding.request': 'holds what was sent to third parties, card data among it; nothing that an extension could use',
  'identity.verification_report':
    'pictures of papers and faces, which people have given to the account alone; `identity.verification_session` says the result',
  'issuing.personalization_design': 'how cards look; no figure depends on it',
  'issuing.physical_bundle': 'what cards are made of; no figure depends on it',
  payment_record:
    'payments made elsewhere and only noted at Stripe; without events, and its list is narrowed in another way than by `created`',
  'product_catalog.trial_offer': 'without events; what a trial means stands in the subscription',
  'reporting.report_type': STRIPES,
  scheduled_query_run: ACCOUNTS_OWN,
  tax_code: STRIPES,
  'terminal.configuration': 'how readers look and speak; no figure depends on it',
  'three_d_secure.authentication': 'a step of a payment; what came of it stands in the charge',
  'treasury.financial_account':
    'everything else of Treasury is listed by financial account, so alone it says little; platforms with Treasury are left for later',
  webhook_endpoint: ACCOUNTS_OWN,
};
