import { periodAt, step } from '@annex/money';
import { Chance } from '../chance.ts';
import { DEFAULT_SETTINGS } from '../resources/billing-settings.ts';
import type { Business, Coupon, Plan } from './business.ts';
import { invent } from './people.ts';

const HOUR = 3600;
const DAY = 24 * HOUR;

/** What a customer does at an instant (unix seconds). */
export type Act = { readonly at: number; readonly customer: Simulated } & (
  | {
      readonly does: 'sign up';
      readonly name: string;
      readonly email: string;
      readonly company: string | null;
      readonly country: string | null;
    }
  | { readonly does: 'subscribe'; readonly stay: Stay }
  | { readonly does: 'change'; readonly plan: Plan; readonly seats: number; readonly prorated: boolean }
  | { readonly does: 'give a card'; readonly card: string }
  | { readonly does: 'pause' | 'go on' | 'take the last payment back' }
  | { readonly does: 'leave at once' | 'leave at the end'; readonly feedback: (typeof FEEDBACK)[number] }
  | { readonly does: 'pay once'; readonly card: string; readonly amount: number; readonly currency: string }
);

/** From an instant on, until the next: what the customer has. `left` where it has nothing any more. */
export interface Period {
  readonly at: number;
  readonly state: 'trialing' | 'active' | 'past_due' | 'paused' | 'left';
  readonly plan: Plan;
  readonly seats: number;
}

/** One subscription's life. */
export interface Stay {
  readonly trialEnd: number | null;
  readonly coupon: Coupon | null;
  /** When the coupon's discount ends; null: never, or no coupon. */
  readonly couponEnd: number | null;
  readonly periods: Period[];
  /** When its end was asked for. */
  asked: number | null;
}

export interface Simulated {
  /** `c1`, `c2` …: the customer's `metadata.simulated`. */
  readonly key: string;
  readonly stays: Stay[];
}

/** A life decided beforehand, from the file alone: nothing that a platform answers goes into it. */
export interface Scenario {
  readonly from: number;
  readonly to: number;
  readonly acts: readonly Act[];
  readonly customers: readonly Simulated[];
}

const CARDS = [
  ['pm_card_visa', 60],
  ['pm_card_mastercard', 25],
  ['pm_card_amex', 9],
  ['pm_card_visa_debit', 6],
] as const;
const FEEDBACK = ['too_expensive', 'missing_features', 'switched_service', 'unused', 'customer_service', 'other'] as const;
const BROKEN = 'pm_card_chargeCustomerFail';

export function scenarioOf(business: Business): Scenario {
  const { from, months } = business;
  const to = step(from, { interval: 'month', interval_count: 1 }, months);
  const acts: Act[] = [];
  const customers: Simulated[] = [];
  for (let month = 0; month < months; month++) {
    const chance = new Chance(business.seed * 1_000_003 + month);
    const wanted = business.growth.first_month * business.growth.yearly ** (month / 12);
    const count = Math.floor(wanted) + (chance.happens(wanted % 1) ? 1 : 0);
    const start = step(from, { interval: 'month', interval_count: 1 }, month);
    for (let n = 0; n < count; n++) {
      const customer: Simulated = { key: `c${customers.length + 1}`, stays: [] };
      customers.push(customer);
      // In the first 27 days of the month, so that it is the same instant whatever the month's length.
      const comes = start + DAY + chance.between(0, 26 * DAY);
      if (comes < to - DAY)
        new Life(business, { chance: new Chance(business.seed * 7919 + customers.length), customer, to, acts }).begin(comes);
    }
  }
  acts.sort((a, b) => a.at - b.at || order(a) - order(b));
  return { from, to, acts, customers: customers.filter(({ stays }) => stays.length > 0) };
}

const order = ({ customer }: Act): number => Number(customer.key.slice(1));

/** One customer's life, month by month. Whoever waits for a payment does nothing else, so that what comes of it is certain. */
class Life {
  private readonly business: Business;
  private readonly given: { chance: Chance; customer: Simulated; to: number; acts: Act[] };

