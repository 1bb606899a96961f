import { type Context, Hono } from 'hono';
import type { FC } from 'hono/jsx';
import { type StripeObject, SYSTEM } from '../../engine/index.ts';
import type { Platform } from '../../platform.ts';
import { Id, Time } from '../bits.tsx';
import { pluralOf } from '../columns.ts';
import type { DashboardEnv } from '../place.ts';
import { problemPage } from '../problem.tsx';
import { shellPage } from '../shell.tsx';
import { headline, Json, kindOf, type Seen, shownValue } from '../values.tsx';
import { ObjectActions } from './object-actions.tsx';
import { ObjectTable } from './object-table.tsx';

const PAGE = 25;

type PageAnswer = Response | Promise<Response>;

const seenBy = (platform: Platform, c: Context<DashboardEnv>): Seen => {
  const { world, base } = c.get('place');
  return { platform, world, base };
};

const Find: FC<{ base: string }> = ({ base }) => (
  <form method="get" action={`${base}/find`} class="line">
    <label>
      <span class="sr">Open an object by its id</span>
      <input name="id" placeholder="Open by id: cus_…, pi_…, evt_…" size={26} required />
    </label>
    <button type="submit">Open</button>
  </form>
);

function everything(platform: Platform, c: Context<DashboardEnv>): PageAnswer {
  const { world, base } = c.get('place');
  const kinds = [...platform.store.kinds(world)].filter(([kind]) => !kind.startsWith('annex.')).sort(([a], [b]) => a.localeCompare(b));
  return shellPage(platform, c, {
    title: 'Everything stored',
    current: '/data',
    lead: `All kinds of object that this account has in ${world.livemode ? 'live' : 'test'} mode.`,
    actions: <Find base={base} />,
    children: (
      <section class="panel" id="kinds" data-live="*">
        {kinds.length === 0 && <div class="empty">Nothing yet. Make something happen, or call the API.</div>}
        {kinds.length > 0 && (
          <div class="scroll">
            <table>
              <thead>
                <tr>
                  <th scope="col">Kind</th>
                  <th scope="col" class="num">
                    Objects
                  </th>
                </tr>
              </thead>
              <tbody>
                {kinds.map(([kind, count]) => (
                  <tr class="rowlink" data-row={kind}>
                    <td>
                      <a class="cover" href={kind === 'event' ? `${base}/events` : `${base}/data/${kind}`}>
                        {pluralOf(kind)}
                      </a>
                    </td>
                    <td class="num">{count.toLocaleString('en')}</td>
                  </tr>
                ))}
              </tbody>
            </table>
          </div>
        )}
      </section>
    ),
  });
}

function unknownKind(c: Context<DashboardEnv>, kind: string): PageAnswer {
  return problemPage(c, { status: 404, title: 'There is no such kind of object', text: `'${kind}' is no object of this API version.` });
}

function list(platform: Platform, c: Context<DashboardEnv>): PageAnswer {
  const seen = seenBy(platform, c);
  const kind = c.req.param('kind') ?? '';
  if (!platform.engine.contract.objects.has(kind)) return unknownKind(c, kind);
  const after = c.req.query('after');
  const before = c.req.query('before');
  const page = platform.store.page(seen.world, kind, {
    ...(after !== undefined && { startingAfter: after }),
    ...(before !== undefined && { endingBefore: before }),
    limit: PAGE,
  });
  const objects = page.rows.map((row) => JSON.parse(row.text) as StripeObject);
  const count = platform.store.count(seen.world, kind);
  const here = `${seen.base}/data/${kind}`;
  const hasNewer = before !== undefined ? page.hasMore : after !== undefined;
  const hasOlder = before !== undefined || page.hasMore;
  return shellPage(platform, c, {
    title: pluralOf(kind),
    current: `/data/${kind}`,
    lead: `${count.toLocaleString('en')} in ${seen.world.livemode ? 'live' : 'test'} mode, newest first.`,
    actions: <Find base={seen.base} />,
    children: (
      <section class="panel" id="list" data-live={kind}>
        {objects.length === 0 ? <div class="empty">None yet.</div> : <ObjectTable seen={seen} kind={kind} objects={objects} />}
        {(hasNewer || hasOlder) && objects.length > 0 && (
          <nav class="pager" aria-label="Pages">
            {hasNewer && <a href={`${here}?before=${objects[0]!.id}`}>Newer</a>}
            {hasOlder && <a href={`${here}?after=${objects[objects.length - 1]!.id}`}>Older</a>}
          </nav>
        )}
      </section>
    ),
  });
}

