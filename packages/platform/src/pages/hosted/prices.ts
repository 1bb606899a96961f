import { format } from '@annex/money';
import type { StripeObject } from '../../engine/index.ts';

/** `month`, `3 months` */
export const every = ({ interval, interval_count: count }: { interval: string; interval_count: number }): string =>
  count === 1 ? interval : `${count} ${interval}s`;

/** `$20.00 / month`, `$5.00` ; what a price says where its amount depends on more than the quantity. */
export function priceText(price: StripeObject): string {
  const amount = price.unit_amount === null ? 'by use' : format(price.unit_amount, price.currency);
  return price.recurring === null || price.recurring === undefined ? amount : `${amount} / ${every(price.recurring)}`;
}
