import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterEach, describe, expect, test } from 'vitest';
import { type Change, matches, type PageQuery, type StripeObject, type Write, worldKey } from '../engine/index.ts';
import { Journal } from './journal.ts';
import { MemoryStore } from './memory.ts';

const world = { account: 'acct_1', livemode: false };

const put = (value: StripeObject, deleted = false): Write => ({
  world: worldKey(world),
  object: value.object,
  id: value.id,
  created: value.created,
  text: JSON.stringify(value),
  deleted,
  value,
});

/** The same questions answered the slow way: keep everything, sort, filter, cut. */
class Model {
  private readonly seen: { value: StripeObject; seq: number; deleted: boolean }[] = [];
  private seq = 0;

  put(value: StripeObject, deleted: boolean): void {
    const known = this.seen.find((row) => row.value.id === value.id);
    if (known === undefined) this.seen.push({ value, seq: ++this.seq, deleted });
    else Object.assign(known, { value, deleted });
  }

  page(query: PageQuery): { ids: string[]; hasMore: boolean } {
    const place = (id: string | undefined) => this.seen.find((row) => row.value.id === id);
    const compare = (a: { value: StripeObject; seq: number }, b: { value: StripeObject; seq: number }) =>
      b.value.created - a.value.created || b.seq - a.seq;
    const after = place(query.startingAfter);
    const until = place(query.endingBefore);
    const { gt = -1, gte = -1, lt = 1e9, lte = 1e9 } = query.created ?? {};
    const fitting = this.seen
      .filter((row) => !row.deleted && matches(row.value, query.where) && (query.filter?.(row.value) ?? true))
      .filter(({ value }) => value.created > gt && value.created >= gte && value.created < lt && value.created <= lte)
      .filter((row) => (after === undefined || compare(after, row) < 0) && (until === undefined || compare(row, until) < 0))
      .sort(compare);
    const cut = query.endingBefore === undefined ? fitting.slice(0, query.limit) : fitting.slice(-query.limit);
    return { ids: cut.map((row) => row.value.id), hasMore: fitting.length > query.limit };
  }
}

const operation = fc.record({
  id: fc.integer({ min: 0, max: 25 }).map((n) => `cus_${n}`),
  created: fc.integer({ min: 0, max: 12 }),
  color: fc.constantFrom('red', 'green', null),
  size: fc.integer({ min: 0, max: 2 }),
  deleted: fc.boolean().map((flag) => flag),
});

const cursor = fc.option(
  fc.integer({ min: 0, max: 25 }).map((n) => `cus_${n}`),
  { nil: undefined },
);
const question = fc.record({
  where: fc.constantFrom<PageQuery['where']>(
    undefined,
    [['color', 'red']],
    [['color', null]],
    [
      ['size', 1],
      ['color', 'green'],
    ],
  ),
  created: fc.constantFrom<PageQuery['created']>(undefined, { gte: 3 }, { gt: 3, lte: 9 }, { lt: 7 }),
  filtered: fc.boolean(),
  startingAfter: cursor,
  endingBefore: cursor,
  limit: fc.integer({ min: 1, max: 8 }),
});