/** Kinds that name this object in a field of its kind's name: a customer's subscriptions, invoices, payments. */
function Related({ seen, kind, id }: { seen: Seen; kind: string; id: string }) {
  const { contract } = seen.platform.engine;
  const related = [...seen.platform.store.kinds(seen.world).keys()]
    .filter((other) => other !== kind && other !== 'event' && contract.fields(other).some((field) => field.name === kind))
    .map((other) => ({ other, page: seen.platform.store.page(seen.world, other, { where: [[kind, id]], limit: 5 }) }))
    .filter(({ page }) => page.rows.length > 0);
  return (
    <>
      {related.map(({ other, page }) => (
        <section class="panel">
          <h2>{pluralOf(other)}</h2>
          <ObjectTable seen={seen} kind={other} about={kind} objects={page.rows.map((row) => JSON.parse(row.text) as StripeObject)} />
          {page.hasMore && <p class="quiet">The five newest.</p>}
        </section>
      ))}
    </>
  );
}

const MOST_EVENTS = 10;

const EventsOf: FC<{ seen: Seen; id: string }> = ({ seen, id }) => {
  const { rows } = seen.platform.store.page(seen.world, 'event', { filter: (event) => event.data?.object?.id === id, limit: MOST_EVENTS });
  if (rows.length === 0) return null;
  return (
    <section class="panel">
      <h2>Events</h2>
      <div class="scroll">
        <table>
          <tbody>
            {rows.map((row) => (
              <tr class="rowlink" data-row={row.id}>
                <td>
                  <a class="cover" href={`${seen.base}/events/${row.id}`}>
                    {(JSON.parse(row.text) as StripeObject).type}
                  </a>
                </td>
                <td>
                  <Time seconds={row.created} exact />
                </td>
              </tr>
            ))}
          </tbody>
        </table>
      </div>
    </section>
  );
};

const capital = (words: string): string => words.charAt(0).toUpperCase() + words.slice(1);

const isPlain = (value: unknown): boolean => value !== null && value !== '' && (typeof value !== 'object' || 'id' in (value as object));

function show(platform: Platform, c: Context<DashboardEnv>): PageAnswer {
  const seen = seenBy(platform, c);
  const kind = c.req.param('kind') ?? '';
  const id = c.req.param('id') ?? '';
  const row = platform.engine.contract.objects.has(kind) ? platform.store.row(seen.world, kind, id) : undefined;
  if (row === undefined) {
    return problemPage(c, {
      status: 404,
      title: 'There is no such object',
      text: `No ${kind} has the id '${id}' in this account and mode.`,
      back: { href: `${seen.base}/data`, label: 'Everything stored' },
    });
  }
  const object = JSON.parse(row.text) as StripeObject;
  const facts = Object.keys(object).filter((name) => !['id', 'object', 'livemode', 'deleted'].includes(name) && isPlain(object[name]));
  return shellPage(platform, c, {
    title: headline(object),
    current: `/data/${kind}`,
    lead: (
      <>
        {kind.replaceAll(/[._]/g, ' ')} · <Id id={id} />
        {row.deleted && (
          <>
            {' '}
            <span class="tag bad">deleted</span>
          </>
        )}
      </>
    ),
    actions: row.deleted ? undefined : <ObjectActions seen={seen} object={object} csrf={c.get('visitor').csrf} />,
    children: (
      <div id="object" data-live="*">
        <div class="panel">
          <dl class="facts">
            {facts.map((name) => (
              <>
                <dt>{capital(name.replaceAll('_', ' '))}</dt>
                <dd>{shownValue(seen, object, name)}</dd>
              </>
            ))}
          </dl>
        </div>
        <Related seen={seen} kind={kind} id={id} />
        <EventsOf seen={seen} id={id} />
        <section class="panel">
          <details id="json">
            <summary>As the API answers it</summary>
            <Json seen={seen} value={object} />
          </details>
        </section>
      </div>
    ),
  });
}

function find(platform: Platform, c: Context<DashboardEnv>): PageAnswer {
  const { world, base } = c.get('place');
  const id = (c.req.query('id') ?? '').trim();
  const kind = kindOf(platform, world, id);
  if (kind === 'event') return c.redirect(`${base}/events/${id}`, 303);
  if (kind !== undefined) return c.redirect(`${base}/data/${kind}/${id}`, 303);
  if (id.startsWith('req_')) return c.redirect(`${base}/logs/${encodeURIComponent(id)}`, 303);
  const elsewhere = kindOf(platform, { ...world, livemode: !world.livemode }, id);
  const hint = elsewhere === undefined ? '' : ` It exists in ${world.livemode ? 'test' : 'live'} mode.`;
  const isAccount = platform.store.row(SYSTEM, 'application', id) !== undefined;
  return problemPage(c, {
    status: 404,
    title: 'There is no such object',
    text: isAccount ? `'${id}' is a client_id; see Extension.` : `Nothing has the id '${id}' in this account and mode.${hint}`,
    back: { href: `${base}/data`, label: 'Everything stored' },
  });
}

/** Every kind of object that is stored: lists and single objects, straight from the contract. */
export function dataRoutes(platform: Platform): Hono<DashboardEnv> {
  const app = new Hono<DashboardEnv>();
  app.get('/find', (c) => find(platform, c));
  app.get('/data', (c) => everything(platform, c));
  app.get('/data/:kind', (c) => list(platform, c));
  app.get('/data/:kind/:id', (c) => show(platform, c));
  return app;
}
