/**
 * The documented test cards (api-and-events 3.2). A card's behaviour is data: what happens when it is charged, what a
 * bank's 3D Secure says, what comes after the payment.
 */
export interface Decline {
  readonly code: string;
  readonly decline_code: string | null;
  readonly message: string;
  /** Blocked before the network by risk rules. */
  readonly blocked?: boolean;
}

export interface TestCard {
  readonly number: string;
  /** `pm_card_visa`; its `tok_` twin is `tok_visa`. */
  readonly token?: string;
  readonly brand: string;
  readonly funding?: 'credit' | 'debit' | 'prepaid';
  readonly country?: string;
  readonly decline?: Decline;
  /** Attaches to a customer although every charge is declined. */
  readonly attaches?: boolean;
  /** `always` asks on every payment, `unless_set_up` until it was set up for later use, `if_requested` when 3D Secure is asked for. */
  readonly authentication?: 'always' | 'unless_set_up' | 'set_up' | 'if_requested';
  /** `parts`: as many disputes, each of its share. */
  readonly dispute?: { readonly reason: string; readonly inquiry?: boolean; readonly parts?: number };
  /** The bank warns of fraud without taking the money back. */
  readonly fraudWarning?: boolean;
  readonly refund?: 'pending' | 'fails';
  /** Funds are available at once. */
  readonly bypassPending?: boolean;
  readonly risk?: 'elevated' | 'highest';
  readonly checks?: { readonly cvc?: 'fail'; readonly line1?: 'fail' | 'unchecked'; readonly zip?: 'fail' | 'unchecked' };
}

const declined = (declineCode: string, message = 'Your card was declined.', code = 'card_declined'): Decline => ({
  code,
  decline_code: declineCode,
  message,
});

const GENERIC = declined('generic_decline');
const INSUFFICIENT = declined('insufficient_funds', 'Your card has insufficient funds.');
const PROCESSING = declined(
  'processing_error',
  'An error occurred while processing your card. Try again in a little bit.',
  'processing_error',
);

const visa = (number: string, token: string, more: Partial<TestCard> = {}): TestCard => ({ number, token, brand: 'visa', ...more });
const country = (number: string, code: string): TestCard => ({
  number,
  token: `pm_card_${code.toLowerCase()}`,
  brand: 'visa',
  country: code,
});

