import fc from 'fast-check';
import { beforeAll, expect, it } from 'vitest';
import { onEachDatabase } from '../../conformance/databases.ts';
import { NO_ROW, storeFetched, storeObservations, storePage } from './door.ts';
import type { MirroredObject } from './mirrored-object.ts';
import { customer } from './objects/customer.ts';
import { invoice } from './objects/invoice.ts';
import { price } from './objects/price.ts';
import { subscription } from './objects/subscription.ts';
import { fold, type Observation, observationsText } from './observation.ts';
import { prepare } from './prepare.ts';

onEachDatabase('the door', (opened) => {
  beforeAll(() => prepare(opened.current));

  let serial = 0;
  const observation = (id: string, given: Partial<Observation> & { lo: number; hi: number; data: string }): Observation => ({
    account: 'acct_1',
    livemode: false,
    object: 'customer',
    id,
    deleted: false,
    rank: 1,
    cut: false,
    dirty: false,
    ...given,
  });
  const state = (id: string, version: number): string => `{"id": "${id}", "object": "customer", "created": 5, "version": ${version}}`;
  const store = (list: Observation[]) => opened.current.query(storeObservations([customer]), [observationsText(list), 0]);
  const row = async (id: string) => {
    const [found] = await opened.current.query(
      "select deleted, lo, hi, dirty, seen, data from mirror.customers where account = 'acct_1' and not livemode and id = $1",
      [id],
    );
    return found;
  };

  // Versions of one object, each observed at some instant, each observation known only to an interval around that instant.
  const observed = fc
    .array(
      fc.record({
        gap: fc.integer({ min: 0, max: 3_000 }),
        before: fc.integer({ min: 0, max: 2_500 }),
        after: fc.integer({ min: 0, max: 2_500 }),
      }),
      {
        minLength: 1,
        maxLength: 7,
      },
    )
    .map((steps) => {
      let instant = 1_000_000;
      return steps.map(({ gap, before, after }, version) => {
        instant += gap;
        return { version, lo: instant - before, hi: instant + after };
      });
    });
  const arrivals = observed.chain((all) =>
    fc.record({
      all: fc.constant(all),
      order: fc.array(fc.integer({ min: 0, max: all.length - 1 }), { maxLength: all.length * 2 }).map((extra) => [...extra, ...all.keys()]),
      swaps: fc.array(fc.nat(), { minLength: all.length * 3, maxLength: all.length * 3 }),
      batch: fc.integer({ min: 1, max: 4 }),
    }),
  );

  it('in whatever order and however often states arrive, the row is the newest or is in doubt', async () => {
    await fc.assert(
      fc.asyncProperty(arrivals, async ({ all, order, swaps, batch }) => {
        const id = `cus_${++serial}`;
        const list = order
          .map((n, at) => ({ n, at: swaps[at] ?? 0 }))
          .sort((a, b) => a.at - b.at)
          .map(({ n }) => n);
        for (let at = 0; at < list.length; at += batch) {
          const some = list.slice(at, at + batch).map((n) => observation(id, { ...all[n]!, data: state(id, n) }));
          await store([some.reduce(fold)]);
        }
        const found = await row(id);
        const newest = Math.max(...all.keys());
        if (!found!.dirty) expect(found!.data.version).toBe(newest);
        expect(found!.lo).toBe(Math.max(...all.map(({ lo }) => lo)));
      }),
      { numRuns: 150 },
    );
  });

  it('states that time tells apart leave the same row in every order, and never a doubt', async () => {
    await fc.assert(
      fc.asyncProperty(fc.shuffledSubarray([0, 1, 2, 3, 4], { minLength: 5 }), fc.boolean(), async (order, deletedLast) => {
        const id = `cus_${++serial}`;
        for (const n of [...order, ...order.slice(0, 2)]) {
          const deleted = deletedLast && n === 4;
          const data = deleted ? `{"id": "${id}", "deleted": true}` : state(id, n);
          await store([observation(id, { lo: n * 1_000, hi: n * 1_000 + 999, data, deleted })]);
        }
        expect(await row(id)).toMatchObject({ dirty: false, deleted: deletedLast, lo: 4_000, hi: 4_999 });
      }),
      { numRuns: 40 },
    );
  });

  it('a page that was in flight while an event was applied does not win', async () => {
    const id = `cus_${++serial}`;
    await store([observation(id, { lo: 10_000, hi: 10_999, data: state(id, 2) })]);
    const page = (version: number) => JSON.stringify({ object: 'list', has_more: false, data: [JSON.parse(state(id, version))] });
    const put = (lo: number, hi: number) => opened.current.query(storePage(customer), ['acct_1', false, page(1), lo, hi, 0]);
    await put(5_000, 9_500);
    expect(await row(id)).toMatchObject({ dirty: false, data: { version: 2 } });
    await put(9_000, 10_500);
    expect(await row(id)).toMatchObject({ dirty: true, data: { version: 2 } });
  });

  it('a doubt is queued once, settled by a fetch, and by nothing else that came meanwhile', async () => {
    const id = `cus_${++serial}`;
    await store([observation(id, { lo: 0, hi: 999, data: state(id, 1) })]);
    await store([observation(id, { lo: 0, hi: 999, data: state(id, 2) })]);
    await store([observation(id, { lo: 0, hi: 999, data: state(id, 3) })]);
    expect(await opened.current.query('select object from annex.refetch where id = $1', [id])).toEqual([{ object: 'customer' }]);
    const before = await row(id);
    const fetched = (seen: number) =>
      opened.current.query(storeFetched(customer), ['acct_1', false, id, 5, false, 2_000, 3_000, state(id, 9), seen]);
    expect(await fetched(before!.seen - 1)).toEqual([]);
    expect(await row(id)).toMatchObject({ dirty: true });
    expect(await fetched(before!.seen)).toEqual([{ id }]);
    expect(await row(id)).toMatchObject({ dirty: false, data: { version: 9 }, hi: 3_000 });
    expect(await fetched(NO_ROW)).toEqual([]);
  });

  it('nothing is resurrected: an older state after a deletion is dropped, one of the same second is asked about', async () => {
    const id = `cus_${++serial}`;
    await store([observation(id, { lo: 5_000, hi: 5_999, deleted: true, rank: 2, data: `{"id": "${id}", "deleted": true}` })]);
    await store([observation(id, { lo: 4_000, hi: 4_999, data: state(id, 1) })]);
    expect(await row(id)).toMatchObject({ deleted: true, dirty: false });
    await store([observation(id, { lo: 5_000, hi: 5_999, data: state(id, 2) })]);
    expect(await row(id)).toMatchObject({ deleted: true, dirty: true });
  });

  it('a list cut at ten never replaces a whole one, but asks for the rest', async () => {
    const id = `in_${++serial}`;
    const lines = (n: number, has_more: boolean) =>
      JSON.stringify({ id, object: 'invoice', lines: { has_more, data: Array.from({ length: n }, (_, i) => i) } });
    const put = (lo: number, data: string) =>
      opened.current.query(storeObservations([invoice]), [observationsText([observation(id, { object: 'invoice', lo, hi: lo, data })]), 0]);
    await put(1_000, lines(12, false));
    await put(2_000, lines(10, true));
    const [found] = await opened.current.query(
      "select dirty, jsonb_array_length(data->'lines'->'data') as n from mirror.invoices where id = $1",
      [id],
    );
    expect(found).toEqual({ dirty: true, n: 12 });
  });

  it('the same id in two accounts and in two modes is three objects', async () => {
    const id = `cus_${++serial}`;
    await store([
      observation(id, { lo: 1, hi: 1, data: state(id, 1) }),
      { ...observation(id, { lo: 1, hi: 1, data: state(id, 2) }), account: 'acct_2' },
      { ...observation(id, { lo: 1, hi: 1, data: state(id, 3) }), livemode: true },
    ]);
    expect(await opened.current.query("select data->'version' as v from mirror.customers where id = $1 order by 1", [id])).toEqual([
      { v: 1 },
      { v: 2 },
      { v: 3 },
    ]);
  });

  it('ids where objects were asked for make a row doubtful, their absence only where they must be there', async () => {
    const page = async (object: MirroredObject, fields: Record<string, unknown>): Promise<boolean> => {
      const id = `cut_${++serial}`;
      const text = JSON.stringify({ data: [{ id, created: 5, ...fields }], has_more: false });
      await opened.current.query(storePage(object), ['acct_1', false, text, 1_000, 2_000, 0]);
      const [found] = await opened.current.query(`select dirty from mirror.${object.table} where account = 'acct_1' and id = $1`, [id]);
      return found!.dirty;
    };
    const items = { object: 'list', data: [], has_more: false };
    expect(await page(subscription, { items, discounts: ['di_1'] })).toBe(true);
    expect(await page(subscription, { items, discounts: [{ id: 'di_1' }] })).toBe(false);
    expect(await page(subscription, { items, discounts: [] })).toBe(false);
    expect(await page(price, { billing_scheme: 'tiered' })).toBe(true);
    expect(await page(price, { billing_scheme: 'tiered', tiers: [{ up_to: null }] })).toBe(false);
    expect(await page(price, { billing_scheme: 'per_unit' })).toBe(false);
    expect(await page(price, {})).toBe(false);
  });
});
