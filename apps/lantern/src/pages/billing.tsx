import type { Bought, OwnInvoice, Plan } from '@annex/kit';
import { Refusal } from '@annex/kit';
import type { FC } from 'hono/jsx';
import { Live } from '../design/bits.tsx';
import { Csrf, Notice } from '../design/form.tsx';
import { dateText } from '../design/format.ts';
import { html, Inside } from '../design/layout.tsx';
import { Money } from '../design/money.tsx';
import { daysLeft } from '../design/standing.tsx';
import { note } from '../web/noted.ts';
import { type AccountVisit, field, type Route, redirect } from '../web/visit.ts';
import { problem } from './problem.tsx';

const KINDS = {
  trial: undefined,
  subscribed: 'good',
  ending: 'warn',
  past_due: 'warn',
  trial_over: 'bad',
  unpaid: 'bad',
  ended: 'bad',
} as const;

/** In a word. */
const WORDS: Readonly<Record<string, string>> = { trial: 'On trial.', subscribed: 'Subscribed.', ending: 'Ending.', past_due: 'Past due.' };

/** Where the account stands, in a sentence or two with its date. */
const Where: FC<{ visit: AccountVisit }> = ({ visit }) => {
  const { entitlement, place } = visit;
  const { reason, until_ms: until, judged_ms: judged } = entitlement;
  const date = until === null ? '' : dateText(until, place.timeZone);
  const text =
    reason === 'trial'
      ? `The free trial ends in ${daysLeft(until ?? 0, judged)}, on ${date}. No card is needed until then.`
      : reason === 'ending'
        ? `The subscription was canceled. Everything stays open until ${date}.`
        : reason === 'past_due'
          ? `The last payment failed. Everything stays open until ${date}; pay the open invoice or give another card.`
          : entitlement.sentence;
  const kind = KINDS[reason as keyof typeof KINDS];
  return (
    <Notice {...(kind !== undefined && { kind })}>
      <strong data-standing={reason}>{entitlement.granted ? (WORDS[reason] ?? 'Open.') : 'Locked.'}</strong> {text}
      {!entitlement.granted && ' Nothing is lost: Lantern goes on reading, and the figures are there again as soon as it is paid for.'}
    </Notice>
  );
};

const Price: FC<{ amount: number; currency: string; interval: string | null }> = ({ amount, currency, interval }) => (
  <>
    <Money minor={amount} currency={currency} /> a {interval}
  </>
);

const Plans: FC<{ visit: AccountVisit }> = ({ visit }) => (
  <section aria-labelledby="plans">
    <h2 id="plans">Choose a plan</h2>
    <ul class="plans">
      {visit.lantern.kit.billing.plans.map((plan: Plan) => (
        <li class="card" data-plan={plan.key}>
          <h3>{plan.name}</h3>
          <p class="plan-price">
            <Price {...plan} />
          </p>
          <p class="quiet">{plan.description}</p>
          {visit.role === 'owner' && (
            <form method="post" action={`${visit.place.base}/billing/checkout`}>
              <Csrf visit={visit} />
              <input type="hidden" name="plan" value={plan.key} />
              <button type="submit" class="primary">
                {visit.entitlement.reason === 'trial' ? 'Add a card' : 'Subscribe'}
                <span class="hidden">{` for ${plan.name}`}</span>
              </button>
            </form>
          )}
        </li>
      ))}
    </ul>
    {visit.role !== 'owner' && <p class="quiet">Only an owner can choose a plan.</p>}
    {visit.entitlement.reason === 'trial' && <p class="quiet">The days of the trial that are left stay free.</p>}
  </section>
);

