import type { Params, StripeObject } from '../engine/index.ts';
import type { Business } from './business.ts';
import type { Act, Simulated } from './scenario.ts';

/** One call of the public API: `POST /v1/refunds`, its parameters, and the ids of its path. */
export interface Call {
  readonly operation: string;
  readonly params: Params;
  readonly ids: readonly string[];
}

/** A call that is asked for, and answered with the object. Whoever runs it does so over HTTP or in process. */
export type Calls<Result = void> = Generator<Call, Result, StripeObject>;

const call = (operation: string, params: Params = {}, ...ids: string[]): Call => ({ operation, params, ids });

/** The ids that the platform gave to what the scenario names. */
export class Names {
  readonly prices = new Map<string, string>();
  private readonly customers = new Map<Simulated, { customer: string; subscription: string; item: string }>();

  of(customer: Simulated): { customer: string; subscription: string; item: string } {
    let known = this.customers.get(customer);
    if (known === undefined) {
      known = { customer: '', subscription: '', item: '' };
      this.customers.set(customer, known);
    }
    return known;
  }
}

/** What is sold: products, prices and coupons. */
export function* openShop({ plans, coupons }: Business, names: Names): Calls {
  const products = new Map<string, string>();
  for (const { product, key, amount, currency, interval, seats } of plans) {
    if (!products.has(product)) {
      const made = yield call('POST /v1/products', { name: product, ...(seats > 1 && { unit_label: 'seat' }) });
      products.set(product, made.id);
    }
    const price = { product: products.get(product), currency, unit_amount: amount, recurring: { interval }, lookup_key: key };
    names.prices.set(key, (yield call('POST /v1/prices', price)).id);
  }
  for (const { id, percent_off, months } of coupons) {
    const lasts = months === null ? { duration: 'forever' } : { duration: 'repeating', duration_in_months: months };
    yield call('POST /v1/coupons', { id, name: id, percent_off, ...lasts });
  }
}

/** Does one act through the API. */
export function* perform(act: Act, names: Names): Calls {
  const known = names.of(act.customer);
  switch (act.does) {
    case 'sign up': {
      const metadata = { simulated: act.customer.key, ...(act.company !== null && { company: act.company }) };
      const lives = act.country !== null && { address: { country: act.country } };
      known.customer = (yield call('POST /v1/customers', { name: act.name, email: act.email, ...lives, metadata })).id;
      return;
    }
    case 'give a card': {
      const method = yield call('POST /v1/payment_methods/{id}/attach', { customer: known.customer }, act.card);
      yield call('POST /v1/customers/{id}', { invoice_settings: { default_payment_method: method.id } }, known.customer);
      return;
    }
    case 'subscribe': {
      const [first] = act.stay.periods;
      const made = yield call('POST /v1/subscriptions', {
        customer: known.customer,
        items: [{ price: names.prices.get(first!.plan.key), quantity: first!.seats }],
        ...(act.stay.trialEnd !== null && { trial_end: act.stay.trialEnd }),
        ...(act.stay.coupon !== null && { discounts: [{ coupon: act.stay.coupon.id }] }),
      });
      known.subscription = made.id;
      known.item = made.items.data[0].id;
      return;
    }
    case 'change': {
      const items = [{ id: known.item, price: names.prices.get(act.plan.key), quantity: act.seats }];
      const proration_behavior = act.prorated ? 'create_prorations' : 'none';
      yield call('POST /v1/subscriptions/{id}', { items, proration_behavior }, known.subscription);
      return;
    }
    case 'pause':
      yield call('POST /v1/subscriptions/{id}', { pause_collection: { behavior: 'void' } }, known.subscription);
      return;
    case 'go on':
      yield call('POST /v1/subscriptions/{id}', { pause_collection: '' }, known.subscription);
      return;
    case 'leave at the end':
      yield call(
        'POST /v1/subscriptions/{id}',
        { cancel_at_period_end: true, cancellation_details: { feedback: act.feedback } },
        known.subscription,
      );
      return;
    case 'leave at once':
      yield call('DELETE /v1/subscriptions/{id}', { cancellation_details: { feedback: act.feedback } }, known.subscription);
      return;
    case 'take the last payment back':
      yield* refundLast(known.customer);
      return;
    case 'pay once':
      yield call('POST /v1/payment_intents', {
        ...{ amount: act.amount, currency: act.currency, payment_method: act.card, confirm: true, description: 'A workshop' },
        automatic_payment_methods: { enabled: true, allow_redirects: 'never' },
      });
  }
}

function* refundLast(customer: string): Calls {
  const charges = yield call('GET /v1/charges', { customer, limit: 1 });
  const [charge] = charges.data as StripeObject[];
  if (charge?.status !== 'succeeded' || charge.refunded === true) return;
  yield call('POST /v1/refunds', { charge: charge.id, reason: 'requested_by_customer' });
}
