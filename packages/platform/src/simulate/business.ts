import { decimalsOf } from '@annex/money';
import { checkFields } from '../control/input.ts';
import type { Field } from '../control/route.ts';
import { invalid } from '../engine/index.ts';
import { yaml } from '../faults/yaml.ts';

/** A business that sells subscriptions, as numbers: what it sells and how its customers behave. */
export interface Business {
  readonly name: string;
  readonly seed: number;
  /** Where its customers live: two letters; null where it does not matter. */
  readonly country: string | null;
  /** Unix seconds of the first day's midnight (UTC). */
  readonly from: number;
  readonly months: number;
  readonly growth: Growth;
  readonly plans: readonly Plan[];
  readonly coupons: readonly Coupon[];
  readonly trial: { readonly days: number; readonly share: number };
  readonly behaviour: Behaviour;
}

export interface Growth {
  /** Customers who sign up in the first month. */
  readonly first_month: number;
  /** How many times as many sign up a year later; 1 is steady. */
  readonly yearly: number;
}

export interface Plan {
  /** Its price's lookup key. */
  readonly key: string;
  readonly product: string;
  /** Minor units. */
  readonly amount: number;
  readonly currency: string;
  readonly interval: 'month' | 'year';
  /** How often it is chosen, beside the others. */
  readonly weight: number;
  /** The most seats a customer begins with; 1 for plans without seats. */
  readonly seats: number;
}

export interface Coupon {
  readonly id: string;
  readonly percent_off: number;
  /** How long it lasts; null for ever. */
  readonly months: number | null;
  /** The share of new customers who come with it. */
  readonly share: number;
}

/** Chances within a month of a customer's life, from 0 to 1. */
export interface Behaviour {
  readonly churn: number;
  /** Of those who leave: how many do so at once, and not at the period's end. */
  readonly at_once: number;
  /** Of those who left: how many come back. */
  readonly returns: number;
  readonly upgrade: number;
  readonly downgrade: number;
  readonly seats: number;
  readonly pause: number;
  /** A card that worked declines from then on. */
  readonly card_fails: number;
  /** Of those: how many give another card before the last try. */
  readonly recovers: number;
  readonly refund: number;
  /** One-off payments that end in a dispute. */
  readonly dispute: number;
}

const share = (sentence: string): Field => ({ type: 'number', sentence: `${sentence} From 0 to 1.` });

const TOP: Readonly<Record<string, Field>> = {
  name: { type: 'string', required: true, sentence: 'What the business is called.' },
  seed: { type: 'number', sentence: 'A whole number: the same seed lives the same life.' },
  from: { type: 'string', sentence: 'The first day, such as 2022-01-03; without it the life ends today.' },
  years: { type: 'number', sentence: 'How long it lives; parts of a year are months.' },
  country: { type: 'string', sentence: 'Where its customers live: two letters, such as DE.' },
  growth: { type: 'object', sentence: '`{first_month, yearly}`.' },
  plans: { type: 'list', required: true, sentence: 'A list of `{key, product, amount, currency, interval, weight, seats}`.' },
  coupons: { type: 'list', sentence: 'A list of `{id, percent_off, months, share}`.' },
  trial: { type: 'object', sentence: '`{days, share}`.' },
  behaviour: { type: 'object', sentence: 'Chances within a month: `{churn, upgrade, card_fails, …}`.' },
};

const GROWTH: Readonly<Record<keyof Growth, Field>> = {
  first_month: { type: 'number', sentence: 'Customers who sign up in the first month.' },
  yearly: { type: 'number', sentence: 'How many times as many sign up a year later.' },
};

const PLAN: Readonly<Record<keyof Plan, Field>> = {
  key: { type: 'string', required: true, sentence: "The plan's name in this file, and its price's lookup key." },
  product: { type: 'string', sentence: 'The name of its product; the key where it is left out.' },
  amount: { type: 'number', required: true, sentence: 'Minor units for one period (2900 is 29.00).' },
  currency: { type: 'string', required: true, sentence: 'Three letters, such as usd.' },
  interval: { type: 'string', sentence: 'What a period is.', oneOf: ['month', 'year'] },
  weight: { type: 'number', sentence: 'How often it is chosen, beside the others.' },
  seats: { type: 'number', sentence: 'The most seats a customer begins with; 1 unless told.' },
};

const COUPON: Readonly<Record<keyof Coupon, Field>> = {
  id: { type: 'string', required: true, sentence: 'The id of the coupon.' },
  percent_off: { type: 'number', required: true, sentence: 'From 1 to 100.' },
  months: { type: 'number', sentence: 'How long it lasts; for ever where it is left out.' },
  share: share('The share of new customers who come with it.'),
};

const TRIAL: Readonly<Record<keyof Business['trial'], Field>> = {
  days: { type: 'number', sentence: 'How long a trial is.' },
  share: share('The share of new customers who begin with one.'),
};

const BEHAVIOUR: Readonly<Record<keyof Behaviour, Field>> = {
  churn: share('Leaves.'),
  at_once: share('Of those who leave: at once, and not at the end of the period.'),
  returns: share('Of those who left: come back.'),
  upgrade: share('Takes the next dearer plan of the same currency and interval.'),
  downgrade: share('Takes the next cheaper one.'),
  seats: share('Adds or gives up seats.'),
  pause: share('Pauses collection for a month or two.'),
  card_fails: share('The card declines from then on.'),
  recovers: share('Of those: gives another card in time.'),
  refund: share('Gets the last payment back, whole or half.'),
  dispute: share('Pays for something once and disputes it.'),
};

