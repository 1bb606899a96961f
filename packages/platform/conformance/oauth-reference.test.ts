import { expect, test } from 'vitest';
import { oauthReference } from '../src/oauth/reference.ts';

test('docs/reference/oauth.md says what the tables say', async () => {
  await expect(oauthReference()).toMatchFileSnapshot('../../../docs/reference/oauth.md');
});
