import { decimalsOf } from '@annex/money';
import { accountFigures } from '../figures/account.ts';
import { readMonths } from '../figures/months.ts';
import { type Month, type Movement, ratesOf } from '../ledger/index.ts';
import type { AccountVisit, Route } from '../web/visit.ts';
import { previewOf } from './mrr.tsx';

interface Exported {
  readonly currency: string;
  readonly months: readonly Month[];
  /** The oldest first. */
  readonly movements: readonly Pick<Movement, 'customer' | 'day' | 'kind' | 'amount' | 'after' | 'reason' | 'because' | 'reconstructed'>[];
}

const MOVEMENTS = `select customer, day, kind, amount, after, reason, because, reconstructed from lantern.counted_movements
  where account = $1 and livemode = $2 and under & $3::smallint <> 0 order by day, customer`;

/** As the account is counted, or under the preset that the address names. */
async function exported(visit: AccountVisit): Promise<Exported> {
  const { lantern, place } = visit;
  const figures = await accountFigures(lantern, place);
  const preview = previewOf(visit, figures);
  const { currency } = figures.desk;
  const shown = preview?.bit ?? figures.desk.shown;
  const months = preview === undefined ? figures.months : await readMonths(lantern.kit.database, figures.desk, { ...figures, shown });
  const movements = await lantern.kit.query<Exported['movements'][number]>(MOVEMENTS, [place.account, place.livemode, shown]);
  return { currency, months, movements };
}

/** `seats`, or `canceled: too expensive`. */
const reasonText = ({ reason, because, reconstructed }: Exported['movements'][number]): string =>
  `${reason}${because === null ? '' : `: ${because.replaceAll('_', ' ')}`}${reconstructed ? ' (reconstructed)' : ''}`;

type Cell = string | number | null;

/** Quoted where it must be; a cell that a spreadsheet would run as a formula is made text. */
const cell = (value: Cell): string => {
  if (value === null) return '';
  const text = typeof value === 'string' && /^[=+\-@\t\r]/.test(value) && !/^-?[\d.]+$/.test(value) ? `'${value}` : String(value);
  return /[",\n\r]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
};

const csv = (name: string, head: readonly string[], rows: readonly (readonly Cell[])[]): Response =>
  new Response(
    [head, ...rows]
      .map((row) => row.map(cell).join(','))
      .join('\r\n')
      .concat('\r\n'),
    {
      headers: { 'Content-Type': 'text/csv; charset=utf-8', 'Content-Disposition': `attachment; filename="${name}.csv"` },
    },
  );

/** `1234` minor units as `12.34`: exact, without a currency sign. */
const major = (minor: number, currency: string): string => {
  const decimals = decimalsOf(currency);
  const digits = String(Math.abs(minor)).padStart(decimals + 1, '0');
  return `${minor < 0 ? '-' : ''}${decimals === 0 ? digits : `${digits.slice(0, -decimals)}.${digits.slice(-decimals)}`}`;
};

function summary({ months, currency }: Exported): Response {
  const head = [
    'month',
    'currency',
    'start',
    'new',
    'reactivation',
    'expansion',
    'contraction',
    'churn',
    'exchange_rates',
    'end',
    'customers',
    'customer_churn_rate',
    'net_mrr_churn_rate',
  ];
  const rows = months.map((month) => {
    const amounts = [month.start, month.new, month.reactivation, month.expansion, month.contraction, month.churn, month.fx, month.end];
    const rates = ratesOf(month);
    const rate = (value: number | null): Cell => (value === null ? null : value.toFixed(6));
    return [
      month.month,
      currency,
      ...amounts.map((amount) => major(amount, currency)),
      month.active,
      rate(rates.customerChurn),
      rate(rates.netMrrChurn),
    ];
  });
  return csv('metrics-summary', head, rows);
}

function changes({ movements, currency }: Exported): Response {
  const rows = movements.map((movement) => [
    movement.day,
    movement.customer,
    movement.kind,
    reasonText(movement),
    currency,
    major(movement.amount, currency),
    major(movement.after, currency),
  ]);
  return csv('log-of-changes', ['day', 'customer', 'movement', 'reason', 'currency', 'change', 'mrr_after'], rows);
}

/** End-of-month MRR per subscriber: one row a customer, one column a month. */
function subscribers({ months, movements, currency }: Exported): Response {
  const byCustomer = new Map<string, Exported['movements'][number][]>();
  for (const movement of movements) {
    const own = byCustomer.get(movement.customer);
    if (own === undefined) byCustomer.set(movement.customer, [movement]);
    else own.push(movement);
  }
  const names = months.map(({ month }) => month);
  const rows = [...byCustomer].map(([customer, own]) => [
    customer,
    currency,
    ...names.map((month) => major(own.findLast(({ day }) => day.slice(0, 7) <= month)?.after ?? 0, currency)),
  ]);
  return csv('mrr-per-subscriber', ['customer', 'currency', ...names], rows);
}

const SHAPES: readonly (readonly [path: string, shape: (exported: Exported) => Response])[] = [
  ['mrr.csv', summary],
  ['movements.csv', changes],
  ['subscribers.csv', subscribers],
];

export const csvRoutes: readonly Route[] = SHAPES.map(([path, shape]) => ({
  method: 'GET',
  path: `/a/:account/:mode/${path}`,
  access: 'member',
  run: async (visit: AccountVisit) => shape(await exported(visit)),
}));
