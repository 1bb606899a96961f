import type { Answer, World } from '@annex/testkit';
import fc from 'fast-check';
import type { ApiEvent } from './telling.ts';

/*
 * Random lives of subscriptions, lived through the public API while the platform's own clock is moved from act to act: everything is
 * dated and told as it would be in real time.
 */

const HOUR = 3_600;
const DAY = 86_400;

type Does =
  | ('plan' | 'seats' | 'second item' | 'less items' | 'coupon' | 'no coupon' | 'end of trial')
  | ('card fails' | 'card works' | 'pause' | 'go on' | 'leave at the end' | 'stay' | 'leave now');

const ACTS: readonly Does[] = [
  ...(['plan', 'seats', 'second item', 'less items', 'coupon', 'no coupon', 'end of trial'] as const),
  ...(['card fails', 'card works', 'pause', 'go on', 'leave at the end', 'stay', 'leave now'] as const),
];

interface Act {
  readonly does: Does;
  /** Seconds after the act before. */
  readonly after: number;
  readonly plan: number;
  readonly seats: number;
  readonly proration: 'always_invoice' | 'create_prorations' | 'none';
  readonly coupon: (typeof COUPONS)[number]['id'];
  readonly pause: 'void' | 'keep_as_draft' | 'mark_uncollectible';
}

interface Stay {
  /** Seconds after the customer before. */
  readonly after: number;
  readonly plan: number;
  readonly seats: number;
  readonly trialDays: number;
  readonly coupon: Act['coupon'] | null;
  readonly acts: readonly Act[];
}

/** A customer: one subscription, or two that may stand at the same time. */
export interface Life {
  readonly currency: 'usd' | 'eur';
  readonly stays: readonly Stay[];
}

export interface Lives {
  readonly customers: readonly Life[];
  readonly afterRetries: 'cancel' | 'unpaid' | 'past_due';
}

const PLANS = [
  { interval: 'month', amount: 2_900 },
  { interval: 'month', amount: 4_999 },
  { interval: 'year', amount: 30_011 },
  { interval: 'week', amount: 777 },
  { interval: 'month', amount: 0 },
] as const;

const COUPONS = [
  { id: 'EVER', duration: 'forever', percent_off: 15 },
  { id: 'THREE', duration: 'repeating', duration_in_months: 3, percent_off: 33 },
  { id: 'ONCE', duration: 'once', percent_off: 50 },
] as const;

const act: fc.Arbitrary<Act> = fc.record({
  does: fc.constantFrom(...ACTS),
  after: fc.integer({ min: HOUR, max: 60 * DAY }),
  plan: fc.nat({ max: PLANS.length - 1 }),
  seats: fc.integer({ min: 1, max: 9 }),
  proration: fc.constantFrom('always_invoice', 'create_prorations', 'none'),
  coupon: fc.constantFrom(...COUPONS.map(({ id }) => id)),
  pause: fc.constantFrom('void', 'keep_as_draft', 'mark_uncollectible'),
});

const stay: fc.Arbitrary<Stay> = fc.record({
  after: fc.integer({ min: 0, max: 40 * DAY }),
  plan: fc.nat({ max: PLANS.length - 1 }),
  seats: fc.integer({ min: 1, max: 9 }),
  trialDays: fc.constantFrom(0, 0, 7, 30),
  coupon: fc.constantFrom(null, null, ...COUPONS.map(({ id }) => id)),
  acts: fc.array(act, { maxLength: 5 }),
});

/** Some customers, and what becomes of those who do not pay. */
export const lives: fc.Arbitrary<Lives> = fc.record({
  customers: fc.array(fc.record({ currency: fc.constantFrom('usd', 'eur'), stays: fc.array(stay, { minLength: 1, maxLength: 2 }) }), {
    minLength: 1,
    maxLength: 4,
  }),
  afterRetries: fc.constantFrom('cancel', 'unpaid', 'past_due'),
});

/** What an account's API says when its customers have lived. */
export interface Lived {
  /** All that was told, in the order of the list. */
  readonly events: readonly ApiEvent[];
  readonly subscriptions: readonly Answer[];
  readonly invoices: readonly Answer[];
  readonly invoiceitems: readonly Answer[];
  readonly prices: readonly Answer[];
  readonly coupons: readonly Answer[];
  readonly customers: readonly Answer[];
  /** Customers to whom something happened that neither invoices nor the present tell (`ledger/reconstruct.ts` lists it), and what. */
  readonly untold: ReadonlyMap<string, readonly string[]>;
  /** Unix seconds: when it began, and when it was read. */
  readonly from: number;
  readonly to: number;
}

