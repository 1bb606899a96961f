import type { FC } from 'hono/jsx';
import type { Draft, Params, StripeObject } from '../../engine/index.ts';
import { Csrf } from '../layout.tsx';
import { CardFields, cardText, Field, type Filled, readCard, TestCards } from './card.tsx';

/** How a session can be paid: by card, or by a debit of a bank account that takes its time. */

export type PayBy = 'card' | 'sepa_debit';

const LABELS: Readonly<Record<PayBy, string>> = { card: 'Card', sepa_debit: 'SEPA debit' };

/** What the page offers of what the session allows. A setup by debit needs a mandate, which is not simulated. */
export const offered = (session: StripeObject): PayBy[] => {
  const types = session.payment_method_types as string[];
  const found = (['card', 'sepa_debit'] as const).filter((type) => types.includes(type) && (type === 'card' || session.mode !== 'setup'));
  return found.length === 0 ? ['card'] : found;
};

export const chosen = (session: StripeObject, asked: string | undefined): PayBy => {
  const all = offered(session);
  return all.find((type) => type === asked) ?? all[0]!;
};

/** The ways to pay, where there is more than one: each is an address, so that no script is needed. */
export const Ways: FC<{ session: StripeObject; current: PayBy }> = ({ session, current }) => {
  const all = offered(session);
  if (all.length < 2) return null;
  return (
    <nav class="ways" aria-label="Ways to pay">
      {all.map((type) => (
        <a class="button" href={`?pay_by=${type}`} aria-current={type === current ? 'true' : undefined}>
          {LABELS[type]}
        </a>
      ))}
    </nav>
  );
};

/** The customer's cards that a session may show: those that their owner wanted to see again, unless it says otherwise. */
export function savedCards(draft: Draft, session: StripeObject): StripeObject[] {
  if (session.customer === null || !offered(session).includes('card')) return [];
  const shown: readonly string[] = session.saved_payment_method_options?.allow_redisplay_filters ?? ['always'];
  return draft.find(
    'payment_method',
    [['customer', session.customer]],
    (row) => row.type === 'card' && shown.includes(row.allow_redisplay),
  );
}

/** One button for each of them; a form of its own, so that nothing else has to be filled in. */
export const SavedCards: FC<{ cards: readonly StripeObject[]; csrf: string }> = ({ cards, csrf }) =>
  cards.length === 0 ? null : (
    <form method="post" class="stack saved">
      <Csrf token={csrf} />
      <input type="hidden" name="do" value="pay" />
      {cards.map((method) => (
        <button type="submit" name="saved" value={method.id}>
          Use {cardText(method)}
        </button>
      ))}
      <p class="quiet">or another one:</p>
    </form>
  );

export const MethodFields: FC<{ payBy: PayBy; filled: Filled }> = ({ payBy, filled }) => (
  <>
    <input type="hidden" name="pay_by" value={payBy} />
    {payBy === 'card' ? (
      <CardFields filled={filled} />
    ) : (
      <Field name="iban" label="IBAN" filled={filled} autocomplete="off" placeholder="DE89 3704 0044 0532 0130 00" maxlength={42} />
    )}
    <Field
      name="name"
      label={payBy === 'card' ? 'Name on card' : 'Account holder'}
      filled={filled}
      autocomplete="cc-name"
      maxlength={150}
    />
  </>
);

const TEST_ACCOUNTS: readonly (readonly [iban: string, what: string])[] = [
  ['DE89 3704 0044 0532 0130 00', 'pays'],
  ['DE62 3704 0044 0532 0130 01', 'fails'],
  ['DE08 3704 0044 0532 0130 03', 'pays after three minutes'],
];

export const TestMethods: FC<{ payBy: PayBy }> = ({ payBy }) =>
  payBy === 'card' ? (
    <TestCards />
  ) : (
    <details class="test-cards">
      <summary>Test accounts</summary>
      <p class="quiet">No real account works here. The money comes, or does not, after the page is done.</p>
      <ul class="plain">
        {TEST_ACCOUNTS.map(([iban, what]) => (
          <li>
            <code>{iban}</code> <span class="quiet">{what}</span>
          </li>
        ))}
      </ul>
    </details>
  );

export interface ReadMethod {
  /** Parameters of `POST /v1/payment_methods`; nothing where the form has problems. */
  readonly method: Params | undefined;
  readonly problems: Readonly<Record<string, string>>;
}

/** The payment method of a posted form. */
export function readMethod(payBy: PayBy, value: (name: string) => string): ReadMethod {
  if (payBy === 'card') {
    const { card, problems } = readCard(value);
    return { method: card === undefined ? undefined : { type: 'card', card }, problems };
  }
  const iban = value('iban').replace(/[\s-]/g, '').toUpperCase();
  return /^[A-Z]{2}\d{2}[A-Z0-9]{10,30}$/.test(iban)
    ? { method: { type: 'sepa_debit', sepa_debit: { iban } }, problems: {} }
    : { method: undefined, problems: { iban: 'Your IBAN is incomplete.' } };
}
