import { cashCurrencies, readCash } from '../figures/cash.ts';
import { type FailedKind, failedInvoices } from '../figures/failed.ts';
import { readCounts } from '../figures/now.ts';
import { standingOf } from '../health/standing.ts';
import { readFeed } from '../live/feed.ts';
import { figureRoutes } from './figures.ts';
import { ApiError, type ApiRoute, numberIn } from './route.ts';

const account: ApiRoute = {
  path: '/account',
  sentence: 'The account that the key belongs to, and how current its data is.',
  answers:
    '`{account, livemode, name, currency, time_zone, events_waiting, lag_ms, customers, subscriptions, trials, payments_in_30_days}`',
  run: async ({ lantern, place }) => {
    const { database } = lantern.kit;
    const standing = await standingOf(database, place, lantern.now());
    const { customers, subscriptions, trials, payments } = await readCounts(database, place, lantern.now());
    return {
      ...{ account: place.account, livemode: place.livemode, name: place.name, currency: place.currency, time_zone: place.timeZone },
      ...{ events_waiting: standing.waiting, lag_ms: standing.lag_ms, customers, subscriptions, trials, payments_in_30_days: payments },
    };
  },
};

const cash: ApiRoute = {
  path: '/cash',
  sentence: 'Cash flow by month, from every balance transaction. Amounts in minor units; money in is positive.',
  query: { currency: 'Three small letters; the account’s own unless told.' },
  answers: '`{currency, data: [{month, gross, refunds, disputes, fees, other, net, payouts, transactions}]}`',
  run: async ({ lantern, place, query }) => {
    const currency = query.get('currency') ?? place.currency;
    if (query.has('currency') && !(await cashCurrencies(lantern.kit.database, place)).includes(currency))
      throw new ApiError(400, `No money moved in ‘${currency}’.`, 'currency');
    return { currency, data: await readCash(lantern.kit.database, place, currency) };
  },
};

const KINDS: readonly FailedKind[] = ['open', 'recovered', 'lost'];

const failed: ApiRoute = {
  path: '/failed_payments',
  sentence: 'Invoices whose payment failed at least once, newest first.',
  query: { kind: '`open`, `recovered` or `lost`; `open` unless told.', limit: 'How many at most, up to 500; 100 unless told.' },
  answers: '`{kind, data: [{id, number, customer, currency, due, open, attempts, status, next_attempt, paid_at}]}`',
  run: async ({ lantern, place, query }) => {
    const asked = query.get('kind') ?? 'open';
    const kind = KINDS.find((one) => one === asked);
    if (kind === undefined) throw new ApiError(400, `kind must be one of ${KINDS.join(', ')}, not ‘${asked}’.`, 'kind');
    return { kind, data: await failedInvoices(lantern.kit.database, place, kind, numberIn(query, 'limit', { standard: 100, most: 500 })) };
  },
};

const feed: ApiRoute = {
  path: '/feed',
  sentence: 'What happened on the account since it was connected, newest first.',
  query: { limit: 'How many at most, up to 500; 50 unless told.', before: 'Only what is older than this event.' },
  answers: '`{data: [{event, type, created, object, object_id, customer, amount, currency}]}`',
  run: async ({ lantern, place, query }) => {
    const before = query.get('before');
    const limit = numberIn(query, 'limit', { standard: 50, most: 500 });
    return { data: await readFeed(lantern.kit.database, place, { limit, timeZone: place.timeZone, ...(before !== null && { before }) }) };
  },
};

/** Everything the API has. One line each. */
export const apiRoutes: readonly ApiRoute[] = [account, ...figureRoutes, cash, failed, feed];