const CALM: Behaviour = {
  ...{ churn: 0.02, at_once: 0.3, returns: 0.1, upgrade: 0.02, downgrade: 0.01, seats: 0.03, pause: 0.005 },
  ...{ card_fails: 0.015, recovers: 0.6, refund: 0.005, dispute: 0.001 },
};

const refuse = (path: string, value: unknown, remedy: string) =>
  invalid(`'${path}' is ${JSON.stringify(value) ?? 'missing'}; ${remedy}.`, path);

function part(given: unknown, within: string | undefined, shape: Readonly<Record<string, Field>>): Record<string, unknown> {
  const named = within ?? 'the business';
  if (typeof given !== 'object' || given === null || Array.isArray(given))
    throw refuse(named, given, `give its members: ${Object.keys(shape).join(', ')}`);
  const read = checkFields({ shape, named, ...(within !== undefined && { within }) }, given as Record<string, unknown>);
  for (const [name, field] of Object.entries(shape)) {
    const value = read[name];
    if (typeof value !== 'number') continue;
    if (value < 0) throw refuse(`${named}.${name}`, value, 'it cannot be negative');
    if (field.sentence.endsWith('From 0 to 1.') && value > 1) throw refuse(`${named}.${name}`, value, 'give a share from 0 to 1');
  }
  return read;
}

function plan(given: unknown, index: number): Plan {
  const named = `plans[${index}]`;
  const read = part(given, named, PLAN) as Partial<Plan> & Pick<Plan, 'key' | 'amount' | 'currency'>;
  const { key, amount, weight = 1, seats = 1, interval = 'month' } = read;
  if (!Number.isInteger(amount) || amount < 1) throw refuse(`${named}.amount`, amount, 'give whole minor units (2900 is 29.00)');
  if (!Number.isInteger(seats) || seats < 1) throw refuse(`${named}.seats`, seats, 'give a whole number from 1');
  const currency = read.currency.toLowerCase();
  if (!/^[a-z]{3}$/.test(currency) || Number.isNaN(decimalsOf(currency)))
    throw refuse(`${named}.currency`, read.currency, 'give three letters such as usd');
  return { key, product: read.product ?? key, amount, currency, interval, weight, seats };
}

function coupon(given: unknown, index: number): Coupon {
  const named = `coupons[${index}]`;
  const { id, percent_off, months = null, share: of = 0.1 } = part(given, named, COUPON) as unknown as Coupon;
  if (percent_off < 1 || percent_off > 100) throw refuse(`${named}.percent_off`, percent_off, 'give a number from 1 to 100');
  if (months !== null && !(Number.isInteger(months) && months > 0)) throw refuse(`${named}.months`, months, 'give whole months from 1');
  return { id, percent_off, months, share: of };
}

function dayOf(text: string): number {
  const ms = /^\d{4}-\d{2}-\d{2}$/.test(text) ? Date.parse(`${text}T00:00:00Z`) : Number.NaN;
  // 31 February is read as 2 or 3 March: a day that no month has.
  if (Number.isNaN(ms) || new Date(ms).toISOString().slice(0, 10) !== text) throw refuse('from', text, 'give a day such as 2022-01-03');
  return ms / 1000;
}

const DAY = 86_400;
const MOST_CUSTOMERS = 100_000;

/** Everything is decided in memory before the first call is made. */
function growth(given: unknown, months: number): Growth {
  const read: Growth = { first_month: 10, yearly: 1, ...(given !== undefined && part(given, 'growth', GROWTH)) };
  let all = 0;
  for (let month = 0; month < months; month++) all += read.first_month * read.yearly ** (month / 12);
  if (!(all <= MOST_CUSTOMERS))
    throw refuse('growth', read, `that makes ${Math.round(all)} customers, and a business has ${MOST_CUSTOMERS} at most; give less`);
  return read;
}

function trial(given: unknown): Business['trial'] {
  const read = { days: 14, share: 0, ...(given !== undefined && part(given, 'trial', TRIAL)) };
  if (!Number.isInteger(read.days) || read.days < 1) throw refuse('trial.days', read.days, 'give whole days from 1');
  return read;
}

/** Reads a business from YAML or JSON. `today` (unix seconds) is where its life ends when the file does not say where it begins. */
export function readBusiness(text: string, today: number): Business {
  let given: unknown;
  try {
    given = yaml().parse(text);
  } catch (error) {
    throw invalid(`It is no YAML: ${(error as Error).message.split('\n')[0]!.replace(/:$/, '')}.`);
  }
  const read = part(given, undefined, TOP);
  const { name, seed = 1, years = 1, country = null } = read as { name: string; seed?: number; years?: number; country?: string };
  if (country !== null && !/^[A-Z]{2}$/.test(country)) throw refuse('country', country, 'give two capital letters such as DE');
  if (!Number.isInteger(seed)) throw refuse('seed', seed, 'give a whole number');
  const months = Math.round(years * 12);
  if (months < 1 || months > 600) throw refuse('years', years, 'give from a twelfth (one month) to 50');
  const plans = (read.plans as unknown[]).map(plan);
  if (plans.length === 0) throw refuse('plans', [], 'give one plan at least');
  const twice = plans.find(({ key }, n) => plans.findIndex((other) => other.key === key) !== n);
  if (twice !== undefined) throw refuse('plans', twice.key, 'give each plan a key of its own');
  return {
    ...{ name, seed, months, country, plans },
    from: read.from === undefined ? Math.floor(today / DAY) * DAY - Math.round(months * 30.4375) * DAY : dayOf(read.from as string),
    growth: growth(read.growth, months),
    coupons: ((read.coupons ?? []) as unknown[]).map(coupon),
    trial: trial(read.trial),
    behaviour: { ...CALM, ...(read.behaviour !== undefined && part(read.behaviour, 'behaviour', BEHAVIOUR)) },
  };
}