export const CARDS: readonly TestCard[] = [
  visa('4242424242424242', 'pm_card_visa'),
  visa('4000056655665556', 'pm_card_visa_debit', { funding: 'debit' }),
  { number: '5555555555554444', token: 'pm_card_mastercard', brand: 'mastercard' },
  { number: '2223003122003222', brand: 'mastercard' },
  { number: '5200828282828210', token: 'pm_card_mastercard_debit', brand: 'mastercard', funding: 'debit' },
  { number: '5105105105105100', token: 'pm_card_mastercard_prepaid', brand: 'mastercard', funding: 'prepaid' },
  { number: '378282246310005', token: 'pm_card_amex', brand: 'amex' },
  { number: '371449635398431', brand: 'amex' },
  { number: '6011111111111117', token: 'pm_card_discover', brand: 'discover' },
  { number: '3056930009020004', token: 'pm_card_diners', brand: 'diners' },
  { number: '3566002020360505', token: 'pm_card_jcb', brand: 'jcb' },
  { number: '6200000000000005', token: 'pm_card_unionpay', brand: 'unionpay' },
  { number: '4242424242424242', token: 'pm_card_us', brand: 'visa' },
  country('4000000760000002', 'BR'),
  country('4000001240000000', 'CA'),
  country('4000004840008001', 'MX'),
  country('4000000400000008', 'AT'),
  country('4000000560000004', 'BE'),
  country('4000002500000003', 'FR'),
  country('4000002760000016', 'DE'),
  country('4000008260000000', 'GB'),
  country('4000007240000007', 'ES'),
  country('4000003800000008', 'IT'),
  country('4000005280000002', 'NL'),
  country('4000000360000006', 'AU'),
  country('4000003920000003', 'JP'),
  country('4000003560000008', 'IN'),
  country('4000007020000003', 'SG'),
  visa('4000000000000077', 'pm_card_bypassPending', { bypassPending: true }),
  visa('4000003720000278', 'pm_card_bypassPendingInternational', { bypassPending: true, country: 'IE' }),
  visa('4000000000000002', 'pm_card_visa_chargeDeclined', { decline: GENERIC }),
  visa('4000000000000002', 'pm_card_chargeDeclined', { decline: GENERIC }),
  visa('4000000000009995', 'pm_card_visa_chargeDeclinedInsufficientFunds', { decline: INSUFFICIENT }),
  visa('4000000000009995', 'pm_card_chargeDeclinedInsufficientFunds', { decline: INSUFFICIENT }),
  visa('4000000000009987', 'pm_card_visa_chargeDeclinedLostCard', { decline: declined('lost_card') }),
  visa('4000000000009979', 'pm_card_visa_chargeDeclinedStolenCard', { decline: declined('stolen_card') }),
  visa('4000000000000069', 'pm_card_chargeDeclinedExpiredCard', {
    decline: declined('expired_card', 'Your card has expired.', 'expired_card'),
  }),
  visa('4000000000000127', 'pm_card_chargeDeclinedIncorrectCvc', {
    decline: declined('incorrect_cvc', "Your card's security code is incorrect.", 'incorrect_cvc'),
  }),
  visa('4000000000000119', 'pm_card_chargeDeclinedProcessingError', { decline: PROCESSING }),
  {
    number: '4242424242424241',
    brand: 'visa',
    decline: { code: 'incorrect_number', decline_code: null, message: 'Your card number is incorrect.' },
  },
  visa('4000000000006975', 'pm_card_visa_chargeDeclinedVelocityLimitExceeded', { decline: declined('card_velocity_exceeded') }),
  visa('4000000000000341', 'pm_card_chargeCustomerFail', { decline: GENERIC, attaches: true }),
  visa('4100000000000019', 'pm_card_radarBlock', { decline: { ...declined('fraudulent'), blocked: true }, risk: 'highest' }),
  visa('4000000000004954', 'pm_card_riskLevelHighest', { risk: 'highest' }),
  visa('4000000000009235', 'pm_card_riskLevelElevated', { risk: 'elevated' }),
  visa('4000000000000101', 'pm_card_cvcCheckFail', { checks: { cvc: 'fail' } }),
  visa('4000000000000036', 'pm_card_avsZipFail', { checks: { zip: 'fail' } }),
  visa('4000000000000028', 'pm_card_avsLine1Fail', { checks: { line1: 'fail' } }),
  visa('4000000000000010', 'pm_card_avsFail', { checks: { line1: 'fail', zip: 'fail' } }),
  visa('4000000000000044', 'pm_card_avsUnchecked', { checks: { line1: 'unchecked', zip: 'unchecked' } }),
  visa('4000000000000259', 'pm_card_createDispute', { dispute: { reason: 'fraudulent' } }),
  visa('4000000000002685', 'pm_card_createDisputeProductNotReceived', { dispute: { reason: 'product_not_received' } }),
  visa('4000000000001976', 'pm_card_createDisputeInquiry', { dispute: { reason: 'fraudulent', inquiry: true } }),
  { number: '4000000404000079', token: 'pm_card_createMultipleDisputes', brand: 'visa', dispute: { reason: 'fraudulent', parts: 2 } },
  visa('4000000000005423', 'pm_card_createIssuerFraudRecord', { fraudWarning: true }),
  visa('4000000000007726', 'pm_card_pendingRefund', { refund: 'pending' }),
  visa('4000000000005126', 'pm_card_refundFail', { refund: 'fails' }),
  visa('4000002500003155', 'pm_card_authenticationRequiredOnSetup', { authentication: 'unless_set_up', country: 'FR' }),
  visa('4000002760003184', 'pm_card_authenticationRequired', { authentication: 'always', country: 'DE' }),
  visa('4000003800000446', 'pm_card_authenticationRequiredSetupForOffSession', { authentication: 'set_up', country: 'IT' }),
  visa('4000008260003178', 'pm_card_authenticationRequiredChargeDeclinedInsufficientFunds', {
    authentication: 'always',
    decline: INSUFFICIENT,
    country: 'GB',
  }),
  visa('4000000000003220', 'pm_card_threeDSecure2Required', { authentication: 'always' }),
  visa('4000008400001629', 'pm_card_threeDSecureRequiredChargeDeclined', { authentication: 'always', decline: GENERIC }),
  visa('4000008400001280', 'pm_card_threeDSecureRequiredProcessingError', { authentication: 'always', decline: PROCESSING }),
  visa('4000000000003055', 'pm_card_threeDSecureOptional', { authentication: 'if_requested' }),
  visa('4000000000003097', 'pm_card_threeDSecureOptionalProcessingError'),
];

const byToken = new Map(CARDS.filter((card) => card.token !== undefined).map((card) => [card.token!, card]));
const byNumber = new Map([...CARDS].reverse().map((card) => [card.number, card]));

/** `pm_card_visa`, `tok_visa`, `tok_chargeDeclined` … */
export function cardOfToken(token: string): TestCard | undefined {
  if (token.startsWith('tok_')) return byToken.get(`pm_card_${token.slice(4)}`);
  return byToken.get(token);
}

const BRANDS: readonly (readonly [RegExp, string])[] = [
  [/^4/, 'visa'],
  [/^(5[1-5]|2[2-7])/, 'mastercard'],
  [/^3[47]/, 'amex'],
  [/^(6011|65|64[4-9])/, 'discover'],
  [/^3(0|6|8)/, 'diners'],
  [/^35/, 'jcb'],
  [/^62/, 'unionpay'],
];

/** A documented number, or any other one as a card that succeeds. */
export function cardOfNumber(number: string): TestCard {
  const known = byNumber.get(number);
  if (known !== undefined) return known;
  return { number, brand: BRANDS.find(([start]) => start.test(number))?.[1] ?? 'unknown' };
}

/** The check digit of a card number (Luhn). */
export function hasValidChecksum(number: string): boolean {
  let sum = 0;
  for (let i = 0; i < number.length; i++) {
    const digit = number.charCodeAt(number.length - 1 - i) - 48;
    const weighed = i % 2 === 0 ? digit : digit * 2;
    sum += weighed > 9 ? weighed - 9 : weighed;
  }
  return /^\d{12,19}$/.test(number) && sum % 10 === 0;
}
