import { format, minimumCharge } from '@annex/money';
import { invalid, refuse } from '../../engine/index.ts';

const tooSmall = (minimum: number, currency: string) =>
  refuse({
    status: 400,
    code: 'amount_too_small',
    message: `Amount must be at least ${format(minimum, currency)} ${currency}`,
    param: 'amount',
  });
const tooLarge = () =>
  refuse({ status: 400, code: 'amount_too_large', message: 'Amount must be no more than $999,999.99', param: 'amount' });

/** Eight digits, twelve for Indonesian rupiah (api-and-events 1.18). */
const mostOf = (currency: string): number => (currency === 'idr' ? 999_999_999_999 : 99_999_999);

/** What can be charged: not less than is published for the currency, not more than has room. */
export function checkAmount(amount: number, currency: string): void {
  if (amount < 1) throw invalid('This value must be greater than or equal to 1.', 'amount', 'parameter_invalid_integer');
  const minimum = minimumCharge(currency);
  if (amount < minimum) throw tooSmall(minimum, currency);
  if (amount > mostOf(currency)) throw tooLarge();
}
