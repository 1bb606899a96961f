import type { FC } from 'hono/jsx';
import type { Params, StripeObject } from '../../engine/index.ts';

/** What a person wrote into a form, and what is wrong with it, by field. */
export interface Filled {
  readonly values: Readonly<Record<string, string>>;
  readonly problems: Readonly<Record<string, string>>;
}

export const EMPTY: Filled = { values: {}, problems: {} };

export interface FieldProps {
  readonly name: string;
  readonly label: string;
  readonly filled: Filled;
  readonly type?: string;
  readonly autocomplete?: string;
  readonly inputmode?: 'numeric' | 'email' | 'tel' | 'text';
  readonly placeholder?: string;
  readonly maxlength?: number;
  readonly optional?: boolean;
  readonly class?: string;
}

/** A labelled input with its problem beneath it. */
export const Field: FC<FieldProps> = ({ name, label, filled, type, optional, class: kind, ...input }) => {
  const problem = filled.problems[name];
  return (
    <div class={`field ${kind ?? ''}`}>
      <label for={name}>
        {label}
        {optional === true && <span class="quiet"> (optional)</span>}
      </label>
      <input
        id={name}
        name={name}
        type={type ?? 'text'}
        value={filled.values[name] ?? ''}
        required={optional !== true}
        aria-invalid={problem !== undefined ? 'true' : undefined}
        aria-describedby={problem !== undefined ? `${name}-problem` : undefined}
        {...input}
      />
      {problem !== undefined && (
        <p class="problem" id={`${name}-problem`}>
          {problem}
        </p>
      )}
    </div>
  );
};

/** Number, expiry and security code. They are never shown again once they were sent. */
export const CardFields: FC<{ filled: Filled }> = ({ filled }) => (
  <div class="card-fields">
    <Field
      name="number"
      label="Card number"
      filled={filled}
      inputmode="numeric"
      autocomplete="cc-number"
      placeholder="4242 4242 4242 4242"
      maxlength={23}
    />
    <Field
      name="expiry"
      label="Expiry"
      filled={filled}
      inputmode="numeric"
      autocomplete="cc-exp"
      placeholder="MM / YY"
      maxlength={9}
      class="half"
    />
    <Field name="cvc" label="CVC" filled={filled} inputmode="numeric" autocomplete="cc-csc" placeholder="123" maxlength={4} class="half" />
  </div>
);

const BRANDS: Readonly<Record<string, string>> = {
  visa: 'Visa',
  mastercard: 'Mastercard',
  amex: 'American Express',
  discover: 'Discover',
  diners: 'Diners Club',
  jcb: 'JCB',
  unionpay: 'UnionPay',
};

/** `Visa •••• 4242` */
export const cardText = (method: StripeObject): string =>
  method.type === 'card' ? `${BRANDS[method.card.brand] ?? 'Card'} •••• ${method.card.last4}` : String(method.type).replaceAll('_', ' ');

/** Cards that a tester wants most; the guide has them all. */
const TEST_CARDS: readonly (readonly [number: string, what: string])[] = [
  ['4242 4242 4242 4242', 'pays'],
  ['4000 0000 0000 0002', 'is declined'],
  ['4000 0000 0000 9995', 'has insufficient funds'],
  ['4000 0000 0000 0341', 'can be kept, then every payment fails'],
  ['4000 0027 6000 3184', 'its bank asks (3D Secure)'],
  ['4000 0000 0000 0259', 'pays, then is disputed'],
];

export const TestCards: FC = () => (
  <details class="test-cards">
    <summary>Test cards</summary>
    <p class="quiet">No real card works here. Any expiry in the future and any three digits will do.</p>
    <ul class="plain">
      {TEST_CARDS.map(([number, what]) => (
        <li>
          <code>{number}</code> <span class="quiet">{what}</span>
        </li>
      ))}
    </ul>
  </details>
);

export interface ReadCard {
  /** `card` of `POST /v1/payment_methods`; nothing where the form has problems. */
  readonly card: Params | undefined;
  readonly problems: Readonly<Record<string, string>>;
}

/** The card of a posted form. What a card's bank has to say about it comes later. */
export function readCard(value: (name: string) => string): ReadCard {
  const problems: Record<string, string> = {};
  const number = value('number').replace(/[\s-]/g, '');
  if (!/^\d{12,19}$/.test(number)) problems.number = 'Your card number is incomplete.';
  const [, month, year] = /^(\d{1,2})\s*[/. -]?\s*(\d{2}|\d{4})$/.exec(value('expiry')) ?? [];
  if (month === undefined || year === undefined) problems.expiry = 'Write it as MM / YY.';
  const cvc = value('cvc');
  if (!(number.startsWith('34') || number.startsWith('37') ? /^\d{4}$/ : /^\d{3}$/).test(cvc))
    problems.cvc = "Your card's security code is incomplete.";
  return {
    card: Object.keys(problems).length > 0 ? undefined : { number, exp_month: Number(month), exp_year: Number(year), cvc },
    problems,
  };
}

/** Which field of the form a refusal is about. */
export function fieldOf(code: string | undefined): string | undefined {
  if (code === 'incorrect_number' || code === 'invalid_number') return 'number';
  if (code === 'invalid_expiry_month' || code === 'invalid_expiry_year' || code === 'expired_card') return 'expiry';
  if (code === 'incorrect_cvc' || code === 'invalid_cvc') return 'cvc';
  return undefined;
}

/** Messages that the API has for programmers, said to the person who pays. */
export const messageFor = (
  refusal: { readonly code?: string | undefined; readonly message?: string | undefined } | null | undefined,
): string | undefined =>
  refusal?.code?.endsWith('_authentication_failure') === true
    ? 'Your bank did not approve this. Try again, or use another card.'
    : refusal?.message;

export const validEmail = (text: string): boolean => /^[^\s@]+@[^\s@]+\.?[^\s@]*$/.test(text) && text.length <= 512;
