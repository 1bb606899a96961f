import { expect, test } from 'vitest';
import { controlReference, optionsReference } from '../src/control/reference.ts';

test('docs/reference/control.md says what the tables of routes and faults say', async () => {
  await expect(controlReference()).toMatchFileSnapshot('../../../docs/reference/control.md');
});

test('docs/reference/platform-options.md says what the table of settings says', async () => {
  await expect(optionsReference()).toMatchFileSnapshot('../../../docs/reference/platform-options.md');
});
