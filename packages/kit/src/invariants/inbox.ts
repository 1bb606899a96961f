import { NOW_MS } from '../postgres/database.ts';
import type { Setup } from '../setup.ts';
import type { World } from '../wire/stripe-api.ts';
import { counted, type Invariant } from './invariant.ts';

interface Standing extends World {
  applied: number;
  doubled: number;
  waiting: number;
  lag: number;
  aside: number;
  error: string | null;
}

/** Beyond it an event has waited too long. */
const LONGEST_LAG_MS = 60_000;

/** What waits and what was set aside is counted whole, what was applied over the last day. */
const STANDINGS = `
  select c.account, c.livemode,
    count(*) filter (where i.state = 'applied')::int as applied,
    count(*) filter (where i.state = 'applied' and i.times <> 1)::int as doubled,
    count(*) filter (where i.state = 'new')::int as waiting,
    coalesce(${NOW_MS} - min(i.received_ms) filter (where i.state = 'new'), 0)::bigint as lag,
    count(*) filter (where i.state = 'aside')::int as aside,
    max(i.error) filter (where i.state = 'aside') as error
  from annex.connections c left join annex.inbox i
    on i.account = c.account and i.livemode = c.livemode and (i.state <> 'applied' or i.received_ms > ${NOW_MS} - 86400000)
  where c.state = 'connected' and c.livemode = $1
  group by c.account, c.livemode order by min(c.connected_ms)`;

/** What the inbox alone tells, per account. */
export async function inboxInvariants(setup: Setup, livemode: boolean): Promise<Invariant[]> {
  const standings = await setup.database.query<Standing>(STANDINGS, [livemode]);
  return standings.flatMap(({ account, applied, doubled, waiting, lag, aside, error }): Invariant[] => [
    {
      ...{ name: 'applied_once', title: 'Every event is applied once, with its effects', account, livemode },
      ...{ holds: doubled === 0, kept: applied - doubled, of: applied },
      sentence:
        doubled === 0 ? `${counted(applied, 'event')} applied within a day.` : `${counted(doubled, 'event')} applied more than once.`,
    },
    {
      ...{ name: 'nothing_waits', title: 'No event waits for longer than a minute', account, livemode },
      holds: lag < LONGEST_LAG_MS,
      sentence: waiting === 0 ? 'Nothing waits.' : `${counted(waiting, 'event')} waiting, the oldest for ${Math.round(lag / 1_000)} s.`,
    },
    {
      ...{ name: 'nothing_aside', title: 'No event had to be set aside', account, livemode },
      holds: aside === 0,
      sentence:
        aside === 0 ? 'Nothing is set aside.' : `${counted(aside, 'event')} could not be applied: ${error ?? 'the reason is not known'}`,
    },
  ]);
}
