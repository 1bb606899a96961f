import { randomUUID } from 'node:crypto';
import { NO_ROW } from '../mirror/door.ts';
import { fetchWhole, storeFound } from '../mirror/refetch.ts';
import type { Setup } from '../setup.ts';
import { Refusal } from '../wire/refusal.ts';
import type { World } from '../wire/stripe-api.ts';
import { type Subscriber, subscriberOf } from './facts.ts';
import { expire, orMissing, runningOf } from './leaving.ts';
import { type Shop, shopOf } from './own.ts';
import { ACCOUNT_FIELD, PLAN_FIELD } from './plan.ts';

const DAY_MS = 86_400_000;

export interface CheckoutOptions {
  /** Key of the plan. */
  readonly plan: string;
  /** Where the browser comes back to; `{CHECKOUT_SESSION_ID}` in it becomes the session's id, for `confirm`. */
  readonly successUrl: string;
  readonly cancelUrl: string;
}

interface Session {
  readonly id: string;
  readonly status: 'open' | 'complete' | 'expired';
  readonly url: string | null;
  readonly customer: string | null;
  readonly subscription: string | null;
  readonly metadata: Readonly<Record<string, string>>;
}

const refuse = (sentence: string): Refusal => new Refusal(sentence, { kind: 'request' });
const notYet = (account: string) => refuse(`${account} is not a customer yet: it was connected a moment ago. Try again in a moment.`);
const noPlan = (plan: string, plans: Iterable<string>) => refuse(`There is no plan '${plan}'. Plans: ${[...plans].join(', ')}.`);
/** The same sentence for another account's and for none at all: nobody learns which checkouts there are. */
const notMine = () => new Refusal('This account has no such checkout.', { kind: 'missing' });
const runs = () => refuse('A subscription is there already. Change it in the billing portal.');

type Customer = Subscriber & { readonly customer: string };

export async function customerOf(setup: Setup, world: World): Promise<Customer> {
  const row = await subscriberOf(setup.database, world);
  if (row === undefined || row.customer === null) throw notYet(world.account);
  return row as Customer;
}

/**
 * A checkout on our own account, in which this account subscribes to a plan. There is one open checkout per account, however often and
 * however concurrently it is asked for, so that nobody buys twice. Answers where to send the browser. Throws `Refusal`.
 */
export async function checkout(setup: Setup, world: World, options: CheckoutOptions): Promise<string> {
  const shop = await shopOf(setup, world.livemode);
  if (!shop.prices.has(options.plan)) throw noPlan(options.plan, shop.prices.keys());
  for (let tries = 1; ; tries++) {
    const row = await customerOf(setup, world);
    const open = row.checkout === null ? undefined : await sessionOf(setup, row.checkout, world.livemode);
    if ((await runningOf(setup, row)).length > 0 || (open?.status === 'complete' && (await isRunning(setup, row, open)))) throw runs();
    if (open?.status === 'open' && open.metadata[PLAN_FIELD] === options.plan && open.url !== null) return open.url;
    if (open?.status === 'open' && !(await expire(setup, open.id, world.livemode))) throw runs();
    const made = await create(setup, shop, { row, options });
    const mine = await setup.database.query(
      'update annex.subscribers set checkout = $3, checkouts = checkouts + 1 where account = $1 and livemode = $2 and checkouts = $4 returning 1',
      [row.account, row.livemode, made.id, row.checkouts],
    );
    if (mine.length > 0) return made.url!;
    // Somebody else was faster. With the same plan it is the same session; with another one, theirs stands.
    const now = await customerOf(setup, world);
    if (now.checkout === made.id) return made.url!;
    await expire(setup, made.id, world.livemode);
    if (tries >= 5) throw refuse('Somebody else is choosing a plan at the same time. Try again in a moment.');
  }
}

async function create(setup: Setup, shop: Shop, { row, options }: { row: Customer; options: CheckoutOptions }): Promise<Session> {
  const { account, livemode, customer, trial_ends_ms, checkouts } = row;
  // Whoever has bought before has used the trial up. Days are rounded up: nobody loses a part of one.
  const before = await boughtBefore(setup, row);
  const days = before ? 0 : Math.ceil((trial_ends_ms - setup.now()) / DAY_MS);
  const form: Record<string, string> = {
    mode: 'subscription',
    customer,
    client_reference_id: account,
    success_url: options.successUrl,
    cancel_url: options.cancelUrl,
    'line_items[0][price]': shop.prices.get(options.plan)!,
    'line_items[0][quantity]': '1',
    [`metadata[${ACCOUNT_FIELD}]`]: account,
    [`metadata[${PLAN_FIELD}]`]: options.plan,
    [`subscription_data[metadata][${ACCOUNT_FIELD}]`]: account,
    ...(days > 0 && { 'subscription_data[trial_period_days]': String(days) }),
  };
  const key = `annex-checkout-${account}-${livemode ? 'live' : 'test'}-${checkouts}-${options.plan}-${days}`;
  const { text } = await setup.api.post('/v1/checkout/sessions', form, { livemode, key });
  return JSON.parse(text) as Session;
}