type Form = Readonly<Record<string, string | number>>;

/** Longer steps would pass by events that are kept for 30 days. */
const STEP = 20 * DAY;

class Shop {
  readonly events = new Map<string, ApiEvent>();
  readonly untold = new Map<string, string[]>();
  readonly prices = new Map<string, string>();
  /** Subscriptions with changes that are billed later. */
  readonly waiting = new Set<string>();
  now = 0;
  private readonly world: World;
  private readonly key: string;

  constructor(world: World, key: string) {
    this.world = world;
    this.key = key;
  }

  ask(call: string, form?: Form): Promise<Answer> {
    return this.world.api(this.key, call, form);
  }

  async all(path: string): Promise<Answer[]> {
    const found: Answer[] = [];
    const joined = path.includes('?') ? '&' : '?';
    for (let after = ''; ; ) {
      const page = await this.ask(`GET ${path}${joined}limit=100${after}`);
      found.push(...page.data);
      if (!page.has_more) return found;
      after = `&starting_after=${page.data.at(-1).id}`;
    }
  }

  async moveTo(at: number): Promise<void> {
    const { control } = this.world.platform;
    while (this.now < at) {
      const heard = this.now;
      this.now = Math.min(at, this.now + STEP);
      await control.setClock({ to: String(this.now), speed: 0 });
      while ((await control.clock()).behind) await new Promise((done) => setImmediate(done));
      for (const event of await this.all(`/v1/events?created[gte]=${heard}`)) this.events.set(event.id, event as ApiEvent);
    }
  }

  async price(plan: number, currency: string): Promise<string> {
    const key = `${plan} ${currency}`;
    const { interval, amount } = PLANS[plan]!;
    const form = { currency, unit_amount: amount, 'recurring[interval]': interval, 'product_data[name]': key };
    const id = this.prices.get(key) ?? (await this.ask('POST /v1/prices', form)).id;
    this.prices.set(key, id);
    return id;
  }

  /** Gives the customer this card, and with one that works pays what is open. */
  async card(customer: string, card: string): Promise<void> {
    const method = await this.ask(`POST /v1/payment_methods/${card}/attach`, { customer });
    await this.ask(`POST /v1/customers/${customer}`, { 'invoice_settings[default_payment_method]': method.id });
    if (card !== WORKS) return;
    for (const { id } of (await this.ask(`GET /v1/invoices?customer=${customer}&status=open`)).data)
      await this.ask(`POST /v1/invoices/${id}/pay`);
  }
}

const WORKS = 'pm_card_visa';
const FAILS = 'pm_card_chargeCustomerFail';

interface Standing {
  readonly customer: string;
  readonly currency: string;
  readonly subscription: string;
}

/** Does what can be done to a subscription in its state; what cannot is left out. */
async function perform(shop: Shop, { customer, currency, subscription: id }: Standing, given: Act): Promise<void> {
  const subscription = await shop.ask(`GET /v1/subscriptions/${id}`);
  const { status, items, cancel_at, pause_collection: paused, discounts } = subscription;
  if (status === 'canceled' || status === 'incomplete_expired') return;
  const change = (form: Form): Promise<Answer> => shop.ask(`POST /v1/subscriptions/${id}`, form);
  const untold = (): void => void shop.untold.set(customer, [...(shop.untold.get(customer) ?? []), given.does]);
  const [first, second] = items.data as Answer[];
  const { proration } = given;
  // A change that is not billed shows on the next invoice only.
  const changeItems = async (form: Form): Promise<void> => {
    if (proration === 'none') untold();
    if (proration === 'create_prorations') shop.waiting.add(id);
    await change({ ...form, proration_behavior: proration });
  };
  switch (given.does) {
    case 'plan': {
      const price = await shop.price(given.plan, currency);
      if (second?.price.id === price) return;
      return changeItems({ 'items[0][id]': first!.id, 'items[0][price]': price });
    }
    case 'seats':
      return changeItems({ 'items[0][id]': first!.id, 'items[0][quantity]': given.seats });
    case 'second item': {
      const { interval } = first!.price.recurring;
      const plan = PLANS.findIndex((one, n) => one.interval === interval && shop.prices.get(`${n} ${currency}`) !== first!.price.id);
      if (second !== undefined || plan < 0) return;
      return changeItems({ 'items[0][price]': await shop.price(plan, currency), 'items[0][quantity]': given.seats });
    }
    case 'less items':
      return second === undefined ? undefined : changeItems({ 'items[0][id]': first!.id, 'items[0][deleted]': 'true' });
    case 'end of trial':
      if (status === 'trialing') await change({ trial_end: 'now' });
      return;
    case 'leave at the end':
      if (cancel_at === null) await change({ cancel_at_period_end: 'true' });
      return;
    case 'stay':
      if (cancel_at === null) return;
      untold();
      await change({ cancel_at_period_end: 'false' });
      return;
    case 'leave now':
      // What waits for an invoice that never comes is dropped.
      if (shop.waiting.has(id)) untold();
      await shop.ask(`DELETE /v1/subscriptions/${id}`);
      return;
    case 'card fails':
      return shop.card(customer, FAILS);
    case 'card works':
      return shop.card(customer, WORKS);
    case 'coupon':
      if (discounts.length > 0) untold();
      await change({ 'discounts[0][coupon]': given.coupon });
      return;
    case 'no coupon':
      if (discounts.length === 0) return;
      untold();
      await change({ discounts: '' });
      return;
    case 'pause':
      untold();
      await change({ 'pause_collection[behavior]': given.pause });
      return;
    case 'go on':
      if (paused !== null) await change({ pause_collection: '' });
  }
}

