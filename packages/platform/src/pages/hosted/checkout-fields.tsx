import type { FC } from 'hono/jsx';
import type { Fields, Params, StripeObject } from '../../engine/index.ts';
import { webAddress } from '../brand.ts';
import { Field, type Filled } from './card.tsx';

/** What a checkout session may collect beside e-mail and card: phone, addresses, fields of the merchant's own, consent. */

const PARTS = ['line1', 'line2', 'postal_code', 'city', 'state'] as const;
const LABELS: Readonly<Record<(typeof PARTS)[number], string>> = {
  line1: 'Street',
  line2: 'Street, second line',
  postal_code: 'Postal code',
  city: 'City',
  state: 'State or region',
};
const OPTIONAL = new Set<string>(['line2', 'state']);
/** They stand side by side. */
const HALVES = new Set<string>(['postal_code', 'city']);

const regions = new Intl.DisplayNames(['en'], { type: 'region', fallback: 'code' });
const countryName = (code: string): string => {
  try {
    return regions.of(code) ?? code;
  } catch {
    return code;
  }
};

const countriesOf = (session: StripeObject): string[] => session.shipping_address_collection?.allowed_countries ?? [];
const hasTerms = (session: StripeObject): boolean => session.consent_collection?.terms_of_service === 'required';
const needsBilling = (session: StripeObject): boolean => session.billing_address_collection === 'required';

const Address: FC<{ prefix: string; filled: Filled }> = ({ prefix, filled }) => (
  <div class="address">
    {PARTS.map((part) => (
      <Field
        name={`${prefix}_${part}`}
        label={LABELS[part]}
        filled={filled}
        maxlength={200}
        optional={OPTIONAL.has(part)}
        {...(HALVES.has(part) && { class: 'half' })}
      />
    ))}
  </div>
);

const Problem: FC<{ name: string; filled: Filled }> = ({ name, filled }) =>
  filled.problems[name] === undefined ? null : (
    <p class="problem" id={`${name}-problem`}>
      {filled.problems[name]}
    </p>
  );

interface Choice {
  readonly name: string;
  readonly label: string;
  readonly options: readonly (readonly [value: string, label: string])[];
  readonly filled: Filled;
  readonly optional?: boolean;
  readonly first?: string | null;
}

const Select: FC<Choice> = ({ name, label, options, filled, optional, first }) => {
  const current = filled.values[name] ?? first ?? '';
  return (
    <div class="field">
      <label for={name}>
        {label}
        {optional === true && <span class="quiet"> (optional)</span>}
      </label>
      <select id={name} name={name} required={optional !== true}>
        <option value="">Choose</option>
        {options.map(([value, text]) => (
          <option value={value} selected={value === current}>
            {text}
          </option>
        ))}
      </select>
      <Problem name={name} filled={filled} />
    </div>
  );
};

/** Where the goods go. */
export const ShippingFields: FC<{ session: StripeObject; filled: Filled }> = ({ session, filled }) => {
  const countries = countriesOf(session);
  if (countries.length === 0) return null;
  return (
    <fieldset class="stack part">
      <legend>Shipping address</legend>
      <Field name="ship_name" label="Full name" filled={filled} autocomplete="shipping name" maxlength={150} />
      <Address prefix="ship" filled={filled} />
      <Select name="ship_country" label="Country" options={countries.map((code) => [code, countryName(code)] as const)} filled={filled} />
    </fieldset>
  );
};

const CustomField: FC<{ field: StripeObject; filled: Filled }> = ({ field, filled }) => {
  const name = `field_${field.key}`;
  const label = field.label.custom as string;
  if (field.type === 'dropdown') {
    const options = (field.dropdown.options as Params[]).map((option) => [option.value, option.label] as const);
    return (
      <Select name={name} label={label} options={options} filled={filled} optional={field.optional} first={field.dropdown.default_value} />
    );
  }
  const { default_value: first, maximum_length: most } = field[field.type];
  const shown: Filled = { ...filled, values: { [name]: first ?? '', ...filled.values } };
  return (
    <Field
      name={name}
      label={label}
      filled={shown}
      optional={field.optional}
      maxlength={most ?? 255}
      inputmode={field.type === 'numeric' ? 'numeric' : 'text'}
    />
  );
};

