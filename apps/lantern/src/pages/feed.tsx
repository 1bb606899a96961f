import type { FC } from 'hono/jsx';
import { Live, Time } from '../design/bits.tsx';
import { Empty } from '../design/form.tsx';
import { html, Inside } from '../design/layout.tsx';
import { Money } from '../design/money.tsx';
import { KindTag } from '../design/movement.tsx';
import { deskOf } from '../figures/desk.ts';
import { type FeedLine, readFeed } from '../live/feed.ts';
import { FEED_KINDS } from '../live/kinds.ts';
import type { Place } from '../web/place.ts';
import type { AccountVisit, Route } from '../web/visit.ts';

/** What a subscription's change was, as far as the event tells. */
const detail = ({ type, facts }: FeedLine): string | undefined => {
  if (!type.startsWith('customer.subscription.')) return undefined;
  if (type.endsWith('.deleted')) return undefined;
  if (facts.cancel_at_period_end === true) return 'will end at the end of its period';
  return typeof facts.status === 'string' ? facts.status.replaceAll('_', ' ') : undefined;
};

const Line: FC<{ line: FeedLine; place: Place; currency: string }> = ({ line, place, currency }) => {
  const kind = FEED_KINDS[line.type];
  const more = detail(line);
  return (
    <li class={`line ${kind?.tone ?? 'plain'}`} data-event={line.type}>
      <Time ms={line.created * 1000} zone={place.timeZone} />
      <span class="what">
        {kind?.text ?? line.type}
        {line.customer !== null && (
          <>
            {' · '}
            <a href={`${place.base}/customers/${line.customer}`}>{line.customer_name ?? line.customer}</a>
          </>
        )}
        {more !== undefined && <span class="quiet"> · {more}</span>}
        {line.moved !== null && line.kind !== null && (
          <span class="moved">
            <KindTag kind={line.kind} /> <Money minor={line.moved} currency={currency} signed /> <span class="quiet">MRR</span>
          </span>
        )}
      </span>
      {line.amount !== null && line.currency !== null && <Money minor={line.amount} currency={line.currency} />}
    </li>
  );
};

export const FeedList: FC<{ lines: readonly FeedLine[]; place: Place; currency: string }> = ({ lines, place, currency }) =>
  lines.length === 0 ? (
    <Empty title="Nothing has happened since you connected">
      <p>New customers, subscriptions and payments appear here within two seconds, without a reload.</p>
    </Empty>
  ) : (
    <ol class="feed">
      {lines.map((line) => (
        <Line line={line} place={place} currency={currency} />
      ))}
    </ol>
  );

const PAGE = 50;

async function feed(visit: AccountVisit): Promise<Response> {
  const before = visit.url.searchParams.get('before') ?? undefined;
  const { database } = visit.lantern.kit;
  const desk = await deskOf(database, visit.place);
  const lines = await readFeed(database, visit.place, { limit: PAGE, timeZone: desk.timeZone, ...(before !== undefined && { before }) });
  return html(
    <Inside visit={visit} title="Live feed" at="/feed" live={before === undefined}>
      <p class="lead-in">Everything that has happened on this account since it was connected, newest first.</p>
      <Live name="feed">
        <FeedList lines={lines} place={visit.place} currency={desk.currency} />
        {lines.length === PAGE && (
          <p>
            <a href={`?before=${encodeURIComponent(lines.at(-1)!.event)}`}>Older</a>
          </p>
        )}
      </Live>
    </Inside>,
  );
}

export const feedRoutes: readonly Route[] = [{ method: 'GET', path: '/a/:account/:mode/feed', access: 'member', run: feed }];
