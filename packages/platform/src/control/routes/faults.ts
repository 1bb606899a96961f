import { KINDS } from '../../faults/kinds.ts';
import { type AccountRate, type Limits, STRIPES_LIMITS } from '../../faults/rate.ts';
import { type Rule, readRecipe } from '../../faults/recipe.ts';
import type { ControlRoute } from '../route.ts';

export interface ShownFaults {
  readonly seed: number;
  readonly rules: readonly (Rule & { readonly seen: number; readonly hits: number })[];
}

const ANSWERS = '`{seed, rules: [{fault, …, seen, hits}]}`';

const faults: ControlRoute<Record<never, never>, ShownFaults & { kinds: { fault: string; sentence: string }[] }> = {
  method: 'GET',
  path: '/faults',
  sentence: 'The recipe at work: each rule, how often it was asked and how often it struck; and what there is to choose from.',
  shape: {},
  answers: `${ANSWERS.slice(0, -2)}, kinds: [{fault, sentence}]}\``,
  run: ({ platform }) => ({
    ...platform.faults.state,
    kinds: Object.entries(KINDS).map(([fault, { sentence }]) => ({ fault, sentence })),
  }),
};

export interface GivenRecipe {
  seed?: number;
  rules?: readonly unknown[];
  yaml?: string;
}

const setFaults: ControlRoute<GivenRecipe, ShownFaults> = {
  method: 'POST',
  path: '/faults',
  sentence: 'Makes things go wrong from now on, as a recipe says; replaces the one before. The same seed strikes in the same order.',
  shape: {
    seed: { type: 'number', sentence: 'Where chance begins; 42 unless told.' },
    rules: { type: 'list', sentence: 'Rules such as `{"fault": "duplicate", "share": 0.2}`; the kinds are listed below.' },
    yaml: { type: 'string', sentence: 'The whole recipe as the text of a YAML file, instead of seed and rules.' },
  },
  answers: ANSWERS,
  run: ({ platform }, recipe) => {
    platform.faults.set(readRecipe(recipe));
    return platform.faults.state;
  },
};

const clearFaults: ControlRoute<Record<never, never>, ShownFaults> = {
  method: 'DELETE',
  path: '/faults',
  sentence: 'Nothing goes wrong any more. Deliveries that are being held still come.',
  shape: {},
  answers: ANSWERS,
  run: ({ platform }) => {
    platform.faults.clear();
    return platform.faults.state;
  },
};

export interface ShownRates {
  readonly limits: Limits | null;
  readonly accounts: readonly AccountRate[];
}

const RATES = '`{limits, accounts: [{account, livemode, requests, peak, refused, operations: [{operation, requests, peak}]}]}`';

const rateLimits: ControlRoute<Record<never, never>, ShownRates> = {
  method: 'GET',
  path: '/rate_limits',
  sentence: 'How many requests each account made in the fullest second so far, altogether and per operation.',
  shape: {},
  answers: RATES,
  run: ({ platform }) => ({ limits: platform.rates.limits ?? null, accounts: platform.rates.rates() }),
};

const setRateLimits: ControlRoute<Partial<Limits>, ShownRates> = {
  method: 'POST',
  path: '/rate_limits',
  sentence: "Begins to count requests afresh, and refuses what exceeds the limits: Stripe's own unless told.",
  shape: {
    test: { type: 'number', sentence: 'Requests per window on test data of an account; 25 unless told.' },
    live: { type: 'number', sentence: 'Requests per window on live data of an account; 100 unless told.' },
    endpoint: { type: 'number', sentence: 'Requests per window of one operation of an account; 25 unless told.' },
    window: { type: 'number', sentence: 'The window in milliseconds; 1000 unless told.' },
    enforce: { type: 'boolean', sentence: 'false counts only, and refuses nothing.' },
  },
  answers: RATES,
  run: ({ platform }, given) => {
    platform.rates.set({ ...STRIPES_LIMITS, ...given });
    return { limits: platform.rates.limits ?? null, accounts: [] };
  },
};

const clearRateLimits: ControlRoute<Record<never, never>, ShownRates> = {
  method: 'DELETE',
  path: '/rate_limits',
  sentence: 'Neither counts nor refuses any more. This is how the platform starts.',
  shape: {},
  answers: RATES,
  run: ({ platform }) => {
    platform.rates.set(undefined);
    return { limits: null, accounts: [] };
  },
};

export const faultRoutes = { faults, setFaults, clearFaults, rateLimits, setRateLimits, clearRateLimits };
