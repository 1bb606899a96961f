import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { ledgerOf, type MirrorInvoiceLine } from '../ledger/index.ts';
import { compactOf } from './compact.ts';
import { type CustomerHistory, composeHistory } from './compose.ts';

const day = (text: string): number => Date.parse(`${text}T09:00:00Z`) / 1000;

interface Priced {
  readonly id?: string;
  readonly unit: number;
  readonly every?: 'month' | 'year';
  readonly includes?: boolean;
  readonly usage?: 'licensed' | 'metered';
}

const price = ({ id = 'price_1', unit, every = 'month', includes = true, usage = 'licensed' }: Priced) => ({
  ...{ id, product: 'prod_1', unit_amount_decimal: String(unit), tax_behavior: includes ? 'inclusive' : 'unspecified' },
  recurring: { interval: every, interval_count: 1, usage_type: usage },
});

const stateOf = (priced: Priced, quantity = 1) =>
  compactOf({
    ...{ id: 'sub_1', customer: 'cus_1', currency: 'eur', status: 'active', created: day('2026-01-05') },
    items: { data: [{ id: 'si_1', quantity, price: price(priced) }] },
  });

/** The states of one subscription by day, as events told them. */
const events = (states: Readonly<Record<string, ReturnType<typeof stateOf>>>) =>
  Object.entries(states).map(([date, state], n) => ({
    ...{ event: `evt_${n}`, subscription: 'sub_1', at: day(date), after: JSON.stringify(state), before: null },
    type: `customer.subscription.${n === 0 ? 'created' : 'updated'}`,
  }));

interface Line {
  readonly start: string;
  readonly gross: number;
  /** Where it shows included tax. */
  readonly net?: number;
  readonly of: Priced;
  readonly item?: string | null;
  readonly made?: string;
  readonly proration?: boolean;
}

const line = ({ start, gross, net, of, item = 'si_1', made = start, proration = false }: Line): MirrorInvoiceLine => ({
  ...{ subscription_item: item, price: compactOf({ items: { data: [{ price: price(of) }] } }).items.data[0]!.price, quantity: 1 },
  ...{ start: day(start), end: day(start) + 30 * 86_400, amount: gross, proration, made: day(made) },
  ...(net !== undefined && { taxed: { net, gross } }),
});

const history = (told: ReturnType<typeof events>, lines: readonly MirrorInvoiceLine[]): CustomerHistory => ({
  ...{ customer: 'cus_1', present: [], events: told, lines: new Map([['sub_1', lines]]), usage: new Map(), tries: new Map() },
  ...{ discounts: [], prices: new Map() },
});

const rowsOf = (told: ReturnType<typeof events>, lines: readonly Line[]) =>
  ledgerOf(composeHistory(history(told, lines.map(line))).observations).rows.map(({ at, mrr, reason, tax_unknown: unknown }) => [
    new Date(at * 1000).toISOString().slice(0, 10),
    mrr,
    reason,
    ...(unknown ? ['unknown'] : []),
  ]);

const TEN: Priced = { unit: 1_190 };