interface Due {
  readonly at: number;
  run(): Promise<void>;
}

/** Everything that is to happen, in order of time. */
function agenda(shop: Shop, { customers }: Lives, from: number): Due[] {
  const due: Due[] = [];
  for (const { currency, stays } of customers) {
    const known: { customer?: string } = {};
    let begun = from;
    for (const { after, plan, seats, trialDays, coupon, acts } of stays) {
      begun += after;
      let standing: Standing | undefined;
      const begin = async (): Promise<void> => {
        if (known.customer === undefined) {
          known.customer = (await shop.ask('POST /v1/customers', {})).id;
          await shop.card(known.customer!, WORKS);
        }
        const customer = known.customer!;
        const made = await shop.ask('POST /v1/subscriptions', {
          ...{ customer, 'items[0][price]': await shop.price(plan, currency), 'items[0][quantity]': seats },
          ...(trialDays > 0 && { trial_period_days: trialDays }),
          ...(coupon !== null && { 'discounts[0][coupon]': coupon }),
        });
        standing = { customer, currency, subscription: made.id };
      };
      due.push({ at: begun, run: begin });
      let at = begun;
      for (const one of acts) {
        at += one.after;
        due.push({ at, run: async () => standing && perform(shop, standing, one) });
      }
    }
  }
  return due.sort((a, b) => a.at - b.at);
}

/** Lives them in an account of its own, and some weeks on; then that account is empty again. */
export async function live(world: World, given: Lives): Promise<Lived> {
  const { control } = world.platform;
  const { id: account, keys } = await control.createAccount({ name: 'Lives', email: 'lives@example.com', currency: 'usd', country: 'US' });
  await control.setBilling({ account, after_retries: given.afterRetries, upcoming_days: 0 });
  const shop = new Shop(world, keys.test.secret!);
  const from = (await control.clock()).now;
  shop.now = from;
  for (const coupon of COUPONS) await shop.ask('POST /v1/coupons', { ...coupon });
  const due = agenda(shop, given, from);
  for (const { at, run } of due) {
    await shop.moveTo(at);
    await run();
  }
  await shop.moveTo(shop.now + 70 * DAY);
  const { events, untold, now: to } = shop;
  const [subscriptions, invoices, invoiceitems, prices, coupons, customers] = await Promise.all(
    [
      '/v1/subscriptions?status=all&expand[]=data.discounts',
      '/v1/invoices?expand[]=data.discounts',
      '/v1/invoiceitems',
      '/v1/prices',
      '/v1/coupons',
      '/v1/customers',
    ].map((path) => shop.all(path)),
  );
  for (const invoice of invoices!) if (invoice.lines.has_more) invoice.lines.data = await shop.all(`/v1/invoices/${invoice.id}/lines`);
  await control.reset({ account });
  const shown = new Set([...subscriptions!, ...invoices!].flatMap(({ discounts }) => discounts.map((one: Answer) => one.id)));
  for (const { type, data } of events.values()) {
    const { id, customer, status } = data.object;
    if (type.startsWith('customer.subscription.') && status === 'unpaid') untold.set(customer, [...(untold.get(customer) ?? []), 'unpaid']);
    if (type === 'customer.discount.created' && !shown.has(id))
      untold.set(customer, [...(untold.get(customer) ?? []), 'coupon never billed']);
  }
  const read = { subscriptions, invoices, invoiceitems, prices, coupons, customers } as Record<string, Answer[]>;
  return { ...(read as unknown as Lived), events: [...events.values()], untold, from, to };
}
