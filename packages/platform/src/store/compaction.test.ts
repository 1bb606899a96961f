import { mkdtempSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { createPlatform } from '../index.ts';

test('a journal of changes that were overtaken begins afresh at the next start, with the same state', async () => {
  const data = mkdtempSync(join(tmpdir(), 'annex-compaction-'));
  const file = join(data, 'journal.ndjson');
  const first = await createPlatform({ data });
  const write = (id: string, name: string) => ({
    ...{ world: 'acct_1/test', object: 'customer', id, created: 1, deleted: false },
    text: JSON.stringify({ id, object: 'customer', created: 1, name }),
  });
  for (let i = 0; i < 25_000; i++) first.store.commit({ writes: [write(`cus_${i % 100}`, `round ${i}`)] });
  const state = (platform: typeof first) => platform.store.snapshot().rows.map(({ world, row }) => [world, row.id, row.text]);
  const before = { state: state(first), size: statSync(file).size };
  await first.close();
  const second = await createPlatform({ data });
  expect(state(second)).toEqual(before.state);
  expect(statSync(file).size).toBeLessThan(before.size / 10);
  second.store.commit({ writes: [write('cus_7', 'after')] });
  await second.close();
  const third = await createPlatform({ data });
  expect(third.store.row({ account: 'acct_1', livemode: false }, 'customer', 'cus_7')!.text).toContain('after');
  await third.close();
  rmSync(data, { recursive: true });
});
