import { type Contract, fieldsOf, type Operation } from '@annex/contract';
import { refuse, type StripeError } from './errors.ts';
import type { Params } from './world.ts';

/** A parameter whose effect is not simulated: whoever gives it is told so, rather than left to believe that it works. */
export interface Unsimulated {
  /** As its name is written, any element of a list as `[]`: `phases[][items][][billing_thresholds]`. */
  readonly param: string;
  /** What Annex does not simulate; the sentence is made of it. */
  readonly what: string;
  /** Operations, by the beginning of their path after `/v1/`; all that take the parameter, where none are named. */
  readonly of?: readonly string[];
  /** The values that are refused; all of them, where none are named. */
  readonly values?: readonly unknown[];
}

const unsimulated = (what: string, param: string): StripeError =>
  refuse({ status: 501, type: 'api_error', message: `Annex does not simulate ${what} yet. It is a local simulator, not Stripe.`, param });

/** The names of a parameter from the outside in; `[]` stands for every element of a list. */
export function pathOf(param: string): readonly string[] {
  return param.split('[').map((part, index) => (index === 0 ? part : part === ']' ? '[]' : part.slice(0, -1)));
}

/** Where a parameter is given, as Stripe would write its name; nothing where it is not, or is unset. */
function givenAt(value: unknown, path: readonly string[], named: string, values: readonly unknown[] | undefined): string | undefined {
  if (value === undefined || value === null || value === '') return undefined;
  const [name, ...rest] = path;
  if (name === undefined) return values === undefined || values.includes(value) ? named : undefined;
  if (typeof value !== 'object') return undefined;
  if (name !== '[]') return givenAt((value as Params)[name], rest, named === '' ? name : `${named}[${name}]`, values);
  if (!Array.isArray(value)) return undefined;
  for (const [index, element] of value.entries()) {
    const found = givenAt(element, rest, `${named}[${index}]`, values);
    if (found !== undefined) return found;
  }
  return undefined;
}

/** The rows that an operation can run into. */
export function rowsFor(contract: Contract, op: Operation, rows: readonly Unsimulated[]): readonly Unsimulated[] {
  const takes = new Set(fieldsOf(contract.node(op.params)).map((field) => field.name));
  return rows.filter(
    ({ param, of }) => takes.has(pathOf(param)[0]!) && (of === undefined || of.some((start) => op.path.startsWith(`/v1/${start}`))),
  );
}

export function refuseUnsimulated(rows: readonly Unsimulated[], params: Params): void {
  for (const { param, what, values } of rows) {
    const at = givenAt(params, pathOf(param), '', values);
    if (at !== undefined) throw unsimulated(what, at);
  }
}
