/**
 * Whether an account may use the extension, and why. `granted` decides; the reason is for people:
 *
 * - `not_charged`   the extension has no plans: everybody may
 * - `unknown`       our own account is still being read: nobody is locked out for what we do not know
 * - `trial`         nothing bought yet, and the trial runs until `until_ms`
 * - `subscribed`    paid for, or in the trial of a subscription that has a card
 * - `ending`        paid for until `until_ms`, and then it ends
 * - `past_due`      a payment failed; grace until `until_ms`
 * - `trial_over`    locked: the trial ended and nothing was bought
 * - `unpaid`        locked: the grace is over, or Stripe has given up
 * - `ended`         locked: the subscription ended
 */
export type Reason = 'not_charged' | 'unknown' | 'trial' | 'subscribed' | 'ending' | 'past_due' | 'trial_over' | 'unpaid' | 'ended';

export interface Entitlement {
  readonly granted: boolean;
  readonly reason: Reason;
  /** For the person, without dates and amounts. */
  readonly sentence: string;
  /** Key of the plan bought; null where none is, or where it is none of ours. */
  readonly plan: string | null;
  /** When this changes by itself. */
  readonly until_ms: number | null;
  /** The instant it was judged at: what is left until `until_ms` is counted from here, not from another clock. */
  readonly judged_ms: number;
  /** `sub_…` on our own account that decides, if any. */
  readonly subscription: string | null;
}

/** A subscription on our own account, as far as it matters here. Seconds, as Stripe gives them. */
export interface OwnSubscription {
  readonly id: string;
  readonly status: string;
  readonly created: number;
  readonly trial_end: number | null;
  readonly cancel_at: number | null;
  readonly period_end: number | null;
  readonly cancel_at_period_end: boolean;
  readonly plan: string | null;
  /** Since when an invoice of it is open after a failed attempt. */
  readonly unpaid_since: number | null;
}

/** All that is known about one account as our customer. */
export interface Facts {
  readonly trial_ends_ms: number;
  readonly subscriptions: readonly OwnSubscription[];
}

const SENTENCES: Readonly<Record<Reason, string>> = {
  not_charged: 'Nothing is charged.',
  unknown: 'It is not known yet what was bought. Nothing is locked meanwhile.',
  trial: 'The free trial runs.',
  subscribed: 'The subscription runs.',
  ending: 'The subscription was canceled and runs until its end.',
  past_due: 'The last payment failed. Please update the card.',
  trial_over: 'The free trial is over. Choose a plan to go on.',
  unpaid: 'The last payment failed and the time to make up for it is over. Pay the open invoice to go on.',
  ended: 'The subscription has ended. Choose a plan to go on.',
};

const LOCKED: ReadonlySet<Reason> = new Set(['trial_over', 'unpaid', 'ended']);
const DAY_MS = 86_400_000;

interface Verdict {
  readonly reason: Reason;
  readonly until_ms?: number | null;
  readonly by?: OwnSubscription;
}

export const entitled = ({ reason, until_ms = null, by }: Verdict, judged_ms: number): Entitlement => ({
  granted: !LOCKED.has(reason),
  reason,
  sentence: SENTENCES[reason],
  plan: by?.plan ?? null,
  until_ms,
  judged_ms,
  subscription: by?.id ?? null,
});

/** How one subscription alone would decide. */
function verdictOf(by: OwnSubscription, nowMs: number, graceDays: number): Verdict {
  const { status } = by;
  if (status === 'active' || status === 'trialing') {
    // The portal sets one or the other: `cancel_at` in flexible billing mode, `cancel_at_period_end` in classic mode.
    const end = by.cancel_at ?? (by.cancel_at_period_end ? (by.period_end ?? by.trial_end) : null);
    return end === null ? { reason: 'subscribed', by } : { reason: 'ending', until_ms: end * 1000, by };
  }
  if (status === 'past_due') {
    const since = by.unpaid_since ?? by.period_end ?? by.created;
    const until_ms = since * 1000 + graceDays * DAY_MS;
    return nowMs < until_ms ? { reason: 'past_due', until_ms, by } : { reason: 'unpaid', by };
  }
  if (status === 'unpaid' || status === 'paused') return { reason: 'unpaid', by };
  return { reason: 'ended', by };
}

/** What is better for the customer goes first. */
const ORDER: readonly Reason[] = ['subscribed', 'ending', 'past_due', 'trial', 'unpaid', 'ended', 'trial_over'];

/**
 * The question itself: a pure function of what our own account says and of the time, so that the order in which things were learned
 * cannot matter. `incomplete` subscriptions never began and decide nothing.
 */
export function judge(facts: Facts, nowMs: number, graceDays: number): Entitlement {
  const begun = facts.subscriptions.filter(({ status }) => status !== 'incomplete' && status !== 'incomplete_expired');
  const verdicts: Verdict[] = begun.map((one) => verdictOf(one, nowMs, graceDays));
  // Whoever has bought once has used the trial up: canceling does not bring it back.
  if (begun.length === 0)
    verdicts.push(nowMs < facts.trial_ends_ms ? { reason: 'trial', until_ms: facts.trial_ends_ms } : { reason: 'trial_over' });
  const newest = (verdict: Verdict): number => verdict.by?.created ?? 0;
  const [best] = verdicts.sort(
    (a, b) => ORDER.indexOf(a.reason) - ORDER.indexOf(b.reason) || newest(b) - newest(a) || ((a.by?.id ?? '') < (b.by?.id ?? '') ? -1 : 1),
  );
  return entitled(best!, nowMs);
}
