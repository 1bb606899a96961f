import type { FC } from 'hono/jsx';
import { ALERT_KINDS, isAlertKind } from '../alerts/kinds.ts';
import { type enqueue, recentAlerts, type SentAlert } from '../alerts/queue.ts';
import { type AlertUrl, addAlertUrl, alertUrls, MOST_URLS, refuseUrl, removeAlertUrl, rollSecret, secretOf } from '../alerts/urls.ts';
import { Count, Live, Time } from '../design/bits.tsx';
import { Csrf, Empty, Field, Notice } from '../design/form.tsx';
import { html, Inside } from '../design/layout.tsx';
import { type Column, Table } from '../design/table.tsx';
import { newId } from '../people/secrets.ts';
import { note } from '../web/noted.ts';
import { type AccountVisit, field, type Route, redirect } from '../web/visit.ts';

const labelOf = (name: string): string => ALERT_KINDS.find((kind) => kind.name === name)?.label ?? name;

const STATES = { new: 'to be sent', sent: 'sent', gave_up: 'given up' } as const;
const TONES = { new: 'warn', sent: 'good', gave_up: 'bad' } as const;

const columnsOf = (zone: string, urls: readonly AlertUrl[]): Column<SentAlert>[] => [
  { head: 'When', cell: ({ created_ms }) => <Time ms={created_ms} zone={zone} /> },
  { head: 'What', names: true, cell: ({ kind }) => (kind === 'test' ? 'Test' : labelOf(kind)) },
  { head: 'To', cell: ({ url_id }) => urls.find(({ id }) => id === url_id)?.url ?? url_id },
  { head: 'Attempts', number: true, cell: ({ attempts }) => <Count n={attempts} /> },
  {
    head: 'State',
    cell: ({ state, answer }) => (
      <>
        <span class={`state ${TONES[state]}`}>{STATES[state]}</span>
        {answer !== null && <span class="reason">{answer}</span>}
      </>
    ),
  },
];

const Url: FC<{ visit: AccountVisit; one: AlertUrl }> = ({ visit, one }) => (
  <article class="card" aria-label={one.url}>
    <p>
      <code>{one.url}</code>
    </p>
    <p class="quiet">{one.kinds.map(labelOf).join(' · ')}</p>
    <details>
      <summary>Signing secret</summary>
      <p>
        <code data-secret>{secretOf(visit.lantern.keys.alerts, one)}</code>
      </p>
      <p class="quiet">
        Every message carries <code>Lantern-Signature: t=…,v1=…</code>, signed like Stripe’s webhooks: HMAC-SHA256 of <code>t.body</code> in
        hex. Refuse what is unsigned or older than five minutes.
      </p>
    </details>
    <form method="post" action={`${visit.place.base}/alerts/change`} class="row small">
      <Csrf visit={visit} />
      <input type="hidden" name="id" value={one.id} />
      <button type="submit" name="to" value="test">
        Send a test
      </button>
      <button type="submit" name="to" value="roll">
        New secret
      </button>
      <button type="submit" name="to" value="remove" class="danger">
        Remove
      </button>
    </form>
  </article>
);

const Add: FC<{ visit: AccountVisit; tried: Tried }> = ({ visit, tried }) => (
  <form method="post" action={`${visit.place.base}/alerts`} class="card">
    <Csrf visit={visit} />
    <Field
      label="Address"
      name="url"
      type="url"
      value={tried.url ?? ''}
      error={tried.wrong}
      hint="Where Lantern posts to, for example https://example.com/lantern"
    />
    <fieldset>
      <legend>Tell it when</legend>
      {ALERT_KINDS.map(({ name, label }) => (
        <p class="choice">
          <label>
            <input type="checkbox" name="kinds" value={name} checked /> {label}
          </label>
        </p>
      ))}
    </fieldset>
    <p>
      <button type="submit" class="primary">
        Add
      </button>
    </p>
  </form>
);

