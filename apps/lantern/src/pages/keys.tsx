import { type ApiKey, apiKeys, MOST_KEYS, makeKey, revokeKey } from '../api/keys.ts';
import { Time } from '../design/bits.tsx';
import { Csrf, Empty, Field, Notice } from '../design/form.tsx';
import { html, Inside } from '../design/layout.tsx';
import { type Column, Table } from '../design/table.tsx';
import { note } from '../web/noted.ts';
import { type AccountVisit, field, type Route, redirect } from '../web/visit.ts';

const columnsOf = (visit: AccountVisit): Column<ApiKey>[] => [
  {
    head: 'Key',
    names: true,
    cell: ({ name, last_four }) => (
      <>
        {name} <code class="quiet">…{last_four}</code>
      </>
    ),
  },
  { head: 'Made', cell: ({ created_ms }) => <Time ms={created_ms} zone={visit.place.timeZone} /> },
  { head: 'Last used', cell: ({ used_ms }) => (used_ms === null ? 'never' : <Time ms={used_ms} zone={visit.place.timeZone} />) },
  {
    head: <span class="hidden">Revoke</span>,
    cell: ({ name, key_hash }) => (
      <form method="post" action={`${visit.place.base}/keys/revoke`} class="small">
        <Csrf visit={visit} />
        <input type="hidden" name="key" value={key_hash} />
        <button type="submit" class="danger">
          Revoke<span class="hidden"> {name}</span>
        </button>
      </form>
    ),
  },
];

async function keys(visit: AccountVisit, said: { key?: string; wrong?: string } = {}, status = 200): Promise<Response> {
  const { lantern, place } = visit;
  const known = await apiKeys(lantern.kit.database, place);
  return html(
    <Inside visit={visit} title="API keys" at="/keys" live={false}>
      <p class="lead-in">
        A key reads the {place.mode} figures of {place.name} and nothing else. <a href="/api">What the API has</a>
      </p>
      {said.key !== undefined && (
        <Notice kind="good">
          <p>The new key. It is shown only now.</p>
          <p>
            <code data-key>{said.key}</code>{' '}
            <button type="button" class="copy" data-copy={said.key}>
              copy
            </button>
          </p>
        </Notice>
      )}
      {known.length === 0 ? <Empty title="No keys yet" /> : <Table caption="API keys" columns={columnsOf(visit)} rows={known} />}
      <section aria-labelledby="make">
        <h2 id="make">Make a key</h2>
        <form method="post" action={`${place.base}/keys`} class="card">
          <Csrf visit={visit} />
          <Field label="What it is for" name="name" error={said.wrong} />
          <p>
            <button type="submit" class="primary">
              Make a key
            </button>
          </p>
        </form>
      </section>
    </Inside>,
    status,
  );
}

async function make(visit: AccountVisit): Promise<Response> {
  const { lantern, place } = visit;
  const { database } = lantern.kit;
  const name = field(visit, 'name').slice(0, 100);
  const full = (await apiKeys(database, place)).length >= MOST_KEYS;
  if (name === '' || full)
    return keys(visit, { wrong: full ? `There are ${MOST_KEYS} keys already. Revoke one first.` : 'Say what it is for.' }, 422);
  const key = await database.transaction(async (tx) => {
    await note(tx, visit, 'key_made', { name });
    return makeKey(tx, place, { name, nowMs: lantern.now() });
  });
  return keys(visit, { key });
}

async function revoke(visit: AccountVisit): Promise<Response> {
  const { lantern, place } = visit;
  await lantern.kit.database.transaction(async (tx) => {
    if (await revokeKey(tx, place, field(visit, 'key'))) await note(tx, visit, 'key_revoked');
  });
  return redirect(`${place.base}/keys`);
}

export const keysRoutes: readonly Route[] = [
  { method: 'GET', path: '/a/:account/:mode/keys', access: 'owner', run: (visit) => keys(visit) },
  { method: 'POST', path: '/a/:account/:mode/keys', access: 'owner', run: make },
  { method: 'POST', path: '/a/:account/:mode/keys/revoke', access: 'owner', run: revoke },
];