describe('tax that a price includes', () => {
  test('is no MRR: of €11.90 with 19 % on its invoice, €10.00 counts', () => {
    expect(rowsOf(events({ '2026-01-05': stateOf(TEN) }), [{ start: '2026-01-05', gross: 1_190, net: 1_000, of: TEN }])).toEqual([
      ['2026-01-05', 1_000, 'new subscription'],
    ]);
  });

  test('is not known while no invoice has shown it: the price counts, and the row says so', () => {
    expect(rowsOf(events({ '2026-01-05': stateOf(TEN) }), [])).toEqual([['2026-01-05', 1_190, 'new subscription', 'unknown']]);
  });

  test('before the first invoice that shows it, is what that one shows', () => {
    const told = events({ '2026-01-05': stateOf(TEN) });
    expect(rowsOf(told, [{ start: '2026-02-05', gross: 1_190, net: 1_000, of: TEN }])).toEqual([['2026-01-05', 1_000, 'new subscription']]);
  });

  test('follows a rate that changes, from the beginning of what is billed at the new one', () => {
    const told = events({ '2026-01-05': stateOf(TEN) });
    expect(
      rowsOf(told, [
        { start: '2026-01-05', gross: 1_190, net: 1_000, of: TEN },
        { start: '2026-02-05', gross: 1_190, net: 1_026, of: TEN, made: '2026-02-06' },
      ]),
    ).toEqual([
      ['2026-01-05', 1_000, 'new subscription'],
      ['2026-02-05', 1_026, 'tax'],
    ]);
  });

  test('of another quantity is known at once: a cent of rounding on the next invoice is no movement', () => {
    const unit: Priced = { unit: 1_000 };
    const told = events({ '2026-01-05': stateOf(unit), '2026-01-20': stateOf(unit, 2) });
    expect(
      rowsOf(told, [
        { start: '2026-01-05', gross: 1_000, net: 840, of: unit },
        { start: '2026-02-05', gross: 2_000, net: 1_681, of: unit },
      ]),
    ).toEqual([
      ['2026-01-05', 840, 'new subscription'],
      ['2026-01-20', 1_681, 'seats'],
    ]);
  });

  test('of a year’s price is rounded once, after the month is made of it', () => {
    const yearly: Priced = { unit: 12_000, every: 'year' };
    // 12,000 / 1.19 / 12 = 840.34
    expect(rowsOf(events({ '2026-01-05': stateOf(yearly) }), [{ start: '2026-01-05', gross: 12_000, net: 10_084, of: yearly }])).toEqual([
      ['2026-01-05', 840, 'new subscription'],
    ]);
  });

  test('that a rate puts into a price which does not say so counts the same, until a line is without it', () => {
    const plain: Priced = { unit: 1_190, includes: false };
    const told = events({ '2026-01-05': stateOf(plain) });
    expect(
      rowsOf(told, [
        { start: '2026-01-05', gross: 1_190, net: 1_000, of: plain },
        { start: '2026-03-05', gross: 1_190, of: plain },
      ]),
    ).toEqual([
      ['2026-01-05', 1_000, 'new subscription'],
      ['2026-03-05', 1_190, 'tax'],
    ]);
    expect(rowsOf(told, [{ start: '2026-01-05', gross: 1_190, of: plain }])).toEqual([['2026-01-05', 1_190, 'new subscription']]);
  });

  test('is not taken from a price of the other kind: what was billed under the old price tells nothing of the new one', () => {
    const onTop: Priced = { id: 'price_2', unit: 1_000, includes: false };
    const told = events({ '2026-01-05': stateOf(TEN), '2026-02-01': stateOf(onTop) });
    expect(rowsOf(told, [{ start: '2026-01-05', gross: 1_190, net: 1_000, of: TEN }])).toEqual([['2026-01-05', 1_000, 'new subscription']]);
  });

  test('is read off a proration only where nothing else shows it', () => {
    const told = events({ '2026-01-05': stateOf(TEN) });
    const small: Line = { start: '2026-01-05', gross: 12, net: 10, of: TEN, item: null, proration: true };
    // 10 of 12 cents: 20 % would explain it as well as 19 %.
    expect(rowsOf(told, [small])).toEqual([['2026-01-05', 992, 'new subscription']]);
    expect(rowsOf(told, [small, { start: '2026-02-05', gross: 1_190, net: 1_000, of: TEN }])).toEqual([
      ['2026-01-05', 1_000, 'new subscription'],
    ]);
  });

  test('is the same whatever the order of invoices and however often they are read', () => {
    const lines = fc.array(
      fc
        .record({
          n: fc.integer({ min: 0, max: 90 }),
          gross: fc.integer({ min: 1, max: 50_000 }),
          rate: fc.constantFrom(0, 7, 19, 20, 9.975),
          shown: fc.boolean(),
          item: fc.constantFrom('si_1', null),
          proration: fc.boolean(),
          includes: fc.boolean(),
        })
        .map(({ n, gross, rate, shown, item, proration, includes }): Line => {
          const start = new Date((day('2026-01-05') + n * 86_400) * 1000).toISOString().slice(0, 10);
          const net = Math.max(1, Math.round(gross / (1 + rate / 100)));
          return { start, gross, ...(shown && { net }), item, proration, of: { ...TEN, includes } };
        }),
      { maxLength: 12 },
    );
    const states = fc.constantFrom(stateOf(TEN), stateOf(TEN, 3), stateOf({ unit: 900, includes: false }));
    fc.assert(
      fc.property(lines, states, fc.infiniteStream(fc.nat()), (given, then, chance) => {
        const told = events({ '2026-01-05': stateOf(TEN), '2026-02-10': then });
        const mixed = [...given, ...given.filter(() => chance.next().value % 3 === 0)]
          .map((one) => ({ one, key: chance.next().value as number }))
          .sort((a, b) => a.key - b.key)
          .map(({ one }) => line(one));
        const ledger = (all: readonly MirrorInvoiceLine[]): string =>
          JSON.stringify(ledgerOf(composeHistory(history(told, all)).observations));
        expect(ledger(mixed)).toBe(ledger(given.map(line)));
      }),
    );
  });
});
