import { type NetShare, netOf, netShare } from '@annex/money';
import type { MirrorInvoiceLine, MirrorItem, SeenItem } from '../ledger/index.ts';
import { cutAt, type Seen } from './cut.ts';

/*
 * MRR is without tax. Where a price includes it, the API says how much on the lines of invoices, and nowhere else: from the beginning of
 * what a line bills, the item is counted without the share of tax that the line shows, until a line shows another one. What lies before
 * the first line is counted like the first line. All of it depends on which lines stand in the mirror, never on when they came.
 */

/** What of an item's amount is left without tax, from an instant on (seconds). */
interface Share {
  readonly at: number;
  readonly left: NetShare;
}

interface Billed extends NetShare {
  readonly at: number;
  readonly made: number;
}

const includesTax = (price: MirrorInvoiceLine['price'] | SeenItem['price']): boolean => price?.tax_behavior === 'inclusive';
const isMetered = (price: MirrorInvoiceLine['price']): boolean => price?.recurring.usage_type === 'metered';

/** A line may not say which item it bills (prorations do not): then it is the one with its price. */
const isOf = ({ subscription_item: id, price }: MirrorInvoiceLine, item: SeenItem): boolean =>
  id === null ? price !== undefined && price.id === (item.price as MirrorItem['price']).id : id === item.id;

/** Usage is billed when its period is over, everything else when it begins. */
function billedBy({ price, start, made, amount, taxed }: MirrorInvoiceLine): Billed {
  const { net, gross } = taxed ?? { net: amount, gross: amount };
  return { at: isMetered(price) ? made : start, made, net, gross };
}

/**
 * The lines that tell of an item's tax. Of a price that includes tax, those that show it; of another one, which a rate may tax from
 * within, all of them as soon as one shows it: there a line without says that nothing is included any more. Lines of the other kind of
 * price tell nothing. A proration says the same of a smaller amount, so it counts only where nothing else does.
 */
function tellingLines(lines: readonly MirrorInvoiceLine[], item: SeenItem): readonly MirrorInvoiceLine[] {
  const within = includesTax(item.price);
  const own = lines.filter((line) => isOf(line, item) && includesTax(line.price) === within && billedBy(line).net > 0);
  const shows = own.filter(({ taxed }) => taxed !== undefined);
  const telling = within || shows.length === 0 ? shows : own;
  const whole = telling.filter(({ proration }) => !proration);
  return whole.length > 0 ? whole : telling;
}

const inOrder = (a: Billed, b: Billed): number => a.at - b.at || a.made - b.made || a.gross - b.gross || a.net - b.net;

/** A share stands for as long as it explains what is billed, to the cent: other amounts of the same rate are no change. */
function sharesOf(lines: readonly MirrorInvoiceLine[], item: SeenItem): readonly Share[] {
  const billed = tellingLines(lines, item).map(billedBy).sort(inOrder);
  const shares: Share[] = [];
  billed.forEach(({ at, gross, net }, n) => {
    const standing = shares.at(-1);
    // Of what is billed from one instant on, the newest and largest tells.
    if (billed[n + 1]?.at === at || (standing !== undefined && netOf(gross, standing.left) === net)) return;
    shares.push({ at, left: netShare(gross, net) });
  });
  return shares;
}

/** Puts into the items of one subscription what is left of them without the tax that they include, where its invoices (`lines`) show it. */
export function withoutIncludedTax(line: readonly Seen[], lines: readonly MirrorInvoiceLine[] = []): readonly Seen[] {
  if (!lines.some(({ taxed }) => taxed !== undefined)) return line;
  const known = new Map<string, readonly Share[]>();
  const of = (item: SeenItem): readonly Share[] => {
    const key = `${item.id} ${(item.price as MirrorItem['price']).id} ${includesTax(item.price)}`;
    const shares = known.get(key) ?? sharesOf(lines, item);
    known.set(key, shares);
    return shares;
  };
  return cutAt(line, {
    instants: (item) => of(item).map(({ at }) => at),
    itemAt(item, at) {
      const shares = of(item);
      const { left } = shares.findLast((share) => share.at <= at) ?? shares[0] ?? {};
      return left === undefined ? item : { ...item, without_tax: left };
    },
  });
}
