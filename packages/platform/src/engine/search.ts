import { invalid, type StripeError } from './errors.ts';
import { valueAt } from './values.ts';
import type { StripeObject } from './world.ts';

/** How a searchable field is compared (api-and-events 1.13). */
export type FieldType = 'token' | 'string' | 'numeric' | 'boolean';

export interface SearchField {
  readonly type: FieldType;
  /** Where it is in the object, where that is not its name. */
  readonly path?: string;
}

type Holds = (object: StripeObject) => boolean;

const badQuery = (why: string): StripeError =>
  invalid(
    `We were unable to parse your search query. ${why} See https://stripe.com/docs/search#search-query-language for the syntax.`,
    'query',
  );

interface Clause {
  readonly negated: boolean;
  readonly field: string;
  /** The key of `metadata["key"]`. */
  readonly key: string | undefined;
  readonly operator: string;
  readonly value: string | null;
  readonly quoted: boolean;
}

const CLAUSE =
  /^(-?)([a-z_][a-z_0-9.]*)(?:\[(?:"((?:[^"\\]|\\.)*)"|'((?:[^'\\]|\\.)*)')\])?(:|~|>=|<=|>|<)(?:"((?:[^"\\]|\\.)*)"|'((?:[^'\\]|\\.)*)'|([^\s"']+))/i;
const unescaped = (text: string | undefined): string | undefined => text?.replace(/\\(.)/g, '$1');

/** Clauses joined by AND (or nothing), or all by OR: never both. */
function parse(query: string): { clauses: Clause[]; any: boolean } {
  const clauses: Clause[] = [];
  const joints = new Set<string>();
  let rest = query.trim();
  while (rest !== '') {
    const match = CLAUSE.exec(rest);
    if (match === null) throw badQuery(`'${rest.slice(0, 60)}' is no clause such as email:"a@example.com".`);
    const [all, minus, field, key1, key2, operator, double, single, bare] = match;
    const quoted = unescaped(double ?? single);
    clauses.push({
      negated: minus === '-',
      field: field!,
      key: unescaped(key1 ?? key2),
      operator: operator!,
      value: quoted ?? (bare === 'null' ? null : bare!),
      quoted: quoted !== undefined,
    });
    rest = rest.slice(all.length).trimStart();
    const joint = /^(AND|OR)\s+/i.exec(rest);
    if (joint !== null) rest = rest.slice(joint[0].length);
    if (rest !== '') joints.add(joint === null ? 'AND' : joint[1]!.toUpperCase());
  }
  if (clauses.length === 0) throw badQuery('It is empty.');
  if (joints.size > 1) throw badQuery('AND and OR cannot be mixed in one query.');
  return { clauses, any: joints.has('OR') };
}

const words = (text: string): string[] =>
  text
    .toLowerCase()
    .split(/[^\p{L}\p{N}]+/u)
    .filter(Boolean);

/** `:` on a string: all its words, in the same order and next to each other, whatever the case. Not equality. */
function containsPhrase(text: string, phrase: string): boolean {
  const [all, wanted] = [words(text), words(phrase)];
  return wanted.length > 0 && all.some((_, at) => wanted.every((word, offset) => all[at + offset] === word));
}

function compare(actual: number, operator: string, wanted: number): boolean {
  if (operator === '>') return actual > wanted;
  if (operator === '<') return actual < wanted;
  if (operator === '>=') return actual >= wanted;
  return operator === '<=' ? actual <= wanted : actual === wanted;
}

function numeric(clause: Clause): (actual: unknown) => boolean {
  const wanted = Number(clause.value);
  if (clause.value === null || clause.value.trim() === '' || Number.isNaN(wanted))
    throw badQuery(`'${clause.field}' is compared with a number, not with '${clause.value}'.`);
  if (clause.operator === '~') throw badQuery(`The operator ~ is not supported for the numeric field '${clause.field}'.`);
  return (actual) => typeof actual === 'number' && compare(actual, clause.operator, wanted);
}

function textual(clause: Clause, type: FieldType): (actual: unknown) => boolean {
  const { field, operator, quoted } = clause;
  const value = clause.value ?? '';
  if (operator !== ':' && !(operator === '~' && type === 'string'))
    throw badQuery(`The operator ${operator} is not supported for the ${type} field '${field}'.`);
  if (!quoted) throw badQuery(`The value of '${field}' is text, so it stands in quotes: ${field}${operator}"${value}".`);
  if (operator === '~' && value.length < 3) throw badQuery('A substring must have at least three characters.');
  const folded = value.toLowerCase();
  return (actual) => {
    if (actual === null || actual === undefined) return false;
    const text = String(typeof actual === 'object' && 'id' in actual ? actual.id : actual);
    if (operator === '~') return text.toLowerCase().includes(folded);
    return type === 'string' ? containsPhrase(text, value) : text.toLowerCase() === folded;
  };
}

function holds(clause: Clause, fields: Readonly<Record<string, SearchField>>): Holds {
  const isMetadata = clause.field === 'metadata' && clause.key !== undefined;
  const field: SearchField | undefined = isMetadata ? { type: 'token' } : fields[clause.field];
  if (field === undefined) {
    throw badQuery(
      `Field '${clause.field}' is an unsupported search field for this resource. Supported: ${Object.keys(fields).sort().join(', ')}, metadata.`,
    );
  }
  const read = (object: StripeObject): unknown =>
    isMetadata ? object.metadata?.[clause.key!] : valueAt(object, field.path ?? clause.field);
  if (clause.value === null && clause.operator === ':') return (object) => (read(object) ?? null) === null;
  const test = field.type === 'numeric' ? numeric(clause) : textual(clause, field.type);
  return (object) => test(read(object));
}

/** A query of Stripe's search language as a predicate. Throws its refusal for what cannot be parsed or is not searchable. */
export function searchPredicate(query: string, fields: Readonly<Record<string, SearchField>>): Holds {
  const { clauses, any } = parse(query);
  const tests = clauses.map((clause) => {
    const test = holds(clause, fields);
    return clause.negated ? (object: StripeObject) => !test(object) : test;
  });
  return any ? (object) => tests.some((test) => test(object)) : (object) => tests.every((test) => test(object));
}