  constructor(business: Business, given: { chance: Chance; customer: Simulated; to: number; acts: Act[] }) {
    this.business = business;
    this.given = given;
  }

  begin(at: number): void {
    const { chance, acts, customer } = this.given;
    const person = invent(chance, order({ customer } as Act));
    acts.push({ at, customer, does: 'sign up', ...person, country: this.business.country });
    acts.push({ at, customer, does: 'give a card', card: chance.weighted(CARDS) });
    const { plans, trial } = this.business;
    const plan = chance.weighted(plans.map((one) => [one, one.weight] as const));
    this.subscribe(at, plan, chance.happens(trial.share) ? trial.days : 0);
  }

  private subscribe(at: number, plan: Plan, trialDays: number): void {
    const { chance, acts, customer, to } = this.given;
    const coupon = this.business.coupons.find(({ share }) => chance.happens(share)) ?? null;
    const months = coupon?.months ?? null;
    const stay: Stay = {
      trialEnd: trialDays > 0 ? at + trialDays * DAY : null,
      coupon,
      couponEnd: months === null ? null : step(at, { interval: 'month', interval_count: 1 }, months),
      periods: [],
      asked: null,
    };
    customer.stays.push(stay);
    acts.push({ at, customer, does: 'subscribe', stay });
    const seats = plan.seats > 1 ? chance.between(1, plan.seats) : 1;
    stay.periods.push({ at, state: trialDays > 0 ? 'trialing' : 'active', plan, seats });
    const anchor = stay.trialEnd ?? at;
    if (trialDays > 0 && anchor < to) stay.periods.push({ at: anchor, state: 'active', plan, seats });
    this.live(stay, anchor);
  }

  /** What happens from the first payment on. */
  private live(stay: Stay, anchor: number): void {
    const { chance, to } = this.given;
    const month = { interval: 'month', interval_count: 1 } as const;
    let now = anchor + 2 * DAY;
    for (let n = 0; now < to - 2 * DAY; n++) {
      // Away from the instants at which periods turn: what comes first there is the platform's business, not the customer's.
      const at = Math.max(now, step(anchor, month, n) + 2 * DAY + chance.between(0, 20 * DAY));
      if (at >= to - 2 * DAY) return;
      const after = this.month(stay, anchor, at);
      if (after === undefined) return;
      now = Math.max(after, at) + DAY;
      while (step(anchor, month, n + 1) + 2 * DAY < now) n += 1;
    }
  }

  /** What one month brings, if anything. Answers until when the customer is busy; nothing where it has left. */
  private month(stay: Stay, anchor: number, at: number): number | undefined {
    const { chance } = this.given;
    const { behaviour } = this.business;
    const what = chance.weighted([
      ['leave', behaviour.churn],
      ['upgrade', behaviour.upgrade],
      ['downgrade', behaviour.downgrade],
      ['seats', behaviour.seats],
      ['pause', behaviour.pause],
      ['card', behaviour.card_fails],
      ['refund', behaviour.refund],
      ['dispute', behaviour.dispute],
      ['nothing', Math.max(0, 1 - monthly(behaviour))],
    ] as const);
    if (what === 'leave') return this.leave(stay, anchor, at);
    if (what === 'upgrade' || what === 'downgrade') this.changePlan(stay, at, what === 'upgrade' ? 1 : -1);
    else if (what === 'seats') this.changeSeats(stay, at);
    else if (what === 'pause') return this.pause(stay, at);
    else if (what === 'card') return this.breakCard(stay, anchor, at);
    else if (what === 'refund') this.act(at, { does: 'take the last payment back' });
    else if (what === 'dispute') {
      const { amount, currency } = now(stay).plan;
      this.act(at, { does: 'pay once', card: 'pm_card_createDispute', amount, currency });
    }
    return at;
  }

  private act(at: number, act: Deed): void {
    const { acts, customer } = this.given;
    acts.push({ at, customer, ...act } as Act);
  }

