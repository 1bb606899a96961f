import type { Query } from '../postgres/database.ts';
import type { Setup } from '../setup.ts';
import type { World } from '../wire/stripe-api.ts';
import { type CheckoutOptions, checkout, confirm, pay, portal } from './buy.ts';
import { factsOf, isOwnRead, nowFor, subscriberOf } from './facts.ts';
import { isCharging } from './own.ts';
import type { Plan } from './plan.ts';
import { type Entitlement, entitled, judge } from './standing.ts';

/** An invoice of ours to this account. Amounts in minor units, times in seconds. */
export interface OwnInvoice {
  readonly id: string;
  readonly number: string | null;
  readonly created: number;
  readonly status: string;
  readonly total: number;
  readonly currency: string;
  /** Where it can be looked at and paid. */
  readonly hosted_invoice_url: string | null;
}

/** The subscription that decides, for people. Amounts in minor units per interval, times in seconds. */
export interface Bought {
  readonly id: string;
  readonly status: string;
  readonly amount: number | null;
  readonly currency: string;
  readonly interval: string | null;
  readonly name: string | null;
  /** When it is billed next, or ends. */
  readonly period_end: number | null;
}

/** How the extension charges for itself: on its own account, one customer per connected account. */
export interface Billing {
  readonly plans: readonly Plan[];
  /** May this account use the extension, and why? Reads the mirror of our own account; asks nobody. */
  entitlement(world: World): Promise<Entitlement>;
  /** Answers where to send the browser. Throws `Refusal`, also when a subscription runs already. */
  checkout(world: World, options: CheckoutOptions): Promise<string>;
  /** After the browser came back: fetches the session and what it made. False: it was not completed. Throws `Refusal`. */
  confirm(world: World, session: string): Promise<boolean>;
  portal(world: World, options: { returnUrl: string }): Promise<string>;
  /** Pays an open invoice with the card that is saved. Throws `Refusal` with Stripe's sentence when it is declined. */
  pay(world: World, invoice: string): Promise<void>;
  /** The subscription that decides; undefined where there is none. */
  bought(world: World): Promise<Bought | undefined>;
  /** Newest first. */
  invoices(world: World): Promise<OwnInvoice[]>;
  /** Our own accounts that charge, as far as they are known: their data is ours, not a connected account's. */
  own(): Promise<World[]>;
}

export function billingOf(setup: Setup): Billing {
  const { database, settings } = setup;
  const entitlement = async (world: World): Promise<Entitlement> => {
    if (!isCharging(setup)) return entitled({ reason: 'not_charged' }, setup.now());
    const row = await subscriberOf(database, world);
    if (row === undefined || !(await isOwnRead(database, row))) return entitled({ reason: 'unknown' }, setup.now());
    return judge(await factsOf(database, row), await nowFor(database, row, setup.now()), settings.graceDays);
  };
  return {
    plans: settings.plans,
    entitlement,
    checkout: (world, options) => checkout(setup, world, options),
    confirm: (world, session) => confirm(setup, world, session),
    portal: (world, options) => portal(setup, world, options),
    pay: (world, invoice) => pay(setup, world, invoice),
    bought: async (world) => {
      const { subscription } = await entitlement(world);
      return subscription === null ? undefined : boughtOf(database, world, subscription);
    },
    invoices: (world) => invoicesOf(database, world),
    own: () => database.query<World>("select account, livemode from annex.connections where kind = 'own'"),
  };
}

async function boughtOf(on: Query, { account, livemode }: World, subscription: string): Promise<Bought | undefined> {
  const [row] = await on.query<Bought>(
    `select m.id, m.status, (p->>'unit_amount')::bigint as amount, m.data->>'currency' as currency, p->'recurring'->>'interval' as "interval",
       p->>'nickname' as name, coalesce(m.data->>'cancel_at', i->>'current_period_end', m.data->>'current_period_end')::bigint as period_end
     from annex.subscribers s join mirror.subscriptions m on m.account = s.own and m.livemode = s.livemode and m.id = $3
       cross join lateral (select m.data->'items'->'data'->0 as i, m.data->'items'->'data'->0->'price' as p) first
     where s.account = $1 and s.livemode = $2`,
    [account, livemode, subscription],
  );
  return row;
}

function invoicesOf(on: Query, { account, livemode }: World): Promise<OwnInvoice[]> {
  return on.query<OwnInvoice>(
    `select i.id, i.data->>'number' as number, i.created, i.status, (i.data->>'total')::bigint as total, i.data->>'currency' as currency,
       i.data->>'hosted_invoice_url' as hosted_invoice_url
     from annex.subscribers s join mirror.invoices i on i.account = s.own and i.livemode = s.livemode and i.customer = s.customer
     where s.account = $1 and s.livemode = $2 and not i.deleted and i.status <> 'draft' order by i.created desc, i.id desc limit 100`,
    [account, livemode],
  );
}
