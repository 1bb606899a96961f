import type { CountedDiscounts } from '@annex/money';

/** Every choice that honest people make differently. All figures are derived, so a change takes effect at once. */
export interface Rules {
  /** Which discounts are subtracted. */
  readonly discounts: CountedDiscounts;
  /** Days after which a past-due subscription no longer counts; null: only when Stripe moves it. */
  readonly pastDueDays: number | null;
  /** Whether an end counts when it comes, or when it is asked for. */
  readonly cancellation: 'at_end' | 'at_request';
  /** Whether a subscription whose collection is paused (void, uncollectible) counts. */
  readonly paused: 'zero' | 'count';
  /** Whether metered items count: nothing, or what their last closed period was invoiced at, from that invoice on. */
  readonly metered: 'none' | 'invoiced';
  /** A living subscription that costs nothing any more: its customer is gone, or has come down. */
  readonly free: 'churn' | 'contraction';
  /** Customers that are new and gone within one month: in both columns, or in none. */
  readonly sameMonth: 'show' | 'hide';
  /**
   * Of whom the customers who left are a share: of those there when the month began, or, over the thirty days to its end, of those
   * there when they began and the new ones. Moves no MRR.
   */
  readonly churnRate: 'of_start' | 'of_start_and_new';
}

const all = new Set(['forever', 'repeating', 'once'] as const);

export const PLAIN: Rules = {
  discounts: new Set(['forever', 'repeating'] as const),
  pastDueDays: null,
  cancellation: 'at_end',
  paused: 'zero',
  metered: 'none',
  free: 'churn',
  sameMonth: 'show',
  churnRate: 'of_start',
};

export interface Preset {
  readonly id: string;
  /** Which bit of stored books is its own (`under`). Never given to another. */
  readonly bit: number;
  readonly name: string;
  /** What it is; never that it equals anybody's figures. */
  readonly sentence: string;
  readonly rules: Rules;
}

const approximates = (peer: string): string => `Approximates ${peer}'s published rules as of 2026-11.`;

export const PRESETS: readonly Preset[] = [
  { id: 'plain', bit: 1, name: 'Plain', sentence: 'Lantern’s own definitions.', rules: PLAIN },
  {
    id: 'stripe',
    bit: 2,
    name: 'Like Stripe',
    sentence: approximates('Stripe'),
    rules: { ...PLAIN, discounts: new Set(['forever'] as const), cancellation: 'at_request', churnRate: 'of_start_and_new' },
  },
  {
    id: 'chartmogul',
    bit: 4,
    name: 'Like ChartMogul',
    sentence: approximates('ChartMogul'),
    rules: { ...PLAIN, discounts: all, paused: 'count', free: 'contraction' },
  },
  {
    id: 'baremetrics',
    bit: 8,
    name: 'Like Baremetrics',
    sentence: approximates('Baremetrics'),
    rules: { ...PLAIN, discounts: all, pastDueDays: 30 },
  },
  {
    id: 'profitwell',
    bit: 16,
    name: 'Like ProfitWell',
    sentence: approximates('ProfitWell'),
    rules: { ...PLAIN, discounts: all, sameMonth: 'hide' },
  },
];

/** The bit of an account's own rules, beside those of the presets. */
export const OWN_BIT = 32;

export const presetOf = (id: string): Preset | undefined => PRESETS.find((preset) => preset.id === id);
