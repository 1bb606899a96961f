import type { Chance } from '../../chance.ts';
import type { StripeObject, World } from '../../engine/index.ts';
import { StripeError } from '../../engine/index.ts';
import type { History, Moment } from '../history.ts';
import { invent } from './people.ts';

const DAY = 86_400;
const MONTH = 30 * DAY;

/** A business that sells subscriptions, as numbers: what it sells and how its customers behave. */
export interface Business {
  readonly world: World;
  readonly currency: string;
  readonly customers: number;
  /** Product name, then its prices: nickname, amount in minor units, interval, and how often it is chosen. */
  readonly plans: readonly (readonly [product: string, prices: readonly PlanPrice[]])[];
  /** Sold beside the plan named here: so much per seat and month. */
  readonly seats: { readonly product: string; readonly beside: string; readonly amount: number };
  /** A one-time service: its name and amount. */
  readonly service: { readonly name: string; readonly amount: number };
  readonly trialShare: number;
  readonly country: string;
}

export interface PlanPrice {
  readonly key: string;
  readonly amount: number;
  readonly interval: 'month' | 'year';
  readonly weight: number;
}

const CARDS = [
  ['pm_card_visa', 60],
  ['pm_card_mastercard', 25],
  ['pm_card_amex', 9],
  ['pm_card_visa_debit', 6],
] as const;

const SERVICE_CARDS = [
  ['pm_card_visa', 8],
  ['pm_card_mastercard', 4],
  ['pm_card_visa_chargeDeclinedInsufficientFunds', 2],
] as const;

const FEEDBACK = ['too_expensive', 'missing_features', 'switched_service', 'unused', 'customer_service', 'other'] as const;

/** One business on its way through the past. */
class Life {
  private readonly history: History;
  private readonly business: Business;
  private readonly chance: Chance;
  private readonly span: { readonly start: number; readonly end: number };
  private readonly prices = new Map<string, string>();

  constructor(history: History, business: Business, given: { chance: Chance; span: { start: number; end: number } }) {
    this.history = history;
    this.business = business;
    this.chance = given.chance;
    this.span = given.span;
  }

  plan(): void {
    const { start, end } = this.span;
    const { business, chance } = this;
    this.at(start, (moment) => this.openShop(moment));
    for (let number = 1; number <= business.customers; number++) {
      // Business grows: more people come later.
      const share = (number - 1 + chance.next()) / business.customers;
      const comes = start + DAY + Math.floor((end - start - DAY) * share ** 0.7);
      this.planCustomer(number, comes);
    }
    const workshops = Math.round(business.customers / 5);
    for (let number = 1; number <= workshops; number++) {
      const when = start + chance.between(1, Math.floor((end - start) / DAY) - 1) * DAY;
      this.planService(when, chance.weighted(SERVICE_CARDS));
    }
    this.planService(end - 20 * DAY, 'pm_card_createDispute');
  }

  private at(now: number, act: (moment: Moment) => void): void {
    this.history.at(this.business.world, now, act);
  }

  private openShop({ call }: Moment): void {
    const { business } = this;
    const { currency } = business;
    for (const [name, prices] of business.plans) {
      const product = call('POST /v1/products', { name, metadata: { plan: name.toLowerCase() } });
      for (const { key, amount, interval } of prices) {
        const price = call('POST /v1/prices', {
          product: product.id,
          currency,
          unit_amount: amount,
          recurring: { interval },
          lookup_key: key,
        });
        this.prices.set(key, price.id);
      }
    }
    const { product: name, amount } = business.seats;
    const seats = call('POST /v1/products', { name, unit_label: 'seat' });
    const recurring = { interval: 'month' };
    this.prices.set(
      'seats',
      call('POST /v1/prices', { product: seats.id, currency, unit_amount: amount, recurring, lookup_key: 'seats' }).id,
    );
    call('POST /v1/coupons', { id: 'LAUNCH20', name: 'Launch: 20 % off', percent_off: 20, duration: 'repeating', duration_in_months: 3 });
  }

  private planCustomer(number: number, comes: number): void {
    const { chance, business } = this;
    const choices = business.plans.flatMap(([, prices]) => prices);
    const chosen = chance.weighted(choices.map((price) => [price, price.weight] as const));
    const trial = chance.happens(business.trialShare) ? 14 : 0;
    const hasSeats = chosen.key === business.seats.beside && chance.happens(0.4);
    const isEarly = comes < this.span.start + 3 * MONTH;
    const intent = {
      number,
      price: chosen.key,
      trial,
      seats: hasSeats ? chance.between(2, 12) : 0,
      coupon: isEarly && chance.happens(0.3) ? 'LAUNCH20' : undefined,
      card: trial > 0 && chance.happens(0.06) ? 'pm_card_chargeCustomerFail' : chance.weighted(CARDS),
    };
    const ids = { customer: '', subscription: '' };
    this.at(comes, (moment) => Object.assign(ids, this.signUp(moment, intent)));
    this.planFate(comes + (trial + 1) * DAY, { ids, price: chosen.key, seats: intent.seats });
  }

