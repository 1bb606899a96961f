import type { Setup } from '../setup.ts';
import { counted, type Invariant } from './invariant.ts';

/** An event that our endpoint answered with 2xx, as the other side saw it. */
export interface Acknowledged {
  readonly event: string;
  readonly account: string;
  readonly livemode: boolean;
  /** Milliseconds. */
  readonly at: number;
}

/** What was acknowledged in the moment of connecting may have come too early to be kept. */
const MOMENT_MS = 1_000;

/** Which of them are not there, though their account was connected then, and still is. */
const MISSING = `
  select a.event, i.id is not null as stored
  from jsonb_to_recordset($1::jsonb) as a(event text, account text, livemode boolean, at bigint)
  join annex.connections c on c.account = a.account and c.livemode = a.livemode and c.state = 'connected' and c.connected_ms < a.at - ${MOMENT_MS}
  left join annex.inbox i on i.account = a.account and i.livemode = a.livemode and i.id = a.event`;

/** Whether what was acknowledged is stored: the platform says what it was answered, and the inbox is asked for it. */
export function acknowledgedCheck(setup: Setup): { add(given: readonly Acknowledged[]): Promise<void>; invariant(): Invariant } {
  let kept = 0;
  let missing: Acknowledged[] = [];
  return {
    async add(given) {
      const asked = [...missing, ...given];
      if (asked.length === 0) return;
      const found = await setup.database.query<{ event: string; stored: boolean }>(MISSING, [JSON.stringify(asked)]);
      kept += found.filter(({ stored }) => stored).length;
      const absent = new Set(found.filter(({ stored }) => !stored).map(({ event }) => event));
      missing = asked.filter(({ event }) => absent.has(event));
    },
    invariant: () => ({
      ...{ name: 'acknowledged_is_stored', title: 'What was acknowledged is stored' },
      ...(kept + missing.length > 0 && { holds: missing.length === 0, kept, of: kept + missing.length }),
      sentence:
        missing.length > 0
          ? `Answered with 2xx and not stored: ${missing
              .slice(0, 3)
              .map(({ event }) => event)
              .join(', ')}.`
          : kept === 0
            ? 'No webhook was acknowledged since this process began.'
            : `${counted(kept, 'webhook')} acknowledged since this process began.`,
    }),
  };
}
