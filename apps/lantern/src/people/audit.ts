import type { Query } from '@annex/kit';

/** What is written down, and how it reads. One line each. */
export const ACTIONS = {
  connected: 'connected the account',
  connected_again: 'connected the account again',
  disconnected: 'disconnected the account',
  revoked: 'revoked Lantern’s access on Stripe',
  erased: 'erased the account’s data',
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
      entry.account,
      entry.livemode ?? null,
      entry.nowMs,
      entry.person ?? null,
      entry.actor,
      entry.action,
      JSON.stringify(entry.facts ?? {}),
    ],
  );
}