  private signUp({ call }: Moment, intent: Intent): { customer: string; subscription: string } {
    const { chance, business } = this;
    const { name, email, company } = invent(chance, intent.number);
    const customer = call('POST /v1/customers', {
      name,
      email,
      address: { country: business.country },
      metadata: { signed_up_by: chance.pick(['search', 'friend', 'newsletter', 'fair']), ...(company !== null && { company }) },
    });
    const method = call('POST /v1/payment_methods/{id}/attach', { customer: customer.id }, intent.card);
    call('POST /v1/customers/{id}', { invoice_settings: { default_payment_method: method.id } }, customer.id);
    const items: Record<string, unknown>[] = [{ price: this.prices.get(intent.price) }];
    if (intent.seats > 0) items.push({ price: this.prices.get('seats'), quantity: intent.seats });
    const subscription = call('POST /v1/subscriptions', {
      customer: customer.id,
      items,
      ...(intent.trial > 0 && { trial_period_days: intent.trial }),
      ...(intent.coupon !== undefined && { discounts: [{ coupon: intent.coupon }] }),
    });
    return { customer: customer.id, subscription: subscription.id };
  }

  /** What becomes of a customer: plans change, cards break, money is given back, some leave. */
  private planFate(from: number, customer: Fated): void {
    const { chance, span } = this;
    const left = span.end - from;
    if (left < 10 * DAY) return;
    const sometime = (): number => from + Math.floor(left * chance.next());
    if (chance.happens(0.16)) this.at(sometime(), (moment) => this.upgrade(moment, customer));
    if (customer.seats > 0 && chance.happens(0.5)) this.at(sometime(), (moment) => this.addSeats(moment, customer));
    if (chance.happens(0.09)) this.breakCard(sometime(), customer);
    if (chance.happens(0.05)) this.at(sometime(), (moment) => this.giveBack(moment, customer));
    const leaves = from + Math.floor(-Math.log(1 - chance.next()) * 26 * MONTH);
    if (leaves < span.end) this.at(leaves, (moment) => this.leave(moment, customer));
  }

  private upgrade({ call }: Moment, { ids }: Fated): void {
    const subscription = call('GET /v1/subscriptions/{id}', {}, ids.subscription);
    const monthly = this.business.plans.flatMap(([, prices]) => prices).filter((price) => price.interval === 'month');
    const item = subscription.items.data.find((row: StripeObject) => monthly.some((price) => this.prices.get(price.key) === row.price.id));
    const at = monthly.findIndex((price) => this.prices.get(price.key) === item?.price.id);
    const next = monthly[at + 1];
    if (subscription.status !== 'active' || item === undefined || next === undefined) return;
    call('POST /v1/subscriptions/{id}', { items: [{ id: item.id, price: this.prices.get(next.key) }] }, ids.subscription);
  }

  private addSeats({ call }: Moment, { ids }: Fated): void {
    const subscription = call('GET /v1/subscriptions/{id}', {}, ids.subscription);
    const item = subscription.items.data.find((row: StripeObject) => row.price.id === this.prices.get('seats'));
    if (subscription.status !== 'active' || item === undefined) return;
    const quantity = Math.max(1, item.quantity + this.chance.between(-2, 5));
    call('POST /v1/subscriptions/{id}', { items: [{ id: item.id, quantity }] }, ids.subscription);
  }

  private breakCard(when: number, { ids }: Fated): void {
    const replace = (card: string): ((moment: Moment) => void) => {
      return ({ call }) => {
        const method = call('POST /v1/payment_methods/{id}/attach', { customer: ids.customer }, card);
        call('POST /v1/customers/{id}', { invoice_settings: { default_payment_method: method.id } }, ids.customer);
      };
    };
    this.at(when, replace('pm_card_chargeCustomerFail'));
    if (this.chance.happens(0.65)) this.at(when + 33 * DAY, replace('pm_card_visa'));
  }

  private giveBack({ call }: Moment, { ids }: Fated): void {
    const charge = call('GET /v1/charges', { customer: ids.customer, limit: 1 }).data[0];
    if (charge?.status !== 'succeeded' || charge.refunded) return;
    const part = this.chance.happens(0.4) ? { amount: Math.floor(charge.amount / 2) } : {};
    call('POST /v1/refunds', { charge: charge.id, reason: 'requested_by_customer', ...part });
  }

  private leave({ call }: Moment, { ids }: Fated): void {
    const { status } = call('GET /v1/subscriptions/{id}', {}, ids.subscription);
    if (status === 'canceled' || status === 'incomplete_expired') return;
    const cancellation_details = { feedback: this.chance.pick(FEEDBACK) };
    if (this.chance.happens(0.7)) {
      call('POST /v1/subscriptions/{id}', { cancel_at_period_end: true, cancellation_details }, ids.subscription);
    } else call('DELETE /v1/subscriptions/{id}', { cancellation_details }, ids.subscription);
  }

  /** A one-time payment; now and then a card declines. */
  private planService(when: number, card: string): void {
    const { service, currency } = this.business;
    this.at(when, ({ call }) => {
      try {
        call('POST /v1/payment_intents', {
          ...{ amount: service.amount, currency, description: service.name, payment_method: card, confirm: true },
          automatic_payment_methods: { enabled: true, allow_redirects: 'never' },
        });
      } catch (error) {
        if (!(error instanceof StripeError)) throw error;
      }
    });
  }
}

interface Intent {
  readonly number: number;
  readonly price: string;
  readonly trial: number;
  readonly seats: number;
  readonly coupon: string | undefined;
  readonly card: string;
}

interface Fated {
  readonly ids: { readonly customer: string; readonly subscription: string };
  readonly price: string;
  readonly seats: number;
}

/** Plans everything that a business and its customers do between two instants (unix seconds). */
export function planBusiness(history: History, business: Business, given: { chance: Chance; span: { start: number; end: number } }): void {
  new Life(history, business, given).plan();
}
