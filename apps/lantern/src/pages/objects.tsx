import type { Child, FC } from 'hono/jsx';
import { Id, Live, Time } from '../design/bits.tsx';
import { Csrf, Empty, Notice } from '../design/form.tsx';
import { objectText } from '../design/format.ts';
import { html, Inside } from '../design/layout.tsx';
import { type Column, Table } from '../design/table.tsx';
import { eventById, isReadObject, type ObjectEvent, objectEvents, type StoredObject, storedObject } from '../figures/objects.ts';
import type { AccountVisit, Route } from '../web/visit.ts';
import { problem } from './problem.tsx';

/** Stripe's id prefixes, for links from one object to another. */
const PREFIXES: readonly (readonly [RegExp, string])[] = [
  [/^cus_/, 'customer'],
  [/^sub_(?!sched)/, 'subscription'],
  [/^in_/, 'invoice'],
  [/^ii_/, 'invoiceitem'],
  [/^(ch|py)_/, 'charge'],
  [/^(re|pyr)_/, 'refund'],
  [/^(dp|du)_/, 'dispute'],
  [/^txn_/, 'balance_transaction'],
  [/^po_/, 'payout'],
  [/^price_/, 'price'],
  [/^prod_/, 'product'],
  [/^pm_/, 'payment_method'],
  [/^sub_sched_/, 'subscription_schedule'],
];

export const objectOfId = (id: string): string | undefined => PREFIXES.find(([prefix]) => prefix.test(id))?.[1];

/** An id that leads to its object, where Lantern reads such objects. */
export const ObjectLink: FC<{ base: string; id: string }> = ({ base, id }) => {
  const object = objectOfId(id);
  return object === undefined ? <Id id={id} /> : <Id id={id} href={`${base}/objects/${object}/${id}`} />;
};

/** A digit tells an id from a word such as `price_details`. */
const JSON_ID = /"((?:cus|sub|sub_sched|in|ii|ch|py|re|pyr|dp|du|txn|po|price|prod|pm)_(?=\w*\d)\w+)"/;

/** The object as Stripe gave it; ids in it lead on. */
export const Raw: FC<{ value: unknown; base: string }> = ({ value, base }) => (
  <section class="raw" tabindex={0} aria-label="The object as Stripe gave it">
    <pre>
      {JSON.stringify(value, null, 2)
        .split(JSON_ID)
        .map((part, n) => {
          const object = n % 2 === 1 ? objectOfId(part) : undefined;
          if (n % 2 === 0) return part;
          return object === undefined ? (
            `"${part}"`
          ) : (
            <>
              "<a href={`${base}/objects/${object}/${part}`}>{part}</a>"
            </>
          );
        })}
    </pre>
  </section>
);

const eventColumns = (base: string, zone: string): Column<ObjectEvent>[] => [
  { head: 'When', cell: ({ created }) => <Time ms={created * 1000} zone={zone} /> },
  {
    head: 'Event',
    names: true,
    cell: ({ id, type }) => (
      <>
        <a href={`${base}/events/${id}`}>{type}</a> <code class="quiet">{id}</code>
      </>
    ),
  },
  { head: 'Came by', cell: ({ source }) => (source === 'webhook' ? 'webhook' : 'the event list') },
  { head: 'State', cell: ({ state }) => state },
];

const Known: FC<{ found: StoredObject; zone: string }> = ({ found, zone }) => (
  <dl class="facts">
    <dt>State</dt>
    <dd>{found.deleted ? 'deleted at Stripe' : found.dirty ? 'in doubt, being fetched again' : 'current'}</dd>
    <dt>Certainly so at</dt>
    <dd>
      <Time ms={found.hi} zone={zone} />
    </dd>
    <dt>Last changed here</dt>
    <dd>
      <Time ms={found.changed_ms} zone={zone} />
    </dd>
  </dl>
);

/** Reads the one object again; nothing is changed at Stripe. */
const FetchAgain: FC<{ visit: AccountVisit }> = ({ visit }) => (
  <form
    method="post"
    action={`${visit.place.base}/objects/${visit.params.object}/${encodeURIComponent(visit.params.id ?? '')}/fetch`}
    class="row act"
  >
    <Csrf visit={visit} />
    <button type="submit">Fetch again from Stripe</button>
    <span class="hint">Reads this one object now and says what changed. Nothing is changed at Stripe.</span>
  </form>
);

/** What was just done about it, which is said above it. The page then does not follow what happens: it is the answer to a question. */
export interface Said {
  readonly what: Child;
  readonly status: number;
}

/** An object as the mirror has it, and its events. */
export async function objectPage(visit: AccountVisit, said?: Said): Promise<Response> {
  const { lantern, place, params } = visit;
  const { object: kind = '', id = '' } = params;
  const { database } = lantern.kit;
  const found = await storedObject(database, place, kind, id);
  const events = await objectEvents(database, place, kind, id);
  if (found === undefined && events.length === 0)
    return problem(visit, { status: 404, title: 'There is no such object', text: 'The mirror of this account does not have it.' });
  return html(
    <Inside visit={visit} title={id} at="/objects" live={said === undefined}>
      <p class="quiet">
        {objectText(kind)} · {place.name}
      </p>
      {said?.what}
      {isReadObject(kind) && <FetchAgain visit={visit} />}
      <Live name="object">
        {found === undefined ? (
          <Notice kind="warn">The mirror does not have it (any more). These events were about it.</Notice>
        ) : (
          <>
            <Known found={found} zone={place.timeZone} />
            {kind === 'customer' && (
              <p>
                <a href={`${place.base}/customers/${id}`}>This customer’s timeline</a>
              </p>
            )}
            <Raw value={found.data} base={place.base} />
          </>
        )}
        <section aria-labelledby="events">
          <h2 id="events">Events about it</h2>
          {events.length === 0 ? (
            <Empty title="No events yet">
              <p>It was read when the history was imported, and has not changed since.</p>
            </Empty>
          ) : (
            <Table caption="Events about it" columns={eventColumns(place.base, place.timeZone)} rows={events} />
          )}
        </section>
      </Live>
    </Inside>,
    said?.status,
  );
}

async function event(visit: AccountVisit): Promise<Response> {
  const { lantern, place, params } = visit;
  const found = await eventById(lantern.kit.database, place, params.id ?? '');
  if (found === undefined)
    return problem(visit, {
      status: 404,
      title: 'There is no such event',
      text: 'Events older than twice the days they are kept are forgotten.',
    });
  return html(
    <Inside visit={visit} title={found.type} at="/objects" live={false}>
      <dl class="facts">
        <dt>Event</dt>
        <dd>
          <Id id={found.id} />
        </dd>
        <dt>Happened</dt>
        <dd>
          <Time ms={found.created * 1000} zone={place.timeZone} />
        </dd>
        <dt>Received</dt>
        <dd>
          <Time ms={found.received_ms} zone={place.timeZone} /> by {found.source === 'webhook' ? 'webhook' : 'the event list'}
        </dd>
        <dt>About</dt>
        <dd>
          <Id id={found.object_id} href={`${place.base}/objects/${found.object}/${found.object_id}`} />
        </dd>
      </dl>
      {found.body === null ? (
        <Notice>Its body is no longer kept. The object’s own page has its present state.</Notice>
      ) : (
        <Raw value={found.body} base={place.base} />
      )}
    </Inside>,
  );
}

export const objectsRoutes: readonly Route[] = [
  { method: 'GET', path: '/a/:account/:mode/objects/:object/:id', access: 'member', run: (visit) => objectPage(visit) },
  { method: 'GET', path: '/a/:account/:mode/events/:id', access: 'member', run: event },
];
