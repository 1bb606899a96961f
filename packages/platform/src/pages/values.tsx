import type { Child, FC } from 'hono/jsx';
import { type StripeObject, valueAt, type World } from '../engine/index.ts';
import type { Platform } from '../platform.ts';
import { Time } from './bits.tsx';

const words = (text: string): ReadonlySet<string> => new Set(text.split(' '));
const GOOD = words('succeeded paid active available complete completed enabled delivered accepted won ready');
const BAD = words('failed canceled uncollectible void unpaid disabled lost incomplete_expired expired internal_failure');

/** A status, in a colour that says whether all is well; the word says it too. */
export const Status: FC<{ value: string }> = ({ value }) => (
  <span class={`tag ${GOOD.has(value) ? 'good' : BAD.has(value) ? 'bad' : 'warn'}`}>{value.replaceAll('_', ' ')}</span>
);

/** Digits after the point, as Stripe counts them. */
export const decimalsOf = (currency: string): number => {
  try {
    return new Intl.NumberFormat('en', { style: 'currency', currency }).resolvedOptions().maximumFractionDigits ?? 2;
  } catch {
    return 2;
  }
};

/** An amount in the currency's minor unit, as people write it. */
export function moneyText(amount: number, currency: string): string {
  try {
    return new Intl.NumberFormat('en', { style: 'currency', currency }).format(amount / 10 ** decimalsOf(currency));
  } catch {
    return `${amount} ${currency}`;
  }
}

/** Fields that are amounts in the minor unit of the object's currency. */
const AMOUNTS =
  /^(amount|amount_.*|.*_amount|total|subtotal|net|fee|balance|starting_balance|ending_balance|unit_amount|application_fee_amount)$/;
const TIMES =
  /(^created$|_at$|_date$|^(start|end|trial_start|trial_end|available_on|expires|period_start|period_end|current_period_.*|billing_cycle_anchor|next_payment_attempt)$)/;

/** Where an object of this id can be looked at: the kind that has it, in this world. */
export function kindOf(platform: Platform, world: World, id: string): string | undefined {
  for (const kind of platform.store.kinds(world).keys()) {
    if (!kind.startsWith('annex.') && platform.store.row(world, kind, id) !== undefined) return kind;
  }
  return undefined;
}

const IDENTIFIER = /^[a-z]{2,12}_[A-Za-z0-9_]{6,}$/;

export interface Seen {
  readonly platform: Platform;
  readonly world: World;
  readonly base: string;
}

/** An id as a link to its object, where it is here. */
export const Ref: FC<{ seen: Seen; id: string; exact?: boolean }> = ({ seen, id, exact }) => {
  const kind = IDENTIFIER.test(id) ? kindOf(seen.platform, seen.world, id) : undefined;
  if (kind === undefined) return <code>{id}</code>;
  const name = exact === true ? undefined : calledBy(seen, id);
  return (
    <a href={kind === 'event' ? `${seen.base}/events/${id}` : `${seen.base}/data/${kind}/${id}`}>
      {name === undefined ? <code>{id}</code> : <span title={id}>{name}</span>}
    </a>
  );
};

function priceText(
  price: { unit_amount?: number | null; currency?: string; recurring?: { interval?: string } | null } | undefined,
): string {
  const amount = typeof price?.unit_amount === 'number' ? moneyText(price.unit_amount, price.currency ?? 'usd') : 'a price';
  return price?.recurring?.interval === undefined ? amount : `${amount} / ${price.recurring.interval}`;
}

function itemsText(object: StripeObject): string {
  const items = (object.items?.data ?? []) as { quantity?: number; price?: Parameters<typeof priceText>[0] }[];
  return items
    .map(({ price, quantity }) => `${quantity === undefined || quantity === 1 ? '' : `${quantity} × `}${priceText(price)}`)
    .join(', ');
}

/** One value of an object, by the name of its field. */
export function shownValue(seen: Seen, object: StripeObject, path: string): Child {
  const value = valueAt(object, path);
  const name = path.slice(path.lastIndexOf('.') + 1);
  if (path === 'items') return <span class="nowrap">{itemsText(object)}</span>;
  if (value === null || value === undefined || value === '') return <span class="quiet">–</span>;
  if (typeof value === 'boolean') return value ? 'yes' : 'no';
  if (typeof value === 'number') {
    if (TIMES.test(name) && value > 100_000_000) return <Time seconds={value} />;
    if (AMOUNTS.test(name) && typeof object.currency === 'string') return moneyText(value, object.currency);
    return value.toLocaleString('en');
  }
  if (typeof value === 'string') {
    if (name === 'status') return <Status value={value} />;
    return IDENTIFIER.test(value) && /[0-9A-Z]/.test(value) ? <Ref seen={seen} id={value} /> : value;
  }
  if (typeof value === 'object' && 'id' in value && typeof value.id === 'string') return <Ref seen={seen} id={value.id} />;
  return <code>{JSON.stringify(value)}</code>;
}

/** The line by which a person knows an object: its name, or what it is about. */
export function headline(object: StripeObject): string {
  const name = [object.name, object.number, object.email, object.nickname, object.code, object.description].find(
    (value) => typeof value === 'string' && value !== '',
  );
  if (name !== undefined) return name;
  const kind = object.object.replaceAll(/[._]/g, ' ');
  if (object.object === 'subscription') return `Subscription: ${itemsText(object) || object.id}`;
  const amount = object.amount ?? object.unit_amount ?? object.total;
  if (typeof amount === 'number' && typeof object.currency === 'string') return `${moneyText(amount, object.currency)} ${kind}`;
  return object.id;
}

/** How a person calls what an id stands for: a customer has a name. */
function calledBy({ platform, world }: Seen, id: string): string | undefined {
  const row = id.startsWith('cus_') ? platform.store.row(world, 'customer', id) : undefined;
  const customer = row === undefined || row.deleted ? undefined : (JSON.parse(row.text) as StripeObject);
  return customer?.name ?? customer?.email ?? undefined;
}

/** The value as words, for a link around it. Nothing where there is none. */
export function valueText(seen: Seen, object: StripeObject, path: string): string | undefined {
  const value = valueAt(object, path) as StripeObject | string | number | boolean | null | undefined;
  if (path === 'items') return itemsText(object) || undefined;
  if (value === null || value === undefined || value === '') return undefined;
  if (typeof value === 'number' && AMOUNTS.test(path) && typeof object.currency === 'string') return moneyText(value, object.currency);
  if (typeof value === 'object')
    return value.object === 'price' ? priceText(value as Parameters<typeof priceText>[0]) : (value.id ?? undefined);
  return typeof value === 'string' ? (calledBy(seen, value) ?? value.replaceAll('_', ' ')) : String(value);
}

export const isAmount = (path: string): boolean => AMOUNTS.test(path);

/** JSON with every id that is here as a link. */
export const Json: FC<{ seen: Seen; value: unknown }> = ({ seen, value }) => {
  const text = JSON.stringify(value, null, 2) ?? 'null';
  const parts = text.split(/"([a-z]{2,12}_[A-Za-z0-9_]{6,})"/);
  return (
    <pre class="code" tabindex={0}>
      {parts.map((part, index) => (index % 2 === 0 ? part : ['"', <Ref seen={seen} id={part} exact />, '"']))}
    </pre>
  );
};