/** Everything behind the card. */
export const ExtraFields: FC<{ session: StripeObject; filled: Filled; terms: unknown }> = ({ session, filled, terms }) => {
  const href = webAddress(terms);
  return (
    <>
      {needsBilling(session) && (
        <fieldset class="stack part">
          <legend>Billing address</legend>
          <Address prefix="bill" filled={filled} />
          <Field name="bill_country" label="Country (two letters)" filled={filled} maxlength={2} />
        </fieldset>
      )}
      {session.phone_number_collection?.enabled === true && (
        <Field name="phone" label="Phone" filled={filled} type="tel" autocomplete="tel" inputmode="tel" maxlength={20} />
      )}
      {(session.custom_fields as StripeObject[]).map((field) => (
        <CustomField field={field} filled={filled} />
      ))}
      {hasTerms(session) && (
        <div class="field">
          <label class="check">
            <input type="checkbox" name="terms" value="accepted" required checked={filled.values.terms === 'accepted'} />
            <span>I agree to the {href === undefined ? 'terms of service' : <a href={href}>terms of service</a>}.</span>
          </label>
          <Problem name="terms" filled={filled} />
        </div>
      )}
      {typeof session.custom_text?.submit?.message === 'string' && <p class="quiet">{session.custom_text.submit.message}</p>}
    </>
  );
};

export interface Extras {
  readonly phone: string | null;
  readonly address: Fields | null;
  readonly shipping: Fields | null;
  /** Fields of the session. */
  readonly collected: Fields;
  readonly problems: Readonly<Record<string, string>>;
}

type Value = (name: string) => string;

function readAddress(value: Value, prefix: string, problems: Record<string, string>): Fields {
  for (const part of PARTS)
    if (!OPTIONAL.has(part) && value(`${prefix}_${part}`) === '') problems[`${prefix}_${part}`] = 'This is missing.';
  const country = value(`${prefix}_country`).toUpperCase();
  if (!/^[A-Z]{2}$/.test(country)) problems[`${prefix}_country`] = 'Write the two letters, for example US or DE.';
  const parts = PARTS.map((part) => [part, value(`${prefix}_${part}`) || null] as const);
  return { ...Object.fromEntries(parts), country };
}

function readCustom(field: StripeObject, value: Value, problems: Record<string, string>): StripeObject {
  const name = `field_${field.key}`;
  const text = value(name);
  const detail = field[field.type];
  if (text === '' && !field.optional) problems[name] = 'This is missing.';
  else if (text !== '' && field.type === 'numeric' && !/^\d+$/.test(text)) problems[name] = 'Write digits only.';
  else if (text !== '' && field.type === 'dropdown' && !(detail.options as Params[]).some((option) => option.value === text))
    problems[name] = 'Choose one of the options.';
  else if (text !== '' && typeof detail.minimum_length === 'number' && text.length < detail.minimum_length)
    problems[name] = `Write at least ${detail.minimum_length} characters.`;
  else if (text !== '' && typeof detail.maximum_length === 'number' && text.length > detail.maximum_length)
    problems[name] = `Write at most ${detail.maximum_length} characters.`;
  return { ...field, [field.type]: { ...detail, value: text === '' ? null : text } };
}

/** What a posted form says beside e-mail and card, and what is wrong with it. */
export function readExtras(session: StripeObject, value: Value): Extras {
  const problems: Record<string, string> = {};
  const address = needsBilling(session) ? readAddress(value, 'bill', problems) : null;
  const countries = countriesOf(session);
  const ships = countries.length > 0;
  const shipping = ships ? { name: value('ship_name'), address: readAddress(value, 'ship', problems) } : null;
  if (ships && value('ship_name') === '') problems.ship_name = 'This is missing.';
  if (ships && !countries.includes(value('ship_country'))) problems.ship_country = 'Choose one of the countries.';
  const phone = session.phone_number_collection?.enabled === true ? value('phone') : '';
  if (session.phone_number_collection?.enabled === true && !/^\+?[\d\s()/-]{5,20}$/.test(phone))
    problems.phone = 'Write digits, for example +1 415 555 0100.';
  const custom = (session.custom_fields as StripeObject[]).map((field) => readCustom(field, value, problems));
  if (hasTerms(session) && value('terms') !== 'accepted') problems.terms = 'Agree to the terms of service to go on.';
  const collected = {
    custom_fields: custom,
    ...(hasTerms(session) && { consent: { promotions: null, terms_of_service: 'accepted' } }),
    ...(shipping !== null && { collected_information: { business_name: null, individual_name: null, shipping_details: shipping } }),
  };
  return { phone: phone === '' ? null : phone, address, shipping, collected, problems };
}

/** The names of what `readExtras` reads, so that a refused form is shown again as it was filled in. */
export const extraNames = (session: StripeObject): string[] => [
  ...['phone', 'terms', 'ship_name', 'ship_country', 'bill_country'],
  ...PARTS.flatMap((part) => [`ship_${part}`, `bill_${part}`]),
  ...(session.custom_fields as StripeObject[]).map((field) => `field_${field.key}`),
];
