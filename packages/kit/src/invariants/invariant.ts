import type { Query } from '../postgres/database.ts';
import type { World } from '../wire/stripe-api.ts';

/** How one promise of the extension stands: for one account, or for the extension as a whole. */
export interface Invariant {
  readonly name: string;
  /** The promise. */
  readonly title: string;
  /** What was found. */
  readonly sentence: string;
  /** Absent while it is not known. */
  readonly holds?: boolean;
  readonly kept?: number;
  readonly of?: number;
  readonly account?: string;
  readonly livemode?: boolean;
}

/** A promise of the extension itself, asked for each account whose history is complete. */
export interface OwnInvariant {
  readonly name: string;
  readonly title: string;
  readonly look: (world: World, on: Query) => Promise<Pick<Invariant, 'sentence' | 'holds' | 'kept' | 'of'>>;
}

/** `1 event`, `2 events`. */
export const counted = (count: number, word: string): string => `${count.toLocaleString('en')} ${word}${count === 1 ? '' : 's'}`;
