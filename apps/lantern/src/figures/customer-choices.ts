import type { Query } from '@annex/kit';
import { moneyText } from '../design/money-text.ts';
import type { Place } from '../web/place.ts';

/** Stands for customers whose country is not known. */
export const NO_COUNTRY = 'none';

/** A product that is sold by subscription, and its prices, to choose customers by. */
export interface PlanChoice {
  readonly product: string;
  readonly name: string;
  /** Empty where there is only one, or more than anybody would choose from. */
  readonly prices: readonly { readonly id: string; readonly label: string }[];
}

/** Prices of a product beyond this number, such as one made for each customer, are not offered one by one; nor more products than that. */
const MOST_PRICES = 20;
const MOST_PRODUCTS = 300;

interface FoundPrice {
  readonly id: string;
  readonly nickname: string | null;
  readonly currency: string;
  readonly unit_amount: number | null;
  readonly every: string;
  readonly times: number;
}

const SOLD = `
  select s.product, coalesce(nullif(p.data->>'name', ''), s.product) as name, case when s.n between 2 and ${MOST_PRICES} then s.prices else '[]' end as prices
  from (
    select data->>'product' as product, count(*) as n, jsonb_agg(jsonb_build_object('id', id, 'nickname', nullif(data->>'nickname', ''), 'currency', data->>'currency',
      'unit_amount', (data->>'unit_amount')::bigint, 'every', data->'recurring'->>'interval', 'times', (data->'recurring'->>'interval_count')::int)
      order by data->>'currency', (data->>'unit_amount')::bigint, id) filter (where data->'recurring'->>'interval' is not null) as prices
    from mirror.prices where account = $1 and livemode = $2 and not deleted and data->'recurring'->>'interval' is not null group by 1
  ) s left join mirror.products p on p.account = $1 and p.livemode = $2 and p.id = s.product
  order by lower(coalesce(nullif(p.data->>'name', ''), s.product)), s.product limit ${MOST_PRODUCTS}`;

/** `$49.00 a month`, `$490.00 every 2 years`; tiers and the like have no one amount, and are called by their id. */
function priceText({ id, nickname, currency, unit_amount: amount, every, times }: FoundPrice): string {
  const often = times === 1 ? `a ${every}` : `every ${times} ${every}s`;
  return nickname ?? `${amount === null ? id : moneyText(amount, currency)} ${often}`;
}

export async function planChoices(on: Query, { account, livemode }: Place): Promise<PlanChoice[]> {
  const found = await on.query<{ product: string; name: string; prices: FoundPrice[] }>(SOLD, [account, livemode]);
  return found.map(({ product, name, prices }) => ({
    ...{ product, name },
    prices: prices.map((price) => ({ id: price.id, label: `${name}: ${priceText(price)}` })),
  }));
}

/** How a price or a product is called in the list; what is not in it, by its id. */
export function planText(choices: readonly PlanChoice[], plan: string): string {
  for (const { product, name, prices } of choices) {
    if (product === plan) return name;
    const price = prices.find(({ id }) => id === plan);
    if (price !== undefined) return price.label;
  }
  return plan;
}

/** Each found by the index from the one before: as many steps as countries, not customers. */
const COUNTRIES = `
  with recursive seen as (
    (select data->'address'->>'country' as country from mirror.customers
     where account = $1 and livemode = $2 and data->'address'->>'country' > '' order by data->'address'->>'country' limit 1)
    union all
    select (select c.data->'address'->>'country' from mirror.customers c
      where c.account = $1 and c.livemode = $2 and c.data->'address'->>'country' > seen.country order by c.data->'address'->>'country' limit 1)
    from seen where seen.country is not null
  )
  select country from seen where country is not null limit 300`;

export async function countryChoices(on: Query, { account, livemode }: Place): Promise<string[]> {
  const found = await on.query<{ country: string }>(COUNTRIES, [account, livemode]);
  return found.map(({ country }) => country).sort((a, b) => countryText(a).localeCompare(countryText(b), 'en'));
}

const regions = new Intl.DisplayNames('en', { type: 'region', fallback: 'none' });

/** `Germany`; what is no country's code reads as it is. */
export function countryText(country: string): string {
  if (country === NO_COUNTRY) return 'Country not known';
  return (/^[A-Z]{2}$/.test(country) ? regions.of(country) : undefined) ?? country;
}
