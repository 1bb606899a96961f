import { expect, test } from 'vitest';
import { coverage, coveragePage } from '../src/engine/index.ts';
import { createPlatform } from '../src/index.ts';

test('docs/reference/operations.md says how the engine serves each operation', async () => {
  await using platform = await createPlatform();
  await expect(coveragePage(platform.engine)).toMatchFileSnapshot('../../../docs/reference/operations.md');
});

test('every v1 operation of the contract has a grade, and its answer tells it', async () => {
  await using platform = await createPlatform();
  expect(coverage(platform.engine)).toHaveLength(557);
  const answer = await fetch(`${platform.url}/v1/customers`, { headers: { Authorization: 'Bearer sk_test_graded' } });
  expect(answer.headers.get('annex-grade')).toBe('lived');
});
