import { Chance } from '../chance.ts';
import type { Exchange } from '../http/exchange.ts';
import type { DeliveryRecord } from '../webhooks/records.ts';
import { KINDS, type Target } from './kinds.ts';
import type { Recipe, Rule } from './recipe.ts';

/** A rule at work: how often it was asked, how often it struck. */
interface Running {
  readonly rule: Rule;
  readonly chance: Chance;
  seen: number;
  hits: number;
  /** What is left of a burst. */
  burst: number;
}

/** What is to happen to a delivery. Times in milliseconds of real time. */
export interface DeliveryFate {
  readonly drop: boolean;
  readonly holdMs: number;
  readonly duplicates: number;
}

/** What is to happen to a request. */
export interface RequestFate {
  readonly refuse?: { readonly status: number; readonly reason: string; readonly shouldRetry: boolean | undefined };
  readonly error?: 'before' | 'after';
  /** Never answered: closed after so many milliseconds. */
  readonly timeoutMs?: number;
  readonly slowMs?: number;
  /** A list is read as it was so many milliseconds ago. */
  readonly staleMs?: number;
}

/** A fate in a word, for the log; nothing where the request was spared. */
export function faultWord(fate: RequestFate): string | undefined {
  if (fate.refuse !== undefined) return 'rate_limit';
  if (fate.error !== undefined) return 'error';
  if (fate.timeoutMs !== undefined) return 'timeout';
  if (fate.staleMs !== undefined) return 'stale_list';
  return fate.slowMs === undefined ? undefined : 'slow';
}

const UNTOUCHED: DeliveryFate = { drop: false, holdMs: 0, duplicates: 0 };

const typeFits = (wanted: string, type: string): boolean =>
  wanted.endsWith('.*') ? type.startsWith(wanted.slice(0, -1)) : wanted === type;

/** A number that a rule says, or its standard. */
const word = (rule: Rule, name: string, standard: number): number => (typeof rule[name] === 'number' ? (rule[name] as number) : standard);

const betweenMs = (running: Running, from: number, to: number): number => Math.round((from + (to - from) * running.chance.next()) * 1000);

/**
 * What goes wrong, decided by seeded chance: each rule draws from a sequence of its own, once for each delivery or request
 * in its scope, so that the same recipe meets the same sequence of cases in the same way.
 */
export class Faults {
  private recipe: Recipe = { seed: 42, rules: [] };
  private running: Running[] = [];
  private readonly listeners: (() => void)[] = [];

  /** Whether any rule is at work; requests and deliveries ask nothing else when it is not. */
  get active(): boolean {
    return this.running.length > 0;
  }

  set(recipe: Recipe): void {
    this.recipe = recipe;
    this.running = recipe.rules.map((rule, index) => ({
      rule,
      chance: new Chance(recipe.seed * 1009 + index),
      seen: 0,
      hits: 0,
      burst: 0,
    }));
    for (const listener of this.listeners) listener();
  }

  clear(): void {
    this.set({ seed: this.recipe.seed, rules: [] });
  }

  /** Called when other rules apply. */
  onChanged(listener: () => void): void {
    this.listeners.push(listener);
  }

  get state(): { seed: number; rules: (Rule & { seen: number; hits: number })[] } {
    return { seed: this.recipe.seed, rules: this.running.map(({ rule, seen, hits }) => ({ ...rule, seen, hits })) };
  }

  /** Seconds that told times are ahead of the truth. */
  get skew(): number {
    let seconds = 0;
    for (const { rule } of this.running) if (rule.fault === 'clock_skew') seconds += word(rule, 'seconds', 60);
    return seconds;
  }

  /** How far behind, in milliseconds, the stalest list may be. */
  get stalestMs(): number {
    return Math.max(0, ...this.running.filter(({ rule }) => rule.fault === 'stale_list').map(({ rule }) => word(rule, 'behind', 2) * 1000));
  }

  delivery(delivery: DeliveryRecord): DeliveryFate {
    let fate = UNTOUCHED;
    for (const running of this.about('delivery')) {
      const { rule } = running;
      const scope = { account: delivery.account, livemode: delivery.livemode, endpoint: delivery.endpoint };
      if (!inScope(rule, scope) || (rule.type !== undefined && !typeFits(rule.type, delivery.type)) || !strikes(running)) continue;
      if (rule.fault === 'drop') fate = { ...fate, drop: true };
      if (rule.fault === 'duplicate') fate = { ...fate, duplicates: fate.duplicates + word(rule, 'times', 1) };
      if (rule.fault === 'delay') fate = { ...fate, holdMs: fate.holdMs + betweenMs(running, word(rule, 'from', 0), word(rule, 'to', 60)) };
      if (rule.fault === 'reorder') fate = { ...fate, holdMs: fate.holdMs + betweenMs(running, 0, word(rule, 'window', 5)) };
    }
    return fate;
  }

  request(exchange: Exchange): RequestFate {
    let fate: RequestFate = {};
    const { world } = exchange.caller!;
    const scope = { account: world.account, livemode: world.livemode, operation: exchange.op?.key, method: exchange.method };
    for (const running of this.about('request')) {
      const { rule } = running;
      const isList = exchange.op?.method === 'GET' && exchange.op.resultIsList;
      if (!inScope(rule, scope) || (rule.fault === 'stale_list' && !isList) || !strikes(running)) continue;
      fate = { ...fate, ...fateBy(running) };
    }
    return fate;
  }

  private about(target: Target): readonly Running[] {
    return this.running.filter(({ rule }) => KINDS[rule.fault].on === target);
  }
}

function inScope(rule: Rule, scope: Readonly<Record<string, unknown>>): boolean {
  for (const name of Object.keys(scope)) if (rule[name] !== undefined && rule[name] !== scope[name]) return false;
  return true;
}

/** Whether the rule strikes this time. A burst that has begun goes on without a draw. */
function strikes(running: Running): boolean {
  const { rule } = running;
  running.seen += 1;
  if (running.burst > 0) {
    running.burst -= 1;
    running.hits += 1;
    return true;
  }
  if (rule.count !== undefined && running.hits >= rule.count) return false;
  if (!running.chance.happens(rule.share ?? 1)) return false;
  running.hits += 1;
  if (rule.fault === 'rate_limit') running.burst = word(rule, 'length', 5) - 1;
  return true;
}

function fateBy(running: Running): RequestFate {
  const { rule } = running;
  if (rule.fault === 'error') return { error: rule.when === 'before' ? 'before' : 'after' };
  if (rule.fault === 'timeout') return { timeoutMs: word(rule, 'for', 100) * 1000 };
  if (rule.fault === 'stale_list') return { staleMs: word(rule, 'behind', 2) * 1000 };
  if (rule.fault === 'slow') {
    const from = word(rule, 'from', 1);
    return { slowMs: betweenMs(running, from, word(rule, 'to', from)) };
  }
  const shouldRetry = typeof rule.should_retry === 'boolean' ? rule.should_retry : undefined;
  return {
    refuse: { status: word(rule, 'status', 429), reason: typeof rule.reason === 'string' ? rule.reason : 'global-rate', shouldRetry },
  };
}
