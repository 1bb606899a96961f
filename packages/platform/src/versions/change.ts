import type { Fields, StripeObject } from '../engine/index.ts';
import type { ParamRule } from './params.ts';

/** What a change may ask of the account whose objects it looks at. What it gets is its own to change. */
export interface Look {
  readonly get: (object: string, id: string) => StripeObject | undefined;
  readonly find: (object: string, field: string, value: unknown) => readonly StripeObject[];
}

/**
 * Turns an object as it is from this version on into what it was before, in place. Parts of the object (lists, expanded
 * objects) are still as they are now: they are turned after it, also those that it has just put in.
 */
export type Down = (object: StripeObject, look: Look) => void;

/** One breaking change of the API: a file of `changes/`. Requests at an older version do not see it. */
export interface VersionChange {
  /** The version that brought it: `2025-09-30.clover`. */
  readonly version: string;
  /** What changed, in a sentence for people: it stands in `docs/reference/versions.md`. */
  readonly sentence: string;
  readonly params?: readonly ParamRule[];
  /** Addresses that are gone, by method and path, and what serves them now. */
  readonly routes?: Readonly<Record<string, FormerRoute>>;
  /** By the `object` of what is answered. */
  readonly answers?: Readonly<Record<string, Down>>;
  /** Fields that could be expanded before and are gone: object, field, the kind of object that it named. */
  readonly references?: Readonly<Record<string, Readonly<Record<string, string>>>>;
  /** Event types that came with it: endpoints of older versions are told of them only where they name them. */
  readonly events?: readonly string[];
  /** Tried by `versions.test.ts`: an object now, and what it was before. */
  readonly rows: readonly Row[];
}

/** An operation of before. */
export interface FormerRoute {
  /** `POST /v1/invoices/create_preview` */
  readonly op: string;
  /** The field of the answer that was the whole answer. */
  readonly pick?: string;
}

/** A worked example of a change. */
export interface Row {
  readonly title: string;
  /** Parameters of an operation as an old caller sends them, and as they are understood. */
  readonly request?: { readonly op: string; readonly form: string; readonly becomes: Fields };
  /** Parameters that an old caller could not know, and the name that is refused. */
  readonly refused?: { readonly op: string; readonly form: string; readonly param: string };
  readonly answer?: { readonly now: Fields; readonly before: Fields };
  /** What the account holds beside it. */
  readonly world?: readonly StripeObject[];
}
