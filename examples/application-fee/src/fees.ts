import { createKit, type Kit, type KitOptions } from '@annex/kit';
import Stripe from 'stripe';

export interface FeesOptions extends Omit<KitOptions, 'apps' | 'scope'> {
  /** `sk_…` and `ca_…` of the extension's own account. One mode is enough for an example. */
  readonly app: { readonly secretKey: string; readonly clientId: string };
  /** Share of every payment that the extension takes, from 0 to 100 with at most two decimals. */
  readonly percent: number;
}

/** What one account has brought the extension, in one currency. Minor units, refunded fees taken off. */
export interface Earned {
  readonly account: string;
  readonly currency: string;
  readonly payments: number;
  readonly amount: number;
}

/** A subscription of a connected account of which the extension gets its share. */
export interface Sold {
  readonly id: string;
  readonly status: string;
  readonly percent: number;
}

/**
 * An extension that is paid by its share of what it sells for its accounts. Unlike a subscription on the extension's own account
 * (`kit.billing`), nobody has to give it a card: Stripe splits each payment. It needs `read_write`, because it makes something on the
 * account; and it only earns on what it makes itself.
 */
export interface Fees {
  readonly kit: Kit;
  readonly percent: number;
  /** A checkout page of the account, in which somebody subscribes to one of its prices. Throws a sentence when it cannot be. */
  sell(account: string, about: { price: string; successUrl: string }): Promise<string>;
  sold(account: string): Promise<Sold[]>;
  earned(): Promise<Earned[]>;
  /** Gives up its share of what runs on, and lets go of the account. */
  leave(account: string): Promise<void>;
  close(): Promise<void>;
}

const notConnected = (account: string): Error => new Error(`${account} is not connected.`);
const readOnly = (account: string): Error =>
  new Error(`${account} was connected for reading only: nothing can be sold for it. Connect it again.`);
const wrongShare = (percent: number): Error =>
  new Error(`The share must be a number from 0 to 100 with at most two decimals, not ${percent}.`);

export async function createFees({ app, percent, ...options }: FeesOptions): Promise<Fees> {
  if (!(percent >= 0 && percent <= 100 && Number(percent.toFixed(2)) === percent)) throw wrongShare(percent);
  const kit = await createKit({ ...options, apps: [app], scope: 'read_write' });
  const stripe = clientOf(app.secretKey, kit.settings.apiBase);
  const livemode = app.secretKey.startsWith('sk_live_');
  // Fees are objects of the extension's own account, so that is mirrored beside the connected ones.
  const own = await kit.connect.own(livemode);

  const sold = (account: string): Promise<Sold[]> =>
    kit.query<Sold>(
      `select id, status, (data->>'application_fee_percent')::float8 as percent from mirror.subscriptions
       where account = $1 and livemode = $2 and not deleted and data->>'application' = $3
         and (data->>'application_fee_percent')::float8 > 0 order by created, id`,
      [account, livemode, app.clientId],
    );

  return {
    ...{ kit, percent, sold, close: () => kit.close() },
    async sell(account, { price, successUrl }) {
      const connection = (await kit.connections()).find((one) => one.account === account && one.kind === 'oauth');
      if (connection?.state !== 'connected') throw notConnected(account);
      if (connection.scope !== 'read_write') throw readOnly(account);
      const session = await stripe.checkout.sessions.create(
        {
          mode: 'subscription',
          success_url: successUrl,
          line_items: [{ price, quantity: 1 }],
          subscription_data: { application_fee_percent: percent },
        },
        { stripeAccount: account },
      );
      return session.url!;
    },
    earned: () =>
      kit.query<Earned>(
        `select data->>'account' as account, data->>'currency' as currency, count(*)::int as payments,
           sum((data->>'amount')::bigint - (data->>'amount_refunded')::bigint)::bigint as amount
         from mirror.application_fees where account = $1 and livemode = $2 and not deleted group by 1, 2 order by 1, 2`,
        [own.account, livemode],
      ),
    async leave(account) {
      // What was sold runs on after the extension has left, and would go on paying it: afterwards it could not be changed any more.
      // Stripe is asked, not the mirror: the last sale may be on its way.
      for await (const { id, application, application_fee_percent: share } of stripe.subscriptions.list(
        { limit: 100 },
        { stripeAccount: account },
      ))
        if (application === app.clientId && share !== null)
          await stripe.subscriptions.update(id, { application_fee_percent: '' }, { stripeAccount: account });
      await kit.connect.disconnect({ account, livemode });
    },
  };
}

function clientOf(secretKey: string, apiBase: string): Stripe {
  const { hostname, port, protocol } = new URL(apiBase);
  const scheme = protocol === 'http:' ? 'http' : 'https';
  return new Stripe(secretKey, { host: hostname, port: port === '' ? (scheme === 'http' ? 80 : 443) : Number(port), protocol: scheme });
}
