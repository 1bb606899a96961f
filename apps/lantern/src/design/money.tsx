import type { FC } from 'hono/jsx';
import { moneyText, signedText } from './money-text.ts';

/** An amount; its `value` is in minor units, for whoever reads the page by machine. */
export const Money: FC<{ minor: number; currency: string; signed?: boolean }> = ({ minor, currency, signed }) => (
  <data class={minor === 0 ? 'money none' : 'money'} value={String(minor)} data-currency={currency}>
    {signed === true ? signedText(minor, currency) : moneyText(minor, currency)}
  </data>
);