describe('the store in memory', () => {
  test('pages as a plain sort and filter of everything would', () => {
    fc.assert(
      fc.property(
        fc.array(
          fc.oneof(
            operation.map((op) => ({ op })),
            question.map((ask) => ({ ask })),
          ),
          { maxLength: 80 },
        ),
        (steps) => {
          const store = new MemoryStore();
          const model = new Model();
          for (const step of steps) {
            if ('op' in step) {
              const value = { ...step.op, object: 'customer' } as unknown as StripeObject;
              store.commit({ writes: [put(value, step.op.deleted)] });
              model.put(value, step.op.deleted);
              continue;
            }
            const { filtered, where, created, startingAfter, endingBefore, limit } = step.ask;
            const query: PageQuery = {
              limit,
              ...(where && { where }),
              ...(created && { created }),
              ...(filtered && { filter: (value: StripeObject) => value.size !== 2 }),
              ...(startingAfter !== undefined && store.row(world, 'customer', startingAfter) && { startingAfter }),
              ...(startingAfter === undefined &&
                endingBefore !== undefined &&
                store.row(world, 'customer', endingBefore) && { endingBefore }),
            };
            const page = store.page(world, 'customer', query);
            expect({ ids: page.rows.map((row) => row.id), hasMore: page.hasMore }).toEqual(model.page(query));
          }
        },
      ),
      { numRuns: 300 },
    );
  });

  test('worlds do not see each other', () => {
    const store = new MemoryStore();
    store.commit({ writes: [put({ id: 'cus_1', object: 'customer', created: 1 })] });
    expect(store.row({ ...world, livemode: true }, 'customer', 'cus_1')).toBeUndefined();
    expect(store.count({ account: 'acct_2', livemode: false }, 'customer')).toBe(0);
  });

  test('a snapshot is not touched by what comes after it', () => {
    const store = new MemoryStore();
    store.commit({ writes: [put({ id: 'cus_1', object: 'customer', created: 1, name: 'before' })] });
    const snapshot = store.snapshot();
    store.commit({
      writes: [put({ id: 'cus_1', object: 'customer', created: 1, name: 'after' }), put({ id: 'cus_2', object: 'customer', created: 2 })],
    });
    store.restore(snapshot);
    expect(store.page(world, 'customer', { limit: 10 }).rows.map((row) => JSON.parse(row.text).name)).toEqual(['before']);
  });
});

describe('the journal', () => {
  const folders: string[] = [];
  const folder = (): string => {
    const made = mkdtempSync(join(tmpdir(), 'annex-journal-'));
    folders.push(made);
    return made;
  };
  afterEach(() => {
    for (const made of folders.splice(0)) rmSync(made, { recursive: true, force: true });
  });
  const change = (n: number): Change => ({
    writes: [put({ id: `cus_${n}`, object: 'customer', created: n })],
    answer: {
      world: worldKey(world),
      key: `key-${n}`,
      path: '/v1/customers',
      fingerprint: 'f',
      status: 200,
      requestId: 'req_1',
      at: n,
      body: `{"n":${n}}`,
    },
  });
  const replayed = (from: string): Change[] => {
    const changes: Change[] = [];
    Journal.open(from, (each) => changes.push(each)).close();
    return changes;
  };

  test('replays what was appended, answers included', () => {
    const home = folder();
    const journal = Journal.open(home, () => {});
    journal.append(change(1));
    journal.append(change(2));
    journal.close();
    expect(replayed(home).map((each) => [each.writes[0]!.id, each.answer!.body])).toEqual([
      ['cus_1', '{"n":1}'],
      ['cus_2', '{"n":2}'],
    ]);
  });

  test('drops a last line that was cut short, and goes on behind the whole ones', () => {
    const home = folder();
    const journal = Journal.open(home, () => {});
    journal.append(change(1));
    journal.append(change(2));
    journal.close();
    const text = readFileSync(join(home, 'journal.ndjson'), 'utf8');
    writeFileSync(join(home, 'journal.ndjson'), text.slice(0, -7));
    const again = Journal.open(home, () => {});
    again.append(change(3));
    again.close();
    expect(replayed(home).map((each) => each.writes[0]!.id)).toEqual(['cus_1', 'cus_3']);
  });

  test('rewritten from a snapshot it holds the same', () => {
    const home = folder();
    const store = new MemoryStore((each) => journal.append(each));
    const journal = Journal.open(home, () => {});
    for (let n = 1; n <= 3; n++) store.commit(change(n));
    journal.rewrite(store.snapshot());
    store.commit(change(4));
    journal.close();
    const again = new MemoryStore();
    for (const each of replayed(home)) again.apply(each);
    expect(again.page(world, 'customer', { limit: 10 }).rows.map((row) => row.id)).toEqual(['cus_4', 'cus_3', 'cus_2', 'cus_1']);
    expect(again.answer(world, 'key-2')?.body).toBe('{"n":2}');
  });
});