const Subscription: FC<{ visit: AccountVisit; bought: Bought }> = ({ visit, bought }) => (
  <section aria-labelledby="subscription">
    <h2 id="subscription">Subscription</h2>
    <dl class="facts">
      <dt>Plan</dt>
      <dd>{bought.name ?? bought.id}</dd>
      {bought.amount !== null && (
        <>
          <dt>Price</dt>
          <dd>
            <Price amount={bought.amount} currency={bought.currency} interval={bought.interval} />
          </dd>
        </>
      )}
      {bought.period_end !== null && visit.entitlement.reason !== 'unpaid' && (
        <>
          <dt>{visit.entitlement.reason === 'ending' ? 'Ends' : bought.status === 'trialing' ? 'First payment' : 'Next payment'}</dt>
          <dd>{dateText(bought.period_end * 1000, visit.place.timeZone)}</dd>
        </>
      )}
    </dl>
    {visit.role === 'owner' ? (
      <form method="post" action={`${visit.place.base}/billing/portal`}>
        <Csrf visit={visit} />
        <p>
          <button type="submit">Card, plan and cancellation</button>
        </p>
      </form>
    ) : (
      <p class="quiet">Only an owner can change it.</p>
    )}
  </section>
);

/** What has to be done first: said before everything else, and nowhere in a narrow table. */
const ToPay: FC<{ visit: AccountVisit; invoices: readonly OwnInvoice[] }> = ({ visit, invoices }) => (
  <>
    {invoices
      .filter(({ status }) => status === 'open' && visit.role === 'owner')
      .map((invoice) => (
        <form method="post" action={`${visit.place.base}/billing/pay`} class="row">
          <Csrf visit={visit} />
          <input type="hidden" name="invoice" value={invoice.id} />
          <button type="submit" class="primary">
            Pay now
          </button>
          <span>
            <Money minor={invoice.total} currency={invoice.currency} />, open since {dateText(invoice.created * 1000, visit.place.timeZone)}
          </span>
        </form>
      ))}
  </>
);

const Invoices: FC<{ visit: AccountVisit; invoices: readonly OwnInvoice[] }> = ({ visit, invoices }) => (
  <section aria-labelledby="invoices">
    <h2 id="invoices">Invoices</h2>
    {invoices.length === 0 ? (
      <p class="quiet">There is no invoice yet.</p>
    ) : (
      <section class="scroll" aria-label="List of invoices" tabindex={0}>
        <table>
          <thead>
            <tr>
              <th scope="col">Invoice</th>
              <th scope="col">Date</th>
              <th scope="col">State</th>
              <th scope="col" class="number">
                Amount
              </th>
            </tr>
          </thead>
          <tbody>
            {invoices.map((invoice) => (
              <tr data-invoice={invoice.id}>
                <th scope="row">
                  {invoice.hosted_invoice_url === null || visit.role !== 'owner' ? (
                    (invoice.number ?? invoice.id)
                  ) : (
                    <a href={invoice.hosted_invoice_url}>{invoice.number ?? invoice.id}</a>
                  )}
                </th>
                <td>{dateText(invoice.created * 1000, visit.place.timeZone)}</td>
                <td>{invoice.status}</td>
                <td class="number">
                  <Money minor={invoice.total} currency={invoice.currency} />
                </td>
              </tr>
            ))}
          </tbody>
        </table>
      </section>
    )}
  </section>
);

async function billing(visit: AccountVisit): Promise<Response> {
  const { lantern, place, entitlement } = visit;
  const { billing: kit } = lantern.kit;
  if (entitlement.reason === 'not_charged')
    return html(
      <Inside visit={visit} title="Billing" at="/billing" live={false}>
        <p>This Lantern is free: nothing is charged.</p>
      </Inside>,
    );
  const bought = await kit.bought(place);
  const runs = bought !== undefined && entitlement.reason !== 'ended';
  const here = place.state === 'connected';
  const invoices = await kit.invoices(place);
  return html(
    <Inside visit={visit} title="Billing" at="/billing">
      <Live name="billing">
        {here && <Where visit={visit} />}
        {!here && <Notice>The account is not connected. What is left of a subscription can still be seen and canceled here.</Notice>}
        <ToPay visit={visit} invoices={invoices} />
        {runs && bought !== undefined ? <Subscription visit={visit} bought={bought} /> : here && <Plans visit={visit} />}
        <Invoices visit={visit} invoices={invoices} />
      </Live>
      {lantern.stripe.local && (
        <p class="quiet">On the local simulator the card 4242 4242 4242 4242 pays, and 4000 0000 0000 0341 fails later.</p>
      )}
    </Inside>,
  );
}

