import { churnOf, type Month, ratesOf } from '../ledger/index.ts';

/** What is said of a month beside its roll-forward. Shares as fractions; null where they are undefined. */
export interface Metrics {
  readonly arr: number;
  readonly netNew: number;
  readonly growth: number | null;
  readonly customerChurn: number | null;
  readonly grossChurn: number | null;
  readonly netChurn: number | null;
  readonly grossRetention: number | null;
  readonly netRetention: number | null;
  /** Customers who came and left within the month: not in its rates. */
  readonly earlyChurn: number;
  /** Null: nothing was lost. */
  readonly quickRatio: number | null;
  readonly arpu: number | null;
  /** ARPU ÷ customer churn over three months; null where nobody left. */
  readonly ltv: number | null;
}

const complement = (share: number | null): number | null => (share === null ? null : 1 - share);

/** Customers lost in the last three months, as a share per month of those who were there. */
function trailingChurn(months: readonly Month[], at: number): number | null {
  const shares = months.slice(Math.max(0, at - 2), at + 1).map((month) => churnOf(month));
  const there = shares.reduce((sum, [, those]) => sum + those, 0);
  return there === 0 ? null : shares.reduce((sum, [left]) => sum + left, 0) / there;
}

export function metricsOf(months: readonly Month[], at = months.length - 1): Metrics | undefined {
  const month = months[at];
  if (month === undefined) return undefined;
  const rates = ratesOf(month);
  const churn = trailingChurn(months, at);
  return {
    arr: month.end * 12,
    netNew: month.end - month.start,
    growth: month.start === 0 ? null : (month.end - month.start) / month.start,
    customerChurn: rates.customerChurn,
    earlyChurn: month.churnedCustomers - month.lostFromStart.churned,
    grossChurn: rates.grossMrrChurn,
    netChurn: rates.netMrrChurn,
    grossRetention: complement(rates.grossMrrChurn),
    netRetention: complement(rates.netMrrChurn),
    quickRatio: rates.quickRatio,
    arpu: rates.arpu,
    ltv: churn === null || churn === 0 || rates.arpu === null ? null : rates.arpu / churn,
  };
}

export interface Forecast {
  readonly name: string;
  readonly formula: string;
  /** MRR after one, three, six and twelve months. */
  readonly after: readonly { readonly months: number; readonly mrr: number }[];
}

const AHEAD = [1, 3, 6, 12];

/** Three ways to go on from here; estimates, and told as such. Needs three whole months. */
export function forecasts(months: readonly Month[]): Forecast[] {
  const whole = months.slice(0, -1);
  const last = months.at(-1);
  if (whole.length < 3 || last === undefined) return [];
  const recent = whole.slice(-6);
  const mean = (values: readonly number[]): number => values.reduce((sum, value) => sum + value, 0) / values.length;
  const netNew = mean(recent.map(({ start, end }) => end - start));
  const first = recent[0]!;
  const growth = first.start > 0 ? (recent.at(-1)!.end / first.start) ** (1 / recent.length) - 1 : undefined;
  const gained = mean(recent.map((month) => month.new + month.reactivation));
  const rated = recent.filter(({ start }) => start > 0);
  const lost =
    rated.length === 0 ? 0 : mean(rated.map(({ start, lostFromStart: lose }) => -(lose.churn + lose.contraction + lose.expansion) / start));
  const run = (name: string, formula: string, step: (mrr: number) => number): Forecast => ({
    ...{ name, formula },
    after: AHEAD.map((n) => {
      let mrr = last.end;
      for (let month = 0; month < n; month++) mrr = Math.max(0, step(mrr));
      return { months: n, mrr: Math.round(mrr) };
    }),
  });
  return [
    run('The same every month', 'MRR + mean net new MRR of the last six months', (mrr) => mrr + netNew),
    ...(growth === undefined ? [] : [run('The same growth', 'MRR × mean growth of the last six months', (mrr) => mrr * (1 + growth))]),
    run('What comes, less what goes', 'MRR × (1 − mean net churn) + mean new MRR', (mrr) => mrr * (1 - lost) + gained),
  ];
}
