import { invalid, type StripeError } from '../engine/index.ts';
import type { AnyRoute, Field } from './route.ts';

/** What an input is held against, and how it is called in refusals. */
export interface Held {
  readonly shape: Readonly<Record<string, Field>>;
  readonly named: string;
  /** Where its members stand in something larger: `plans[0]`. */
  readonly within?: string;
}

const heldBy = (route: AnyRoute): Held => ({ shape: route.shape, named: `${route.method} /_annex${route.path}` });

const wrong = (name: string, value: unknown, field: Field): StripeError =>
  invalid(`'${name}' is ${JSON.stringify(value) ?? 'undefined'}, but must be ${KINDS[field.type].word}. ${field.sentence}`, name);

const unknown = (name: string, { shape, named }: Held): StripeError => {
  const names = Object.keys(shape);
  const known = names.length === 0 ? 'It takes nothing.' : `It takes: ${names.join(', ')}.`;
  return invalid(`'${name}' is no member of ${named}. ${known}`, name);
};

const missing = (name: string, field: Field): StripeError => invalid(`'${name}' is missing. ${field.sentence}`, name, 'parameter_missing');

interface Kind {
  readonly word: string;
  readonly fits: (value: unknown) => boolean;
  /** Reads the text of a query; `undefined` where it cannot be read. */
  readonly read: (text: string) => unknown;
}

const KINDS: Readonly<Record<Field['type'], Kind>> = {
  string: { word: 'a text', fits: (value) => typeof value === 'string', read: (text) => text },
  number: {
    word: 'a number',
    fits: (value) => typeof value === 'number' && Number.isFinite(value),
    read: (text) => (text.trim() === '' ? undefined : Number(text)),
  },
  boolean: {
    word: 'true or false',
    fits: (value) => typeof value === 'boolean',
    read: (text) => (text === 'true' ? true : text === 'false' ? false : undefined),
  },
  strings: {
    word: 'a list of texts',
    fits: (value) => Array.isArray(value) && value.every((item) => typeof item === 'string'),
    read: (text) => text.split(','),
  },
  list: { word: 'a list', fits: (value) => Array.isArray(value), read: () => undefined },
  object: {
    word: 'a JSON object',
    fits: (value) => typeof value === 'object' && value !== null && !Array.isArray(value),
    read: () => undefined,
  },
};

/** Judges an input by a route's shape. Absent and `null` are one. Throws a refusal that names member, value and remedy. */
export const checkInput = (route: AnyRoute, given: Readonly<Record<string, unknown>>): Record<string, unknown> =>
  checkFields(heldBy(route), given);

/** The same for any shape. */
export function checkFields(held: Held, given: Readonly<Record<string, unknown>>): Record<string, unknown> {
  const input: Record<string, unknown> = {};
  const path = (name: string): string => (held.within === undefined ? name : `${held.within}.${name}`);
  for (const [name, value] of Object.entries(given)) {
    if (!Object.hasOwn(held.shape, name)) throw unknown(name, held);
    const field = held.shape[name]!;
    if (value === undefined || value === null) continue;
    if (!KINDS[field.type].fits(value)) throw wrong(path(name), value, field);
    if (field.oneOf !== undefined && !field.oneOf.includes(String(value))) {
      throw invalid(`'${path(name)}' is ${JSON.stringify(value)}, but must be one of: ${field.oneOf.join(', ')}.`, path(name));
    }
    input[name] = value;
  }
  for (const [name, field] of Object.entries(held.shape)) {
    if (field.required === true && input[name] === undefined) throw missing(path(name), field);
  }
  return input;
}

/** The texts of a query, as the shape says they are meant. */
export function readQuery(route: AnyRoute, query: URLSearchParams): Record<string, unknown> {
  const input: Record<string, unknown> = {};
  for (const [name, text] of query) {
    const field = Object.hasOwn(route.shape, name) ? (route.shape[name] as Field) : undefined;
    if (field === undefined) throw unknown(name, heldBy(route));
    const value = KINDS[field.type].read(text);
    if (value === undefined || !KINDS[field.type].fits(value)) throw wrong(name, text, field);
    input[name] = value;
  }
  return input;
}
