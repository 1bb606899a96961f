import type { FC } from 'hono/jsx';
import { ConnectButton } from '../design/form.tsx';
import { Front, html } from '../design/layout.tsx';
import { membershipsOf } from '../people/members.ts';
import { type Route, redirect, type Visit } from '../web/visit.ts';

const READS = ['customers, products and prices', 'subscriptions and invoices', 'payments, refunds, disputes, fees and payouts'];
const NEVERS = ['moves money', 'changes anything in your account', 'sees card numbers'];

/** Where one app is set, there is one button; where both are, live data comes first. */
export const ConnectButtons: FC<{ visit: Visit; label?: string }> = ({ visit, label }) => {
  const { modes } = visit.lantern.stripe;
  if (modes.length < 2) return <ConnectButton href="/connect" {...(label !== undefined && { label })} />;
  return (
    <span class="both">
      <ConnectButton href="/connect?mode=live" {...(label !== undefined && { label })} />
      <a href="/connect?mode=test">or connect its test data</a>
    </span>
  );
};

const Promises: FC = () => (
  <div class="promises">
    <section aria-labelledby="reads">
      <h2 id="reads">Lantern reads</h2>
      <ul class="ticks">
        {READS.map((text) => (
          <li>{text}</li>
        ))}
      </ul>
    </section>
    <section aria-labelledby="nevers">
      <h2 id="nevers">Lantern never</h2>
      <ul class="crosses">
        {NEVERS.map((text) => (
          <li>{text}</li>
        ))}
      </ul>
    </section>
  </div>
);

const LocalHint: FC<{ visit: Visit }> = ({ visit }) =>
  visit.lantern.stripe.local ? (
    <p class="hint">
      This Lantern is connected to a local simulator. Its sign-in page tells you who the demo owners are; it runs at{' '}
      <a href={visit.lantern.stripe.origin}>{visit.lantern.stripe.origin}</a>.
    </p>
  ) : null;

function connectPage(visit: Visit): Response {
  return html(
    <Front visit={visit} title="Revenue figures you can defend">
      <h1 class="hero">Revenue figures you can defend</h1>
      <p class="lead">
        Lantern shows the recurring revenue of your Stripe account as it changes, exact to the cent. Every figure opens what it is made of.
      </p>
      {visit.lantern.stripe.modes.length === 0 ? (
        <p class="notice warn">
          Nobody can connect yet: this Lantern has no Stripe application. Set STRIPE_TEST_SECRET_KEY and STRIPE_TEST_CLIENT_ID and start it
          again.
        </p>
      ) : (
        <p class="act">
          <ConnectButtons visit={visit} />
          <span class="hint">Read-only. Revoke it at any time; then everything is erased, with a receipt.</span>
        </p>
      )}
      <Promises />
      <LocalHint visit={visit} />
    </Front>,
  );
}

async function home(visit: Visit): Promise<Response> {
  if (visit.person === undefined) return connectPage(visit);
  const accounts = await membershipsOf(visit.lantern.kit.database, visit.person.id);
  return accounts.length === 0 ? connectPage(visit) : redirect('/accounts');
}

export const homeRoutes: readonly Route[] = [
  { method: 'GET', path: '/', access: 'anyone', run: home },
  { method: 'GET', path: '/welcome', access: 'anyone', run: connectPage },
];