/** The status of a page that tells a refusal, and whether money may have moved: an answer that never came says nothing about that. */
function meaningOf({ facts: { kind } }: Refusal): { status: number; charged: string } {
  if (kind === 'server' || kind === 'network')
    return { status: 502, charged: 'Look at Billing before you try again: it shows what was charged.' };
  const status = kind === 'missing' ? 404 : kind === 'request' ? 409 : 502;
  return { status, charged: 'Nothing was charged.' };
}

/** Stripe's refusals are for us; what the person can do is said in our words. */
async function leadTo(visit: AccountVisit, work: () => Promise<string>): Promise<Response> {
  try {
    return redirect(await work());
  } catch (error) {
    if (!(error instanceof Refusal)) throw error;
    visit.lantern.log('warn', 'A billing page could not be opened.', { account: visit.place.account, error: error.message });
    const { status, charged } = meaningOf(error);
    return problem(visit, { status, title: 'That did not work', text: `${error.message} ${charged}` });
  }
}

const checkout = (visit: AccountVisit): Promise<Response> =>
  leadTo(visit, async () => {
    const { lantern, place } = visit;
    const at = `${lantern.publicUrl}${place.base}/billing`;
    const urls = { successUrl: `${at}/return?session={CHECKOUT_SESSION_ID}`, cancelUrl: at };
    const url = await lantern.kit.billing.checkout(place, { plan: field(visit, 'plan'), ...urls });
    await note(lantern.kit.database, visit, 'checkout_begun', { plan: field(visit, 'plan') });
    return url;
  });

const portal = (visit: AccountVisit): Promise<Response> =>
  leadTo(visit, async () => {
    const { lantern, place } = visit;
    const url = await lantern.kit.billing.portal(place, { returnUrl: `${lantern.publicUrl}${place.base}/billing` });
    await note(lantern.kit.database, visit, 'portal_opened');
    return url;
  });

const pay = (visit: AccountVisit): Promise<Response> =>
  leadTo(visit, async () => {
    const { lantern, place } = visit;
    await lantern.kit.billing.pay(place, field(visit, 'invoice'));
    await note(lantern.kit.database, visit, 'invoice_paid');
    return `${place.base}/billing`;
  });

/** What the browser says is only where to look: the kit fetches the session, and believes Stripe. */
const returned = (visit: AccountVisit): Promise<Response> =>
  leadTo(visit, async () => {
    const { lantern, place, url } = visit;
    const done = await lantern.kit.billing.confirm(place, url.searchParams.get('session') ?? '');
    if (done) await note(lantern.kit.database, visit, 'checkout_done');
    return `${place.base}/billing`;
  });

export const billingRoutes: readonly Route[] = [
  { method: 'GET', path: '/a/:account/:mode/billing', access: 'member', whileLocked: true, afterLeaving: true, run: billing },
  { method: 'POST', path: '/a/:account/:mode/billing/checkout', access: 'owner', whileLocked: true, run: checkout },
  { method: 'GET', path: '/a/:account/:mode/billing/return', access: 'owner', whileLocked: true, run: returned },
  { method: 'POST', path: '/a/:account/:mode/billing/pay', access: 'owner', whileLocked: true, afterLeaving: true, run: pay },
  { method: 'POST', path: '/a/:account/:mode/billing/portal', access: 'owner', whileLocked: true, afterLeaving: true, run: portal },
];
