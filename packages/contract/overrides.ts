/**
 * What the SDK's types do not say, by hand. Every key must name something that exists: the build fails on one that does
 * not, so that an upgrade cannot leave a stale row behind.
 */
export interface Overrides {
  /** Fields and parameters that are fractions; every other number is an integer. Matched at the end of the dotted path. */
  readonly floats: RegExp;
  /** Names of unix times among the integers: for defaults, never for validation. */
  readonly times: RegExp;
  /** By the object's `object`; with the underscore. Sources: api-and-events 1.15, the published fixtures. */
  readonly idPrefix: Readonly<Record<string, string>>;
  /** The word in "No such …", where it is not the object's name. */
  readonly word: Readonly<Record<string, string>>;
  /** The `param` of a 404, by object, where it is not `id`. */
  readonly missingParam: Readonly<Record<string, string>>;
  /** Addresses of embedded lists that are not `<the parent's address>/<field>`. */
  readonly listUrl: Readonly<Record<string, string>>;
  /** Fields that are absent unless they are expanded, where nothing in their type says so. */
  readonly includable: readonly string[];
  /** The most characters of text parameters, where that is not 5,000: by the end of their name, lists as `[]`. The SDK's own comments say so. */
  readonly longest: Readonly<Record<string, number>>;
  /** Addresses that Stripe still serves and the SDK no longer has: like another operation, one path further down. */
  readonly legacy: Readonly<Record<string, string>>;
}

export const overrides: Overrides = {
  floats:
    /(^|\.)(percent_ownership|application_fee_percent|amount_percent|percent_off|percent|percentage|effective_percentage|exchange_rate|latitude|longitude|aggregated_value|rates\{\})$|package_dimensions\.(height|length|weight|width)$|(signals|fraud_risk)\b.*score$|receipt\[\]\.quantity$/,
  times:
    /(^|[._])(created|date|timestamp|expiry|redeem_by|due_by|due_date|available_on|arrival_date|frozen_time|deletes_after|expires_after|billing_cycle_anchor|backdate_start_date|current_period_(start|end)|trial_(start|end)|period\.(start|end)|(start|end)_(date|time)|next_payment_attempt|next_pending_invoice_item_invoice|effective_at|cancel_at|[a-z]+(ed|s)_at)$/,
  idPrefix: {
    account: 'acct_',
    application: 'ca_',
    application_fee: 'fee_',
    'apps.secret': 'appsecret_',
    apple_pay_domain: 'apwc_',
    balance_transaction: 'txn_',
    bank_account: 'ba_',
    'billing.alert': 'alrt_',
    'billing.credit_balance_transaction': 'cbtxn_',
    'billing.credit_grant': 'credgr_',
    'billing.meter': 'mtr_',
    'billing_portal.configuration': 'bpc_',
    'billing_portal.session': 'bps_',
    card: 'card_',
    charge: 'ch_',
    'checkout.session': 'cs_test_',
    'climate.order': 'climorder_',
    confirmation_token: 'ctoken_',
    coupon: '',
    credit_note: 'cn_',
    credit_note_line_item: 'cnli_',
    customer: 'cus_',
    customer_balance_transaction: 'cbtxn_',
    customer_cash_balance_transaction: 'ccsbtxn_',
    discount: 'di_',
    dispute: 'du_',
    'entitlements.active_entitlement': 'ent_',
    'entitlements.feature': 'feat_',
    ephemeral_key: 'ephkey_',
    event: 'evt_',
    fee_refund: 'fr_',
    file: 'file_',
    file_link: 'link_',
    'financial_connections.account': 'fca_',
    'financial_connections.session': 'fcsess_',
    'identity.verification_report': 'vr_',
    'identity.verification_session': 'vs_',
    invoice: 'in_',
    invoice_payment: 'inpay_',
    invoice_rendering_template: 'inrtem_',
    invoiceitem: 'ii_',
    'issuing.authorization': 'iauth_',
    'issuing.card': 'ic_',
    'issuing.cardholder': 'ich_',
    'issuing.dispute': 'idp_',
    'issuing.transaction': 'ipi_',
    item: 'li_',
    line_item: 'il_',
    mandate: 'mandate_',
    payment_intent: 'pi_',
    payment_link: 'plink_',
    payment_method: 'pm_',
    payment_method_configuration: 'pmc_',
    payment_method_domain: 'pmd_',
    payout: 'po_',
    person: 'person_',
    plan: 'price_',
    price: 'price_',
    product: 'prod_',
    product_feature: 'pf_',
    promotion_code: 'promo_',
    quote: 'qt_',
    'radar.early_fraud_warning': 'issfr_',
    'radar.value_list': 'rsl_',
    'radar.value_list_item': 'rsli_',
    refund: 're_',
    'reporting.report_run': 'frr_',
    review: 'prv_',
    setup_attempt: 'setatt_',
    setup_intent: 'seti_',
    shipping_rate: 'shr_',
    source: 'src_',
    subscription: 'sub_',
    subscription_item: 'si_',
    subscription_schedule: 'sub_sched_',
    'tax.calculation': 'taxcalc_',
    'tax.registration': 'taxreg_',
    'tax.transaction': 'tax_',
    tax_code: 'txcd_',
    tax_id: 'txi_',
    tax_rate: 'txr_',
    'terminal.configuration': 'tmc_',
    'terminal.location': 'tml_',
    'terminal.reader': 'tmr_',
    'test_helpers.test_clock': 'clock_',
    token: 'tok_',
    topup: 'tu_',
    transfer: 'tr_',
    transfer_reversal: 'trr_',
    'treasury.financial_account': 'fa_',
    webhook_endpoint: 'we_',
  },
  word: {
    payment_method: 'PaymentMethod',
    setup_intent: 'setupintent',
    webhook_endpoint: 'webhook endpoint',
    promotion_code: 'promotion code',
  },
  missingParam: {
    coupon: 'coupon',
    invoice: 'invoice',
    payment_intent: 'intent',
    payment_method: 'payment_method',
    plan: 'plan',
    price: 'price',
    setup_intent: 'intent',
  },
  listUrl: {
    'charge.refunds': '/v1/charges/{id}/refunds',
    'customer.sources': '/v1/customers/{id}/sources',
    'customer.subscriptions': '/v1/customers/{id}/subscriptions',
    'subscription.items': '/v1/subscription_items?subscription={id}',
  },
  includable: ['apps.secret.payload', 'coupon.currency_options', 'issuing.card.cvc', 'issuing.card.number', 'price.currency_options'],
  longest: {
    client_reference_id: 200,
    'custom_fields[][dropdown][options][][label]': 100,
    'custom_fields[][key]': 200,
    'custom_fields[][label][custom]': 100,
    'custom_fields[][name]': 40,
    'custom_fields[][value]': 140,
    'custom_text[after_submit][message]': 1200,
    'custom_text[shipping_address][message]': 1200,
    'custom_text[submit][message]': 1200,
    'custom_text[terms_of_service_acceptance][message]': 1200,
    lookup_key: 200,
    'marketing_features[][name]': 80,
    statement_descriptor: 22,
    statement_descriptor_suffix: 22,
  },
  legacy: {
    '/v1/charges/{id}/refunds': 'GET /v1/refunds',
    '/v1/customers/{id}/subscriptions': 'GET /v1/subscriptions',
  },
};
