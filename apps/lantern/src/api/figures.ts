import { isMonth } from '../design/months.ts';
import { accountFigures } from '../figures/account.ts';
import { bookOf, countingOf } from '../figures/books.ts';
import { NO_COUNTRY } from '../figures/customer-choices.ts';
import { toPlain } from '../figures/desk.ts';
import { customerLines, customerTotals, SORTS, type Sort, STATUSES, type Status } from '../figures/find-customers.ts';
import { readMonths } from '../figures/months.ts';
import { isKind, KIND_TEXT, movementLines } from '../figures/movements.ts';
import { metricsOf } from '../figures/rates-of-month.ts';
import { originKey } from '../history/compose.ts';
import { readHistories } from '../history/read.ts';
import { PRESETS, presetOf } from '../ledger/index.ts';
import { type ApiCall, ApiError, type ApiRoute, notThere, numberIn } from './route.ts';

const oneOf = <T extends string>(query: URLSearchParams, name: string, choices: readonly T[], standard: T): T => {
  const asked = query.get(name) ?? standard;
  const found = choices.find((choice) => choice === asked);
  if (found === undefined) throw new ApiError(400, `${name} must be one of ${choices.join(', ')}, not ‘${asked}’.`, name);
  return found;
};

const textIn = (query: URLSearchParams, name: string): string => (query.get(name) ?? '').trim().slice(0, 200);

const figures: ApiRoute = {
  path: '/figures',
  sentence: 'Where the account stands: MRR, customers, and the metrics of the present and the last whole month.',
  answers:
    '`{currency, time_zone, rules, as_of_ms, mrr, arr, active, committed_mrr, month: {…}, last_month: {…}, unconverted, tax_unknown_customers}`',
  run: async ({ lantern, place }) => {
    const { desk, months, trials, now, nowMs } = await accountFigures(lantern, place);
    const month = months.at(-1);
    return {
      ...{
        currency: desk.currency,
        time_zone: desk.timeZone,
        rules: { preset: desk.preset?.id ?? null, ...toPlain(desk.rules) },
        as_of_ms: nowMs,
      },
      ...{ mrr: month?.end ?? 0, arr: (month?.end ?? 0) * 12, active: month?.active ?? 0, committed_mrr: (month?.end ?? 0) - now.ending },
      month: month === undefined ? null : { month: month.month, ...metricsOf(months) },
      last_month: months.length < 2 ? null : { month: months.at(-2)!.month, ...metricsOf(months, months.length - 2), trials },
      ...{ unconverted: now.unconverted, tax_unknown_customers: now.taxUnknown, being_counted_again: now.stale },
    };
  },
};

