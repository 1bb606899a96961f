import { type Behaviour, type Draft, type Fields, invalid, type Params } from '../engine/index.ts';
import { isValid } from './coupon.ts';

const taken = (code: string) => invalid(`An active promotion code with \`code: ${code}\` already exists.`, 'code');

/** A code is unique among the active ones, whatever its case. */
function checkFree(draft: Draft, code: string, own?: string): void {
  const same = draft.find(
    'promotion_code',
    [['active', true]],
    (row) => row.id !== own && String(row.code).toLowerCase() === code.toLowerCase(),
  );
  if (same.length > 0) throw taken(code);
}

const inThePast = (at: number) => invalid(`Invalid expires_at: it must be in the future, but it is ${at}.`, 'expires_at');
const noLongerValid = (coupon: string) =>
  invalid(`This promotion code cannot be active: its coupon ${coupon} is expired, redeemed out or deleted, and no longer valid.`, 'active');
const needsCurrency = () =>
  invalid(
    'You must pass minimum_amount_currency when passing minimum_amount.',
    'restrictions[minimum_amount_currency]',
    'parameter_missing',
  );

function create(draft: Draft, params: Params): Fields {
  if (typeof params.expires_at === 'number' && params.expires_at <= draft.now) throw inThePast(params.expires_at);
  if (params.restrictions?.minimum_amount !== undefined && params.restrictions.minimum_amount_currency === undefined) throw needsCurrency();
  const coupon = draft.need('coupon', params.promotion?.coupon ?? '', 'promotion[coupon]');
  const code =
    params.code ??
    draft
      .random(16)
      .toUpperCase()
      .replace(/[^0-9A-Z]/g, '')
      .slice(0, 8);
  checkFree(draft, code);
  return {
    active: params.active ?? true,
    code,
    promotion: { type: 'coupon', coupon: coupon.id },
    restrictions: {
      first_time_transaction: params.restrictions?.first_time_transaction ?? false,
      minimum_amount: params.restrictions?.minimum_amount ?? null,
      minimum_amount_currency: params.restrictions?.minimum_amount_currency ?? null,
      ...(params.restrictions?.currency_options !== undefined && { currency_options: params.restrictions.currency_options }),
    },
    times_redeemed: 0,
  };
}

export const promotionCode: Behaviour = {
  object: 'promotion_code',
  grade: 'lived',
  filters: { coupon: 'promotion.coupon' },
  create,
  update: (draft, before, params) => {
    if (params.active === true && before.active === false) {
      checkFree(draft, before.code, before.id);
      const coupon = draft.get('coupon', before.promotion.coupon);
      if (coupon === undefined || !isValid(draft, coupon)) throw noLongerValid(before.promotion.coupon);
    }
    const options = params.restrictions?.currency_options;
    if (options === undefined) return {};
    const known = before.restrictions;
    return { restrictions: { ...known, currency_options: { ...known.currency_options, ...options } } };
  },
};
