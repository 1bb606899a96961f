import type { FC } from 'hono/jsx';
import { Live, Time } from '../design/bits.tsx';
import { Empty } from '../design/form.tsx';
import { html, Inside } from '../design/layout.tsx';
import { Money } from '../design/money.tsx';
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

const Line: FC<{ line: FeedLine; place: Place }> = ({ line, place }) => {
  const kind = FEED_KINDS[line.type];
  const more = detail(line);
  return (
    <li class={`line ${kind?.tone ?? 'plain'}`} data-event={line.type}>
      <Time ms={line.created * 1000} zone={place.timeZone} />
      <span class="what">
        {kind?.text ?? line.type}
        {line.customer !== null && <span class="who-line"> · {line.customer_name ?? line.customer}</span>}
        {more !== undefined && <span class="quiet"> · {more}</span>}
      </span>
      {line.amount !== null && line.currency !== null && <Money minor={line.amount} currency={line.currency} />}
    </li>
  );
};

export const FeedList: FC<{ lines: readonly FeedLine[]; place: Place }> = ({ lines, place }) =>
  lines.length === 0 ? (
    <Empty title="Nothing has happened since you connected">
      <p>New customers, subscriptions and payments appear here within two seconds, without a reload.</p>
    </Empty>
  ) : (
    <ol class="feed">
      {lines.map((line) => (
        <Line line={line} place={place} />
      ))}
    </ol>
  );

const PAGE = 50;

async function feed(visit: AccountVisit): Promise<Response> {
  const before = visit.url.searchParams.get('before') ?? undefined;
  const lines = await readFeed(visit.lantern.kit.database, visit.place, { limit: PAGE, ...(before !== undefined && { before }) });
  return html(
    <Inside visit={visit} title="Live feed" at="/feed" live={before === undefined}>
      <p class="lead-in">Everything that has happened on this account since it was connected, newest first.</p>
      <Live name="feed">
        <FeedList lines={lines} place={visit.place} />
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