const RULES_QUERY = `One of ${PRESETS.map(({ id }) => `\`${id}\``).join(', ')}: look at the account under these rules; as it is counted unless told.`;

async function monthsUnder({ lantern, place, query }: ApiCall) {
  const known = await accountFigures(lantern, place);
  const asked = query.get('rules');
  if (asked === null) return { currency: known.desk.currency, rules: known.desk.preset?.id ?? null, months: known.months };
  const preset = presetOf(asked);
  if (preset === undefined)
    throw new ApiError(400, `rules must be one of ${PRESETS.map(({ id }) => id).join(', ')}, not ‘${asked}’.`, 'rules');
  const months = await readMonths(lantern.kit.database, known.desk, { ...known, shown: preset.bit });
  return { currency: known.desk.currency, rules: preset.id, months };
}

const months: ApiRoute = {
  path: '/months',
  sentence: 'The roll-forward, month by month: start and movements add up to the end. Losses are negative.',
  query: { rules: RULES_QUERY },
  answers: '`{currency, rules, data: [{month, start, new, reactivation, expansion, contraction, churn, fx, end, active, …}]}`',
  run: async (call) => {
    const { months: data, ...rest } = await monthsUnder(call);
    return { ...rest, data };
  },
};

const movements: ApiRoute = {
  path: '/movements',
  sentence: 'What customers’ MRR did, one line per customer and day, newest first.',
  query: {
    month: 'Only this month, written like `2026-03`.',
    kind: `Only this kind: ${Object.keys(KIND_TEXT)
      .map((kind) => `\`${kind}\``)
      .join(', ')}.`,
    customer: 'Only this customer.',
    after: 'Only what comes after this line in the order of the list: its day and customer, as `2026-03-31,cus_…`.',
    limit: 'How many at most, up to 1000; 100 unless told.',
  },
  answers: '`{currency, data: [{customer, name, day, kind, amount, before, after, reason, because, reconstructed}]}`',
  run: async ({ lantern, place, query }) => {
    const { desk } = await accountFigures(lantern, place);
    const [month, kind, customer] = [query.get('month'), query.get('kind'), query.get('customer')];
    if (month !== null && !isMonth(month)) throw new ApiError(400, `month must be written like 2026-03, not ‘${month}’.`, 'month');
    if (kind !== null && !isKind(kind))
      throw new ApiError(400, `kind must be one of ${Object.keys(KIND_TEXT).join(', ')}, not ‘${kind}’.`, 'kind');
    const [day, lastCustomer] = (query.get('after') ?? '').split(',');
    return {
      currency: desk.currency,
      data: await movementLines(lantern.kit.database, place, {
        limit: numberIn(query, 'limit', { standard: 100, most: 1000 }),
        ...(month !== null && { month }),
        ...(kind !== null && { kind }),
        ...(customer !== null && { customer }),
        ...(day !== undefined && lastCustomer !== undefined && { after: { day, customer: lastCustomer } }),
      }),
    };
  },
};

const customers: ApiRoute = {
  path: '/customers',
  sentence: 'Customers with where they stand.',
  query: {
    status: `${Object.keys(STATUSES)
      .map((one) => `\`${one}\``)
      .join(', ')}; \`all\` unless told.`,
    sort: `${Object.keys(SORTS)
      .map((one) => `\`${one}\``)
      .join(', ')}; \`mrr\` unless told.`,
    search: 'Part of a name or an address, or an id.',
    plan: 'The id of a price or a product: who has it now; of customers with no running subscription, who had it.',
    country: `The country of the customer’s address, such as \`DE\`; \`${NO_COUNTRY}\`: not known.`,
    page: 'Which page, from 1.',
    limit: 'How many on a page, up to 500; 100 unless told.',
  },
  answers:
    '`{currency, customers, mrr, data: [{id, name, email, country, mrr, ending, ends_at, first_day, last_day, plans, former_plans}]}`',
  run: async ({ lantern, place, query }) => {
    const { desk } = await accountFigures(lantern, place);
    const limit = numberIn(query, 'limit', { standard: 100, most: 500 });
    const filter = {
      status: oneOf(query, 'status', Object.keys(STATUSES) as Status[], 'all'),
      sort: oneOf(query, 'sort', Object.keys(SORTS) as Sort[], 'mrr'),
      search: textIn(query, 'search'),
      plan: textIn(query, 'plan'),
      country: textIn(query, 'country'),
      offset: (numberIn(query, 'page', { standard: 1, most: 1_000_000 }) - 1) * limit,
      limit,
    };
    const { database } = lantern.kit;
    return {
      currency: desk.currency,
      ...(await customerTotals(database, place, filter)),
      data: await customerLines(database, place, filter),
    };
  },
};

const customer: ApiRoute = {
  path: '/customers/:customer',
  sentence: 'One customer: its movements, the ledger rows behind them, and where each is known from.',
  answers: '`{customer, currency, mrr, movements: […], ledger: [{subscription, item, at, before, mrr, reason, tax_unknown, known_from}]}`',
  run: async ({ lantern, place, params }) => {
    const id = params.customer ?? '';
    const [history] = await readHistories(lantern.kit.database, place, [id]);
    if (history!.present.length === 0 && history!.events.length === 0) throw notThere('customer with a subscription');
    const { desk, rates, nowMs } = await accountFigures(lantern, place);
    const book = bookOf(history!, desk.rules, countingOf(desk, rates, Math.floor(nowMs / 1000)));
    return {
      ...{ customer: id, currency: desk.currency, mrr: book.mrr, movements: book.movements.map(({ rows: _, ...movement }) => movement) },
      ledger: book.rows.map((row) => ({ ...row, known_from: book.origins.get(originKey(row)) ?? { kind: 'time' } })),
    };
  },
};

export const figureRoutes: readonly ApiRoute[] = [figures, months, movements, customers, customer];
