import { createHash } from 'node:crypto';
import type { Counted, CountedBalance, CountedMovement } from './counted.ts';

/*
 * A customer's past seldom changes, and it is long. The seal tells, without reading what is stored, that everything before a day would
 * be stored as it stands: it is the day and a hash of the rows before it.
 */

/** By customer. */
export type Seals = ReadonlyMap<string, string>;

/** Where a row lies: the day of a movement, the month of a balance. A month sorts before its days. */
export const dayOf = (row: CountedMovement | CountedBalance): string => ('day' in row ? row.day : row.month);

function hashed({ movements, balances }: Counted, day: string): string {
  let text = '';
  for (const one of movements) {
    if (one.day >= day) continue;
    const { under, kind, amount, after, reason, because, reconstructed, at_start: atStart, currency } = one;
    text += `${one.day} ${under} ${kind} ${amount} ${after} ${reason} ${reconstructed} ${atStart} ${currency} ${because}\n`;
  }
  for (const { month, currency, under, delta } of balances) if (month < day) text += `${month} ${currency} ${under} ${delta}\n`;
  return createHash('md5').update(text).digest('base64url');
}

/** `2026-10 …`: sealed before that month. */
export const sealOf = (counted: Counted, month: string): string => `${month} ${hashed(counted, month)}`;

/** From when on a customer's rows must be compared: the sealed month, or the beginning where the seal is broken. */
export function openFrom(counted: Counted, seal: string | undefined): string {
  if (seal === undefined) return '';
  const month = seal.slice(0, 7);
  return sealOf(counted, month) === seal ? month : '';
}
