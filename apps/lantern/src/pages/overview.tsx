import type { FC } from 'hono/jsx';
import { Count, CountOf, Live, Tile, Tiles } from '../design/bits.tsx';
import { Empty, Notice } from '../design/form.tsx';
import { clockText, countText, percentText } from '../design/format.ts';
import { html, Inside } from '../design/layout.tsx';
import { isLoading, Loading } from '../design/loading.tsx';
import { Money } from '../design/money.tsx';
import { moneyText } from '../design/money-text.ts';
import { monthText } from '../design/months.ts';
import { type Column, Table } from '../design/table.tsx';
import { UnknownTax } from '../design/unknown-tax.tsx';
import { type AccountFigures, accountFigures } from '../figures/account.ts';
import { type Counts, countsOf } from '../figures/now.ts';
import { forecasts, type Metrics, metricsOf } from '../figures/rates-of-month.ts';
import { readFeed } from '../live/feed.ts';
import type { Place } from '../web/place.ts';
import type { AccountVisit, Route } from '../web/visit.ts';
import { FeedList } from './feed.tsx';
import { MrrCharts } from './mrr-charts.tsx';

const share = (value: number | null): string => percentText(value ?? undefined);

const Change: FC<{ metrics: Metrics | undefined }> = ({ metrics }) => {
  if (metrics === undefined || metrics.growth === null) return <>no month to compare with yet</>;
  const sign = metrics.growth >= 0 ? '+' : '−';
  return (
    <>
      <span class={metrics.growth >= 0 ? 'up' : 'down'}>
        {sign}
        {percentText(Math.abs(metrics.growth))}
      </span>{' '}
      this month
    </>
  );
};

const Headline: FC<{ figures: AccountFigures; base: string }> = ({ figures, base }) => {
  const { desk, months, now } = figures;
  const { currency } = desk;
  const month = months.at(-1);
  const metrics = metricsOf(months);
  const here = month === undefined ? base : `${base}/movements/${month.month}`;
  return (
    <Tiles>
      <Tile label="MRR now" name="mrr" href={`${base}/customers?sort=mrr`} note={<Change metrics={metrics} />}>
        <Money minor={month?.end ?? 0} currency={currency} />
      </Tile>
      <Tile label="Net new MRR this month" name="net-new" href={here} note="new + expansion − contraction − churn">
        <Money minor={metrics?.netNew ?? 0} currency={currency} signed />
      </Tile>
      <Tile
        label="Paying customers"
        name="active"
        href={`${base}/customers?status=active`}
        note={month === undefined ? undefined : `${countText(month.activeAtStart)} when the month began`}
      >
        <Count n={month?.active ?? 0} />
      </Tile>
      <Tile
        label="Committed MRR"
        name="committed"
        href={`${base}/customers?status=ending`}
        note={
          now.endingCustomers === 0
            ? 'nobody is about to leave'
            : now.endingCustomers === 1
              ? '1 customer is about to leave'
              : `${countText(now.endingCustomers)} customers are about to leave`
        }
      >
        <Money minor={(month?.end ?? 0) - now.ending} currency={currency} />
      </Tile>
    </Tiles>
  );
};

const Ratios: FC<{ figures: AccountFigures; base: string }> = ({ figures, base }) => {
  const { months, desk, trials, told: at } = figures;
  const [month, metrics] = [months[at], metricsOf(months, at)];
  if (month === undefined || metrics === undefined) return null;
  const money = (minor: number | null): string => (minor === null ? '–' : moneyText(Math.round(minor), desk.currency));
  const here = `${base}/movements/${month.month}`;
  return (
    <section aria-labelledby="ratios">
      <h2 id="ratios">{monthText(month.month)}, the last whole month</h2>
      <Tiles>
        <Tile
          label="Customer churn"
          name="customer-churn"
          href={`${here}?kind=churn`}
          note={
            desk.rules.churnRate === 'of_start'
              ? `left ÷ there at the start${metrics.earlyChurn > 0 ? `; ${countText(metrics.earlyChurn)} more came and left` : ''}`
              : 'left ÷ there and new, in 30 days to its end'
          }
        >
          {share(metrics.customerChurn)}
        </Tile>
        <Tile label="Net revenue retention" name="nrr" href={here} note="of those there at the start">
          {share(metrics.netRetention)}
        </Tile>
        <Tile label="Gross MRR churn" name="gross-churn" href={here} note="churn and contraction ÷ MRR at the start">
          {share(metrics.grossChurn)}
        </Tile>
        <Tile label="Quick ratio" name="quick-ratio" href={here} note="gained ÷ lost">
          {metrics.quickRatio === null ? 'no losses' : metrics.quickRatio.toFixed(1)}
        </Tile>
        <Tile label="ARPU" name="arpu" note="MRR ÷ paying customers">
          {money(metrics.arpu)}
        </Tile>
        {trials.ended > 0 && (
          <Tile
            label="Trial conversion"
            name="trial-conversion"
            note={`${countText(trials.converted)} of ${countText(trials.ended)} trials that ended`}
          >
            {share(trials.converted / trials.ended)}
          </Tile>
        )}
        <Tile label="Lifetime value" name="ltv" note="ARPU ÷ churn of three months">
          {metrics.ltv === null ? 'not enough churn' : money(metrics.ltv)}
        </Tile>
      </Tiles>
    </section>
  );
};

