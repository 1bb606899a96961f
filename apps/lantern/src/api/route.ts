import type { Lantern } from '../lantern.ts';
import type { Place } from '../web/place.ts';

/** One request to the JSON API, with a key of the account. */
export interface ApiCall {
  readonly lantern: Lantern;
  readonly place: Place;
  readonly query: URLSearchParams;
  readonly params: Readonly<Record<string, string>>;
}

/** What the API has, declared: the reference page is made from the same table. */
export interface ApiRoute {
  /** Below `/api/v1`. */
  readonly path: string;
  readonly sentence: string;
  /** Parameters of the query, each with its sentence. */
  readonly query?: Readonly<Record<string, string>>;
  readonly answers: string;
  readonly run: (call: ApiCall) => Promise<unknown>;
}

/** A refusal: its sentence names what is wrong and how to put it right. */
export class ApiError extends Error {
  readonly status: number;
  readonly param: string | undefined;

  constructor(status: number, message: string, param?: string) {
    super(message);
    this.status = status;
    this.param = param;
  }
}

export const notThere = (what: string): ApiError => new ApiError(404, `There is no such ${what} in this account.`);

/** A whole number of the query within bounds. */
export function numberIn(query: URLSearchParams, name: string, { standard, most }: { standard: number; most: number }): number {
  const text = query.get(name);
  if (text === null) return standard;
  const number = Number(text);
  if (!/^\d+$/.test(text) || number < 1 || number > most)
    throw new ApiError(400, `${name} must be a number from 1 to ${most}, not ‘${text}’.`, name);
  return number;
}