interface Tried {
  readonly url?: string;
  readonly wrong?: string | undefined;
}

async function alerts(visit: AccountVisit, tried: Tried = {}, status = 200): Promise<Response> {
  const { lantern, place } = visit;
  const urls = await alertUrls(lantern.kit.database, place);
  const recent = await recentAlerts(lantern.kit.database, place);
  return html(
    <Inside visit={visit} title="Alerts" at="/alerts">
      <p class="lead-in">Lantern posts what happens, and a weekly digest, to an address of yours. Signed, and tried again for two days.</p>
      {urls.map((one) => (
        <Url visit={visit} one={one} />
      ))}
      {urls.length < MOST_URLS ? (
        <section aria-labelledby="add">
          <h2 id="add">{urls.length === 0 ? 'Add an address' : 'Add another address'}</h2>
          <Add visit={visit} tried={tried} />
        </section>
      ) : (
        <Notice>An account can have {MOST_URLS} addresses.</Notice>
      )}
      <section aria-labelledby="recent">
        <h2 id="recent">Recent</h2>
        <Live name="recent">
          {recent.length === 0 ? (
            <Empty title="Nothing has been sent yet" />
          ) : (
            <Table caption="Recent alerts" columns={columnsOf(place.timeZone, urls)} rows={recent} />
          )}
        </Live>
      </section>
    </Inside>,
    status,
  );
}

async function add(visit: AccountVisit): Promise<Response> {
  const { lantern, place } = visit;
  const { database } = lantern.kit;
  const url = field(visit, 'url');
  const kinds = visit.form.getAll('kinds').filter(isAlertKind);
  const full = (await alertUrls(database, place)).length >= MOST_URLS;
  const wrong =
    refuseUrl(url, lantern.stripe.local) ??
    (kinds.length === 0 ? 'Choose at least one kind of alert.' : full ? 'There are five already.' : undefined);
  if (wrong !== undefined) return alerts(visit, { url, wrong }, 422);
  await database.transaction(async (tx) => {
    await addAlertUrl(tx, place, { url, kinds, nowMs: lantern.now() });
    await note(tx, visit, 'alerts_changed', { added: url });
  });
  return redirect(`${place.base}/alerts`);
}

async function change(visit: AccountVisit): Promise<Response> {
  const { lantern, place } = visit;
  const [id, to] = [field(visit, 'id'), field(visit, 'to')];
  const known = (await alertUrls(lantern.kit.database, place)).find((one) => one.id === id);
  if (known === undefined) return redirect(`${place.base}/alerts`);
  await lantern.kit.database.transaction(async (tx) => {
    if (to === 'remove') await removeAlertUrl(tx, place, id);
    if (to === 'roll') await rollSecret(tx, place, id);
    if (to === 'test') await sendTest(tx, visit, known);
    else await note(tx, visit, 'alerts_changed', { url: known.url, to });
  });
  return redirect(`${place.base}/alerts`);
}

async function sendTest(tx: Parameters<typeof enqueue>[0], { lantern, place }: AccountVisit, { id: urlId }: AlertUrl): Promise<void> {
  const [id, nowMs] = [newId('alert_test'), lantern.now()];
  const about = { id, type: 'test', created: Math.floor(nowMs / 1000), account: place.account, livemode: place.livemode, data: {} };
  await tx.query(
    `insert into lantern.alerts (account, livemode, id, url_id, kind, body, created_ms, due_ms) values ($1, $2, $3, $4, 'test', $5::jsonb, $6, 0)`,
    [place.account, place.livemode, id, urlId, JSON.stringify(about), nowMs],
  );
}

export const alertsRoutes: readonly Route[] = [
  { method: 'GET', path: '/a/:account/:mode/alerts', access: 'owner', run: (visit) => alerts(visit) },
  { method: 'POST', path: '/a/:account/:mode/alerts', access: 'owner', run: add },
  { method: 'POST', path: '/a/:account/:mode/alerts/change', access: 'owner', run: change },
];
