/**
 * Every status that the contract has for a lived object: how it is reached, or why it cannot be.
 *
 * To add an object: a file `<object>.ts` with a `StateTable` and a line in `index.ts`. `state-tables.test.ts` checks that the
 * table names exactly the statuses of the contract, reaches each one that is not out of reach, and from each one tries every
 * action that the object's machine does not allow there: it must be refused, and nothing may have changed or been told.
 */
import type Stripe from 'stripe';
import type { Shop } from '../event-tables/shop.ts';

export interface StateTable {
  /** The `object` of the contract, and where it is served: `/v1/invoices`. */
  readonly object: string;
  readonly path: string;
  /** The field that holds the state; `status` unless it is said. */
  readonly field?: string;
  /** Where the contract leaves the field open: its documented values. */
  readonly statuses?: readonly string[];
  /** By status: brings a fresh account to an object in it and answers its id; or the reason why it is out of reach. */
  readonly reached: Readonly<Record<string, ((shop: Shop) => Promise<string>) | string>>;
  /** Parameters without which an action would be refused before its state is looked at. */
  readonly params?: Readonly<Record<string, Readonly<Record<string, string>>>>;
}

export const idOf = async (made: Promise<{ id: string }>): Promise<string> => (await made).id;

/** The id of an object that is there although the call that led to it was refused (a declined payment). */
export async function despite(call: Promise<unknown>, id: string): Promise<string> {
  await call.catch((error: Stripe.errors.StripeError) => {
    if (error.statusCode === undefined) throw error;
  });
  return id;
}
