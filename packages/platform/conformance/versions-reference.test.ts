import { expect, test } from 'vitest';
import { versionsReference } from '../src/versions/reference.ts';

test('docs/reference/versions.md says what the registry of changes says', async () => {
  await expect(versionsReference()).toMatchFileSnapshot('../../../docs/reference/versions.md');
});
