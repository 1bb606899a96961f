import type { FC } from 'hono/jsx';
import { Bar, Count, Live, Tile, Tiles } from '../design/bits.tsx';
import { clockText, countText } from '../design/format.ts';
import { html, Inside } from '../design/layout.tsx';
import { Money } from '../design/money.tsx';
import { chosenLedger } from '../figures/chosen.ts';
import { mrrNow } from '../figures/mrr-now.ts';
import { type Counts, readCounts } from '../figures/now.ts';
import { readFeed } from '../live/feed.ts';
import type { AccountVisit, Route } from '../web/visit.ts';
import { FeedList } from './feed.tsx';
import { isOver } from './import.tsx';
import { MrrCharts } from './mrr.tsx';

const Volume: FC<{ counts: Counts }> = ({ counts }) =>
  counts.volume.length === 0 ? (
    <>none in the last 30 days</>
  ) : (
    <>
      {counts.volume.map(({ currency, amount }, n) => (
        <>
          {n > 0 && ', '}
          <Money minor={amount} currency={currency} />
        </>
      ))}{' '}
      in 30 days
    </>
  );

async function overview(visit: AccountVisit): Promise<Response> {
  const { lantern, place } = visit;
  const { database } = lantern.kit;
  const progress = await lantern.kit.progress(place.account, place.livemode);
  const counts = await readCounts(database, place, lantern.now());
  const mrr = await mrrNow(database, place);
  const chosen = await chosenLedger(visit);
  const lines = await readFeed(database, place, { limit: 8 });
  const loading = progress !== undefined && !isOver(progress);
  return html(
    <Inside visit={visit} title="Overview" at="" {...(loading && { refresh: 3 })}>
      <Live name="loading">
        {loading && (
          <div class="notice">
            <p>
              History is still loading, so these figures settle as it does. <a href={`${place.base}/import`}>Follow the import</a>
            </p>
            <Bar fraction={progress.fraction} label="Progress of the import" />
          </div>
        )}
      </Live>
      <Live name="figures">
        <Tiles>
          <Tile label="MRR now" name="mrr" note={mrr.others.length === 0 ? undefined : <Others mrr={mrr} />}>
            <Money minor={mrr.amount} currency={mrr.currency} />
          </Tile>
          <Tile label="Customers" name="customers">
            <Count n={counts.customers} />
          </Tile>
          <Tile
            label="Active subscriptions"
            name="subscriptions"
            note={counts.trials > 0 ? `and ${countText(counts.trials)} on trial` : undefined}
          >
            <Count n={counts.subscriptions} />
          </Tile>
          <Tile label="Payments" name="payments" note={<Volume counts={counts} />}>
            <Count n={counts.payments} />
          </Tile>
        </Tiles>
        <p class="quiet">As of {clockText(lantern.now(), place.timeZone)}</p>
      </Live>
      {chosen.ledger.months.length > 1 && (
        <Live name="history">
          <MrrCharts chosen={chosen} base={place.base} />
        </Live>
      )}
      <section aria-labelledby="latest">
        <h2 id="latest">Latest</h2>
        <Live name="feed">
          <FeedList lines={lines} place={place} />
        </Live>
        <p>
          <a href={`${place.base}/feed`}>The whole feed</a>
        </p>
      </section>
    </Inside>,
  );
}

const Others: FC<{ mrr: Awaited<ReturnType<typeof mrrNow>> }> = ({ mrr }) => (
  <>
    and{' '}
    {mrr.others.map(({ currency, amount }, n) => (
      <>
        {n > 0 && ', '}
        <Money minor={amount} currency={currency} />
      </>
    ))}
  </>
);

export const overviewRoutes: readonly Route[] = [{ method: 'GET', path: '/a/:account/:mode', access: 'member', run: overview }];