const Volume: FC<{ counts: Counts }> = ({ counts }) =>
  counts.volume.length === 0 ? (
    <>no money came in</>
  ) : (
    counts.volume.map(({ currency, amount }, n) => (
      <>
        {n > 0 && ', '}
        <Money minor={amount} currency={currency} />
      </>
    ))
  );

const CountTiles: FC<{ counts: Counts; base: string }> = ({ counts, base }) => (
  <Tiles>
    <Tile label="Customers" name="customers" href={`${base}/customers`}>
      <Count n={counts.customers} />
    </Tile>
    <Tile
      label="Active subscriptions"
      name="subscriptions"
      href={`${base}/customers?status=active`}
      note={counts.trials > 0 ? `and ${countText(counts.trials)} on trial` : undefined}
    >
      <Count n={counts.subscriptions} />
    </Tile>
    <Tile label="Payments in 30 days" name="payments" href={`${base}/cash`} note={<Volume counts={counts} />}>
      <Count n={counts.payments} />
    </Tile>
  </Tiles>
);

/** So many are counted again in the blink of an eye; a notice would only flicker. */
const FEW = 10;

const Caveats: FC<{ figures: AccountFigures; place: Place }> = ({ figures, place: { base, history } }) => {
  const { now, desk } = figures;
  return (
    <>
      {now.unconverted.length > 0 && (
        <Notice kind="warn">
          Not in these figures, because no exchange rate is known:{' '}
          {now.unconverted.map(({ currency, amount }, n) => (
            <>
              {n > 0 && ', '}
              <Money minor={amount} currency={currency} />
            </>
          ))}{' '}
          a month. <a href={`${base}/settings#rates`}>Set a rate</a>
        </Notice>
      )}
      <UnknownTax customers={now.taxUnknown} base={base} />
      {now.stale <= FEW && history === 'done' && !desk.settled && (
        <Notice>Your whole history is here and is being counted; figures settle in a moment.</Notice>
      )}
      {now.stale > FEW && (
        <Notice>
          <CountOf n={now.stale} one="customer is" many="customers are" /> being counted again; figures settle in a moment.
        </Notice>
      )}
    </>
  );
};

const Forecasts: FC<{ figures: AccountFigures }> = ({ figures }) => {
  const made = forecasts(figures.months);
  if (made.length === 0) return null;
  const { currency } = figures.desk;
  return (
    <section aria-labelledby="forecast">
      <h2 id="forecast">If it goes on like this</h2>
      <p class="quiet">Estimates, each with its formula. They know nothing that you do not.</p>
      <Table
        phone="cards"
        caption="Forecasts of MRR"
        columns={[
          {
            ...{ head: 'Method', names: true },
            cell: ({ name, formula }) => (
              <>
                {name}
                <span class="reason">{formula}</span>
              </>
            ),
          },
          ...made[0]!.after.map(
            ({ months }, n): Column<(typeof made)[number]> => ({
              ...{ head: `in ${months} ${months === 1 ? 'month' : 'months'}`, number: true },
              cell: ({ after }) => <Money minor={after[n]!.mrr} currency={currency} />,
            }),
          ),
        ]}
        rows={made}
      />
    </section>
  );
};

async function overview(visit: AccountVisit): Promise<Response> {
  const { lantern, place } = visit;
  const { database } = lantern.kit;
  const [progress, figures] = await Promise.all([lantern.kit.progress(place.account, place.livemode), accountFigures(lantern, place)]);
  const [counts, lines] = await Promise.all([
    countsOf(lantern, place, figures.nowMs),
    readFeed(database, place, { limit: 8, timeZone: figures.desk.timeZone }),
  ]);
  const { base } = place;
  const rules = figures.desk.preset?.name ?? 'Your own';
  return html(
    <Inside
      visit={visit}
      title="Overview"
      at=""
      {...(isLoading(place) && { refresh: 3 })}
      aside={
        <>
          <span class="quiet">Rules:</span> <a href={`${base}/settings#rules`}>{rules}</a> ·{' '}
          <a href={`${base}/why`}>Why do others differ?</a>
        </>
      }
    >
      <Live name="loading">
        <Loading place={place} fraction={progress?.fraction} />
        <Caveats figures={figures} place={place} />
      </Live>
      <Live name="figures">
        <Headline figures={figures} base={base} />
        {figures.months.length === 0 ? (
          <Empty title="No subscription has paid yet">
            <p>As soon as one does, its monthly recurring revenue appears here.</p>
          </Empty>
        ) : (
          <MrrCharts months={figures.months} currency={figures.desk.currency} href={(month) => `${base}/movements/${month}`} />
        )}
        <CountTiles counts={counts} base={base} />
        <p class="quiet">
          As of {clockText(figures.nowMs, figures.desk.timeZone)}, {figures.desk.timeZone}
          {figures.now.reconstructed && ' · what happened before the account was connected is read off its invoices'}
        </p>
      </Live>
      <Live name="ratios">
        <Ratios figures={figures} base={base} />
      </Live>
      <section aria-labelledby="latest">
        <h2 id="latest">Latest</h2>
        <Live name="feed">
          <FeedList lines={lines} place={place} currency={figures.desk.currency} />
        </Live>
        <p class="below">
          <a href={`${base}/feed`}>The whole feed</a>
        </p>
      </section>
      <Live name="forecast">
        <Forecasts figures={figures} />
      </Live>
    </Inside>,
  );
}

export const overviewRoutes: readonly Route[] = [{ method: 'GET', path: '/a/:account/:mode', access: 'member', run: overview }];
