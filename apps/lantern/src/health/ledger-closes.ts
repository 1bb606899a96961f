import type { OwnInvariant } from '@annex/kit';
import { accountFigures } from '../figures/account.ts';
import type { Lantern } from '../lantern.ts';
import { placeOf } from '../web/place.ts';

const BOOKS = `
  select coalesce(sum(mrr), 0)::bigint as mrr, count(*) filter (where not currencies <@ array[$3::text])::int as foreign
  from lantern.books where account = $1 and livemode = $2`;

/**
 * Two things that are stored apart come to the same: what moved in each month, added up, and where each customer stands. Where all of it
 * is in the reporting currency there may be no rest; in several currencies the rest is exchange, and only that every month is held.
 */
export const ledgerCloses = (lantern: () => Lantern): OwnInvariant => ({
  name: 'ledger_closes',
  title: 'The ledger closes',
  async look({ account, livemode }, on) {
    const place = await placeOf(on, account, livemode ? 'live' : 'test');
    const { months, desk, now } = await accountFigures(lantern(), place);
    if (now.stale > 0) return { sentence: 'Books are being made again.' };
    const [books] = await on.query<{ mrr: number; foreign: number }>(BOOKS, [account, livemode, desk.currency]);
    const alone = books!.foreign === 0;
    const open = months.filter(({ start, fx }, at) => start !== (months[at - 1]?.end ?? 0) || (alone && fx !== 0));
    const rest = alone ? (months.at(-1)?.end ?? 0) - books!.mrr : 0;
    const about = { holds: open.length === 0 && rest === 0, kept: months.length - open.length, of: months.length };
    if (open.length > 0) return { ...about, sentence: `Start, movements and end do not add up in ${open[0]!.month}.` };
    if (rest !== 0)
      return { ...about, sentence: `The months end ${rest} apart from what the customers come to (${desk.currency}, smallest unit).` };
    return {
      ...about,
      sentence: alone
        ? 'Start + movements = end in every month, and the last end is what all customers come to.'
        : 'Every month begins where the one before ended; exchange is a line of its own.',
    };
  },
});
