import { Time } from '../design/bits.tsx';
import { Csrf, Notice } from '../design/form.tsx';
import { html, Inside } from '../design/layout.tsx';
import { deskOf } from '../figures/desk.ts';
import { note } from '../web/noted.ts';
import { type AccountVisit, field, type Route, redirect } from '../web/visit.ts';
import { problem } from './problem.tsx';
import { RatesSection, ReportingSection, type SetRate } from './reporting.tsx';
import { RulesSection } from './rules.tsx';

const SCOPES: Readonly<Record<string, string>> = { read_only: 'read only', read_write: 'read and write' };

/** What becomes of the subscription to Lantern itself, by the policy of whoever runs it. */
const SUBSCRIPTION: Readonly<Record<string, string>> = {
  cancel_now: 'A subscription to Lantern is canceled at once.',
  cancel_at_period_end: 'A subscription to Lantern ends with the time that is paid for, and is not charged again.',
  keep: 'A subscription to Lantern goes on and is charged: cancel it under Billing first if it shall not.',
};

const CURRENCIES = `select distinct data->>'currency' as currency from mirror.subscriptions where account = $1 and livemode = $2 and not deleted order by 1`;

async function settings(visit: AccountVisit): Promise<Response> {
  const { place, role, lantern } = visit;
  const { database } = lantern.kit;
  const key = [place.account, place.livemode];
  const desk = await deskOf(database, place);
  const currencies = (await database.query<{ currency: string }>(CURRENCIES, key)).map(({ currency }) => currency);
  const rates = await database.query<SetRate>(
    'select currency, day, rate from lantern.rates where account = $1 and livemode = $2 order by currency, day',
    key,
  );
  return html(
    <Inside visit={visit} title="Settings" at="/settings" live={false}>
      <RulesSection visit={visit} desk={desk} />
      {role === 'owner' && <ReportingSection visit={visit} desk={desk} currencies={currencies} />}
      {role === 'owner' && (currencies.length > 1 || rates.length > 0) && <RatesSection visit={visit} desk={desk} rates={rates} />}
      <section aria-labelledby="connection">
        <h2 id="connection">Connection</h2>
        <dl class="facts">
          <dt>Account</dt>
          <dd>
            {place.name} <code>{place.account}</code>
          </dd>
          <dt>Data</dt>
          <dd>{place.mode}</dd>
          <dt>Access</dt>
          <dd>{SCOPES[place.scope ?? ''] ?? place.scope}</dd>
          <dt>Connected</dt>
          <dd>{place.connectedMs === null ? '–' : <Time ms={place.connectedMs} zone={place.timeZone} />}</dd>
          <dt>Time zone</dt>
          <dd>{place.timeZone}</dd>
        </dl>
      </section>
      {visit.person.email !== null && (
        <section aria-labelledby="sign-in">
          <h2 id="sign-in">Your sign-in</h2>
          <p>
            You are signed in as {visit.person.email}. <a href="/password">Change your password</a>
          </p>
        </section>
      )}
      <section aria-labelledby="leave">
        <h2 id="leave">Disconnect</h2>
        <p>
          Stripe is told that Lantern gives its access up. Then everything Lantern has read is erased
          {lantern.settings.keepDays > 0 ? ` after ${lantern.settings.keepDays} days` : ' at once'}, and you get a receipt.{' '}
          {lantern.kit.billing.plans.length > 0 && SUBSCRIPTION[lantern.settings.whenLeaving]}
        </p>
        {role === 'owner' ? (
          <form method="post" action={`${place.base}/disconnect`} class="card">
            <Csrf visit={visit} />
            {lantern.settings.keepDays > 0 && (
              <p class="choice">
                <label>
                  <input type="checkbox" name="now" value="yes" /> Erase now, without waiting
                </label>
              </p>
            )}
            <p class="choice">
              <label>
                <input type="checkbox" name="sure" value="yes" required /> I understand that this cannot be undone
              </label>
            </p>
            <p>
              <button type="submit" class="danger">
                Disconnect {place.name}
              </button>
            </p>
          </form>
        ) : (
          <Notice>Only an owner can disconnect the account.</Notice>
        )}
      </section>
    </Inside>,
  );
}

async function disconnect(visit: AccountVisit): Promise<Response> {
  const { lantern, place } = visit;
  if (field(visit, 'sure') !== 'yes')
    return problem(visit, { status: 422, title: 'Not disconnected', text: 'Tick the box that you understand that this cannot be undone.' });
  try {
    await lantern.kit.connect.disconnect(place);
  } catch (error) {
    lantern.log('warn', 'Stripe could not be told of a disconnection.', { account: place.account, error: (error as Error).message });
    const text =
      'Stripe could not be told, so nothing was disconnected or erased. Try again in a moment, or revoke Lantern in your Stripe settings.';
    return problem(visit, { status: 502, title: 'Not disconnected', text });
  }
  await note(lantern.kit.database, visit, 'disconnected');
  if (field(visit, 'now') === 'yes') await lantern.kit.forget(place, 'disconnected here');
  return redirect(`${place.base}/left`);
}

export const settingsRoutes: readonly Route[] = [
  { method: 'GET', path: '/a/:account/:mode/settings', access: 'member', whileLocked: true, run: settings },
  { method: 'POST', path: '/a/:account/:mode/disconnect', access: 'owner', whileLocked: true, run: disconnect },
];
