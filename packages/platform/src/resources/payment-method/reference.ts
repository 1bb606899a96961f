import { BANKS, type TestBank } from './banks.ts';
import { CARDS, type TestCard } from './cards.ts';

/** What a test card does, as a person would say it. The page of test cards and its test read this. */
export function meaningOf(card: TestCard): string {
  const { decline, authentication, dispute } = card;
  const parts = [
    authentication === 'always' && 'the bank asks (3D Secure) on every payment',
    authentication === 'unless_set_up' && 'the bank asks (3D Secure) until the card was set up for later use',
    authentication === 'set_up' && 'counts as set up for later use: the bank asks for nothing',
    authentication === 'if_requested' && 'the bank asks where 3D Secure is requested',
    decline !== undefined && declineOf(card),
    dispute !== undefined && disputeOf(dispute),
    card.fraudWarning && 'pays, then an early fraud warning',
    card.refund === 'pending' && 'pays; a refund is pending, then succeeds',
    card.refund === 'fails' && 'pays; a refund succeeds, then fails',
    card.bypassPending && 'pays; the money is available at once',
    card.risk !== undefined &&
      decline === undefined &&
      `pays with risk level \`${card.risk}\`${card.risk === 'elevated' ? ', and is put into review' : ''}`,
    card.checks !== undefined && `pays; ${checksOf(card)}`,
  ].filter((part) => typeof part === 'string');
  return parts.length === 0 ? 'pays' : parts.join('; ');
}

function declineOf(card: TestCard): string {
  const { code, decline_code: declineCode, blocked } = card.decline!;
  const reason = declineCode === null || declineCode === code ? `\`${code}\`` : `\`${code}\`, \`${declineCode}\``;
  const how = blocked === true ? 'blocked by risk rules' : card.authentication === undefined ? 'declined' : 'then declined';
  return `${how}: ${reason}${card.attaches === true ? '; can be attached to a customer' : ''}`;
}

function disputeOf({ reason, inquiry, parts }: NonNullable<TestCard['dispute']>): string {
  if (inquiry === true) return `pays, then an inquiry (\`${reason}\`)`;
  return parts === undefined ? `pays, then a dispute (\`${reason}\`)` : `pays, then ${parts} disputes (\`${reason}\`)`;
}

const checksOf = ({ checks }: TestCard): string =>
  Object.entries(checks ?? {})
    .map(([name, result]) => `${{ cvc: 'CVC', line1: 'address line', zip: 'postal code' }[name]} check \`${result}\``)
    .join(', ');

export function meaningOfBank(bank: TestBank): string {
  const slow = bank.after === undefined ? '' : ` after ${bank.after / 60} minutes`;
  const debit =
    bank.debit === 'stays'
      ? 'a debit stays `processing`'
      : bank.debit === 'succeeds'
        ? `a debit succeeds${slow}`
        : `a debit fails${slow}: \`${bank.debit.fails}\``;
  const parts = [
    debit,
    bank.disputes === true && 'then a dispute (`debit_not_authorized`)',
    bank.microdepositsFail === true && 'microdeposits cannot be verified',
    bank.payout !== undefined && `a payout or top-up fails: \`${bank.payout}\``,
  ];
  return parts.filter((part) => typeof part === 'string').join('; ');
}

const tokens = (names: readonly string[]): string => names.map((name) => `\`${name}\``).join(', ');
const ofCard = ({ token }: TestCard): string => (token === undefined ? '' : tokens([token, `tok_${token.slice('pm_card_'.length)}`]));

/** The page of test cards and bank accounts, from the tables that the platform itself uses. */
export function testCardsPage(): string {
  return [
    '<!-- Generated from packages/platform/src/resources/payment-method by packages/platform/conformance/test-cards.test.ts. Do not edit. -->',
    '',
    '# Test cards and bank accounts',
    '',
    'The cards and accounts that Stripe documents for tests, and what they do here. A `pm_card_…` can be named wherever a payment method can, and makes a new one each time; a `tok_…` where a card token can. Any expiry in the future and any CVC will do. Every other number with a valid check digit is a card that pays.',
    '',
    '## Cards',
    '',
    '| number | tokens | brand | country | what it does |',
    '| --- | --- | --- | --- | --- |',
    ...CARDS.map((card) => {
      const brand = card.funding === undefined ? card.brand : `${card.brand} (${card.funding})`;
      return `| ${card.number} | ${ofCard(card)} | ${brand} | ${card.country ?? 'US'} | ${meaningOf(card)} |`;
    }),
    '',
    '## Bank accounts',
    '',
    'Account numbers go with the routing number 110000000; an account that is typed in must be verified first (microdeposits of 32 and 45, or the code SM11AA), a `pm_usBankAccount_…` need not. IBANs are for `sepa_debit`. Debits are `processing` until the bank answers. Any other number works.',
    '',
    '| number | tokens | what it does |',
    '| --- | --- | --- |',
    ...BANKS.map((bank) => `| ${bank.number} | ${tokens(bank.tokens ?? [])} | ${meaningOfBank(bank)} |`),
    '',
  ].join('\n');
}
