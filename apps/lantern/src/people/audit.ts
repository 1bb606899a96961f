import type { Query } from '@annex/kit';

/** What is written down, and how it reads after the name of who did it. One line each. */
export const ACTIONS = {
  connected: 'connected the account',
  connected_again: 'connected the account again',
  disconnected: 'disconnected the account',
  revoked: 'revoked Lantern’s access',
  erased: 'erased the account’s data',
  import_moved: 'changed the import',
  alerts_changed: 'changed the alerts',
  key_made: 'made an API key',
  key_revoked: 'revoked an API key',
  counting_changed: 'changed how the account is counted',
  checkout_begun: 'went to choose a plan',
  checkout_done: 'chose a plan',
  invoice_paid: 'paid an invoice of Lantern',
  portal_opened: 'opened the billing portal',
  checked: 'compared the mirror with Stripe',
  fetched_again: 'had an object fetched again from Stripe',
  retried: 'had the events that were set aside tried again',
  invited: 'invited somebody',
  invitation_withdrawn: 'withdrew an invitation',
  joined: 'joined by invitation',
  role_changed: 'changed a role',
  member_removed: 'removed a member',
  left: 'left the account',
  password_changed: 'changed their own password',
} as const;

export type Action = keyof typeof ACTIONS;

export interface Entry {
  readonly account: string;
  readonly livemode?: boolean;
  readonly nowMs: number;
  readonly person?: string;
  readonly actor: string;
  readonly action: Action;
  readonly facts?: Readonly<Record<string, unknown>>;
}

export async function writeDown(on: Query, entry: Entry): Promise<void> {
  await on.query(
    'insert into lantern.audit (account, livemode, at_ms, person, actor, action, facts) values ($1, $2, $3, $4, $5, $6, $7::jsonb)',
    [
      ...[entry.account, entry.livemode ?? null, entry.nowMs, entry.person ?? null],
      ...[entry.actor, entry.action, JSON.stringify(entry.facts ?? {})],
    ],
  );
}

export interface AuditLine {
  readonly id: number;
  readonly livemode: boolean | null;
  readonly at_ms: number;
  readonly actor: string;
  readonly action: Action;
  readonly facts: Readonly<Record<string, unknown>>;
}

export function readAudit(on: Query, account: string, limit: number): Promise<AuditLine[]> {
  return on.query<AuditLine>(
    'select id, livemode, at_ms, actor, action, facts from lantern.audit where account = $1 order by at_ms desc, id desc limit $2',
    [account, limit],
  );
}
