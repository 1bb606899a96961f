import type { Effect, Query } from '@annex/kit';
import type { FeedObject } from '../live/kinds.ts';
import { ALERT_KINDS } from './kinds.ts';

export const ALERTS_TABLE = 'lantern.alerts';

export interface Alert {
  readonly account: string;
  readonly livemode: boolean;
  /** Names the cause: told again with the same id, it is not sent again. */
  readonly id: string;
  readonly kind: string;
  /** Seconds. */
  readonly created: number;
  readonly facts: Readonly<Record<string, unknown>>;
}

/** Puts an alert into the queue of every address that wants its kind. */
export async function enqueue(on: Query, alert: Alert): Promise<void> {
  const { account, livemode, id, kind, created, facts } = alert;
  const body = { id, type: kind, created, account, livemode, data: facts };
  await on.query(
    `insert into lantern.alerts (account, livemode, id, url_id, kind, body, created_ms, due_ms)
     select u.account, u.livemode, $3, u.id, $4, $5::jsonb, $6::bigint * 1000, 0 from lantern.alert_urls u
     where u.account = $1 and u.livemode = $2 and $4 = any(u.kinds) on conflict do nothing`,
    [account, livemode, id, kind, JSON.stringify(body), created],
  );
}

function factsOf(object: FeedObject): Record<string, unknown> {
  const { id, customer, amount, amount_due, currency, status, reason, attempt_count } = object;
  return { object: object.object, id, customer, amount: amount ?? amount_due, currency, status, reason, attempt_count };
}

const tell =
  (kind: string): Effect =>
  async (event, tx) => {
    if (event.data === null) return;
    const { account, livemode, created } = event;
    await enqueue(tx, { account, livemode, id: `alert_${event.id}`, kind, created, facts: factsOf(JSON.parse(event.data) as FeedObject) });
  };

/** Alerts that follow from one event, told in its transaction: exactly once. */
export const alertEffects: Readonly<Record<string, Effect>> = Object.fromEntries(
  ALERT_KINDS.flatMap(({ name, event }) => (event === undefined ? [] : [[event, tell(name)]])),
);

/** How long after an attempt the next one comes; after the last, Lantern gives up. Seconds. */
const WAITS = [10, 60, 300, 1_800, 7_200, 28_800, 86_400];
const LEASE_MS = 60_000;

export interface Due {
  readonly account: string;
  readonly livemode: boolean;
  readonly id: string;
  readonly url_id: string;
  readonly url: string;
  readonly secret_version: number;
  readonly body: Readonly<Record<string, unknown>>;
  readonly attempts: number;
}

/** Claims alerts that are due; whoever claimed them and dies leaves them due again after the lease. */
export async function claimDue(on: Query, nowMs: number, limit: number): Promise<Due[]> {
  return on.query<Due>(
    `update lantern.alerts a set due_ms = $1::bigint + ${LEASE_MS}
     from (select account, livemode, url_id, id from lantern.alerts where state = 'new' and due_ms <= $1::bigint
       order by due_ms limit $2 for update skip locked) d, lantern.alert_urls u
     where a.account = d.account and a.livemode = d.livemode and a.url_id = d.url_id and a.id = d.id
       and u.account = a.account and u.livemode = a.livemode and u.id = a.url_id
     returning a.account, a.livemode, a.id, a.url_id, u.url, u.secret_version, a.body, a.attempts`,
    [nowMs, limit],
  );
}

export async function settle(on: Query, due: Due, { ok, answer, nowMs }: { ok: boolean; answer: string; nowMs: number }): Promise<void> {
  const wait = WAITS[due.attempts];
  const state = ok ? 'sent' : wait === undefined ? 'gave_up' : 'new';
  await on.query(
    `update lantern.alerts set attempts = attempts + 1, state = $5, answer = $6, sent_ms = case when $5 = 'sent' then $7::bigint end,
       due_ms = $7::bigint + $8::bigint where account = $1 and livemode = $2 and url_id = $3 and id = $4`,
    [due.account, due.livemode, due.url_id, due.id, state, answer.slice(0, 200), nowMs, (wait ?? 0) * 1000],
  );
}

export interface SentAlert {
  readonly id: string;
  readonly url_id: string;
  readonly kind: string;
  readonly created_ms: number;
  readonly attempts: number;
  readonly state: 'new' | 'sent' | 'gave_up';
  readonly answer: string | null;
}

export function recentAlerts(on: Query, { account, livemode }: { account: string; livemode: boolean }): Promise<SentAlert[]> {
  return on.query<SentAlert>(
    `select id, url_id, kind, created_ms, attempts, state, answer from lantern.alerts
     where account = $1 and livemode = $2 order by created_ms desc, id limit 50`,
    [account, livemode],
  );
}