async function boughtBefore(setup: Setup, { customer, livemode }: Customer): Promise<boolean> {
  const { text } = await setup.api.get(
    '/v1/subscriptions',
    [
      ['customer', customer],
      ['status', 'all'],
      ['limit', '100'],
    ],
    { livemode },
  );
  const { data } = JSON.parse(text) as { data: { status: string }[] };
  return data.some(({ status }) => status !== 'incomplete' && status !== 'incomplete_expired');
}

async function sessionOf(setup: Setup, id: string, livemode: boolean): Promise<Session | undefined> {
  const text = await orMissing(setup.api.get(`/v1/checkout/sessions/${encodeURIComponent(id)}`, [], { livemode }));
  return text === undefined ? undefined : (JSON.parse(text) as Session);
}

async function isRunning(setup: Setup, row: Customer, session: Session): Promise<boolean> {
  if (session.subscription === null) return false;
  return (await runningOf(setup, row)).some(({ id }) => id === session.subscription);
}

/**
 * The browser came back from a checkout. What it says is only a hint where to look: the session is fetched with our own key, must be
 * this account's, and what it made is fetched into the mirror. Answers whether the checkout was completed. Throws `Refusal`.
 */
export async function confirm(setup: Setup, world: World, id: string): Promise<boolean> {
  const row = await customerOf(setup, world);
  const session = await sessionOf(setup, id, world.livemode);
  if (session === undefined || session.customer !== row.customer) throw notMine();
  if (session.status !== 'complete' || session.subscription === null) return false;
  await bring(setup, row, { object: 'subscription', id: session.subscription });
  await judgeAgain(setup, row);
  return true;
}

async function judgeAgain(setup: Setup, { account, livemode }: Subscriber): Promise<void> {
  await setup.database.query('update annex.subscribers set standing = null where account = $1 and livemode = $2', [account, livemode]);
  setup.wake('billing');
}

/** An object of ours through the mirror's door, as any other fetch. */
async function bring(setup: Setup, { own, livemode }: Subscriber, { object, id }: { object: string; id: string }): Promise<void> {
  const mirrored = setup.objects.get(object)!;
  const world = { account: own, livemode };
  const [before] = await setup.database.query<{ seen: number }>(
    `select seen from mirror.${mirrored.table} where account = $1 and livemode = $2 and id = $3`,
    [own, livemode, id],
  );
  const found = await fetchWhole(setup, world, mirrored, id);
  await storeFound(setup, mirrored, { ...world, id }, found, before?.seen ?? NO_ROW);
}

/** The billing portal on our own account: another card, another plan, canceling, invoices. Answers where to send the browser. */
export async function portal(setup: Setup, world: World, { returnUrl }: { returnUrl: string }): Promise<string> {
  const shop = await shopOf(setup, world.livemode);
  const { customer, livemode } = await customerOf(setup, world);
  const form = { customer, configuration: shop.portal, return_url: returnUrl };
  const { text } = await setup.api.post('/v1/billing_portal/sessions', form, { livemode, key: `annex-portal-${randomUUID()}` });
  return (JSON.parse(text) as { url: string }).url;
}

/**
 * Pays an open invoice of this account with the card that is saved. The key is the invoice and the number of tries so far: pressed twice,
 * it is tried once. What it changed is fetched at once, so that nobody who has paid waits behind other events for the lock to open. Throws
 * `Refusal` with Stripe's sentence when the card is declined.
 */
export async function pay(setup: Setup, world: World, invoice: string): Promise<void> {
  const subscriber = await customerOf(setup, world);
  const { own, customer, livemode } = subscriber;
  const [row] = await setup.database.query<{ attempts: number; subscription: string | null }>(
    `select coalesce((data->>'attempt_count')::int, 0) as attempts,
       coalesce(data->'parent'->'subscription_details'->>'subscription', data->>'subscription') as subscription from mirror.invoices
     where account = $1 and livemode = $2 and id = $3 and customer = $4 and status = 'open' and not deleted`,
    [own, livemode, invoice, customer],
  );
  if (row === undefined) throw new Refusal('There is no open invoice of this name.', { kind: 'missing' });
  await setup.api.post(`/v1/invoices/${invoice}/pay`, {}, { livemode, key: `annex-pay-${invoice}-${row.attempts}` });
  try {
    await bring(setup, subscriber, { object: 'invoice', id: invoice });
    if (row.subscription !== null) await bring(setup, subscriber, { object: 'subscription', id: row.subscription });
    await judgeAgain(setup, subscriber);
  } catch (error) {
    // It is paid all the same, and its events say so later.
    setup.log('warn', 'An invoice was paid, but could not be fetched at once.', { account: own, invoice, error: (error as Error).message });
  }
}