  private leave(stay: Stay, anchor: number, at: number): undefined {
    const { chance, to } = this.given;
    const { at_once, returns } = this.business.behaviour;
    stay.asked = at;
    const goes = chance.happens(at_once) ? at : nextTurn(now(stay).plan, anchor, at);
    this.act(at, { does: goes === at ? 'leave at once' : 'leave at the end', feedback: chance.pick(FEEDBACK) });
    this.gone(stay, goes);
    const back = goes + chance.between(20, 200) * DAY;
    if (chance.happens(returns) && back < to - 3 * DAY) this.subscribe(back, now(stay).plan, 0);
    return undefined;
  }

  private gone(stay: Stay, at: number): void {
    if (at < this.given.to) stay.periods.push({ ...now(stay), at, state: 'left' });
  }

  private changePlan(stay: Stay, at: number, by: 1 | -1): void {
    const { plan, seats } = now(stay);
    const ladder = this.business.plans
      .filter(({ currency, interval }) => currency === plan.currency && interval === plan.interval)
      .sort((a, b) => a.amount - b.amount);
    const next = ladder[ladder.indexOf(plan) + by];
    if (next === undefined) return;
    this.change(stay, at, { plan: next, seats: next.seats > 1 ? seats : 1 });
  }

  private changeSeats(stay: Stay, at: number): void {
    const { plan, seats } = now(stay);
    const wanted = Math.max(1, seats + this.given.chance.pick([-2, -1, 1, 2, 3]));
    if (plan.seats > 1 && wanted !== seats) this.change(stay, at, { plan, seats: wanted });
  }

  private change(stay: Stay, at: number, to: { plan: Plan; seats: number }): void {
    const was = now(stay);
    stay.periods.push({ ...was, at, ...to });
    // What costs less gives nothing back: a credit would pay later invoices, and a card that fails would not be noticed.
    this.act(at, { does: 'change', ...to, prorated: to.plan.amount * to.seats > was.plan.amount * was.seats });
  }

  private pause(stay: Stay, at: number): number {
    const { chance, to } = this.given;
    this.act(at, { does: 'pause' });
    stay.periods.push({ ...now(stay), at, state: 'paused' });
    const until = at + chance.between(20, 60) * DAY;
    if (until >= to) return until;
    this.act(until, { does: 'go on' });
    stay.periods.push({ ...now(stay), at: until, state: 'active' });
    return until;
  }

  /** The next renewal fails, and is tried again by the account's plan of retries; another card in time saves it. */
  private breakCard(stay: Stay, anchor: number, at: number): number | undefined {
    const { chance, to } = this.given;
    // Nothing is charged, so nothing fails.
    if (stay.coupon?.percent_off === 100) return at;
    this.act(at, { does: 'give a card', card: BROKEN });
    // A draft waits an hour before it is finalised and tried.
    const tries = [nextTurn(now(stay).plan, anchor, at) + HOUR];
    for (const days of DEFAULT_SETTINGS.retry_days) tries.push(tries.at(-1)! + days * DAY);
    const [first, last] = [tries[0]!, tries.at(-1)!];
    if (chance.happens(this.business.behaviour.recovers)) {
      const gives = first + HOUR + chance.between(0, last - first - 2 * HOUR);
      if (gives < to) this.act(gives, { does: 'give a card', card: 'pm_card_visa' });
      const paid = tries.find((one) => one > gives)!;
      this.pastDue(stay, first);
      if (paid < to) stay.periods.push({ ...now(stay), at: paid, state: 'active' });
      return paid;
    }
    this.pastDue(stay, first);
    this.gone(stay, last);
    return undefined;
  }

  private pastDue(stay: Stay, at: number): void {
    if (at < this.given.to) stay.periods.push({ ...now(stay), at, state: 'past_due' });
  }
}

type Deed = Act extends infer One ? (One extends Act ? Omit<One, 'at' | 'customer'> : never) : never;

const now = ({ periods }: Stay): Period => periods.at(-1)!;
const nextTurn = ({ interval }: Plan, anchor: number, at: number): number => periodAt(anchor, { interval, interval_count: 1 }, at).end;
const monthly = (it: Business['behaviour']): number =>
  it.churn + it.upgrade + it.downgrade + it.seats + it.pause + it.card_fails + it.refund + it.dispute;
