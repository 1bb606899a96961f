import { expectNoSeriousAxe } from '@annex/testkit/browser';
import type { Locator, Page } from 'playwright-core';
import Stripe from 'stripe';
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { connected, type ExtensionWorld, extensionWorld, PASSWORD, type Party, party, userOf } from './extension-world.ts';
import { type Hand, inBrowser, keyboard, mouse, signIn, unseen } from './in-browser.ts';
import { png } from './pictures.ts';

/** Browser scripts 1 and 2: what the owner of an extension configures. */

let world: ExtensionWorld;
beforeAll(async () => {
  world = await extensionWorld();
});
afterAll(() => world.platform.close());

/** A person with two accounts of their own in each test. */
let maker: { email: string; password: string };
let mine: Party;
let people = 0;
beforeEach(() => {
  maker = { email: `maker${++people}@example.com`, password: PASSWORD };
  mine = party(world.platform, 'Fresh Metrics', 'fresh@example.com');
  userOf(world.platform, maker.email, [mine, party(world.platform, 'Customer of Fresh', 'customer@example.com')]);
});

const CALLBACK = 'http://localhost:4010/oauth/callback';

async function configure(page: Page, hand: Hand, look = expectNoSeriousAxe): Promise<void> {
  const { platform } = world;
  await page.goto(`${platform.url}/settings/extension`);
  await look(page);
  await signIn(page, hand, maker);
  await page.waitForURL(/settings\/extension/);
  await look(page);
  await hand.press(page.getByRole('button', { name: 'Make it an extension' }));
  const test = page.getByRole('region', { name: 'test' });
  await test.getByText(/^ca_\w{32}$/).waitFor();
  await hand.press(page.getByRole('button', { name: 'Turn on OAuth in test mode' }));
  await page.getByRole('button', { name: 'Turn off OAuth in test mode' }).waitFor();
  await hand.write(page.getByLabel('New test redirect URI'), CALLBACK);
  await hand.press(test.getByRole('button', { name: 'Add' }));
  await test.locator('code', { hasText: CALLBACK }).waitFor();
  await hand.write(page.getByLabel('New live redirect URI'), 'http://app.example.com/cb');
  await hand.press(page.getByRole('region', { name: 'live' }).getByRole('button', { name: 'Add' }));
  const refusal = await page.getByRole('alert').textContent();
  expect(refusal).toContain("Live mode needs https; 'http://app.example.com/cb' begins with http.");
  await look(page);
  await hand.press(page.getByRole('link', { name: 'Test the test flow (read_only)' }));
  await page.waitForURL(/\/oauth\/authorize/);
  expect(await page.getByRole('heading', { level: 1 }).textContent()).toContain('Fresh Metrics wants to read the data');
  expect(await page.getByRole('radio', { name: /Fresh Metrics/ }).isDisabled()).toBe(true);
  expect(await page.getByText('Account cannot connect to itself').count()).toBe(1);
  await look(page);
  const { data } = await platform.control.extensions({ account: mine.id });
  expect(data[0]!.test).toMatchObject({ oauth_enabled: true, redirect_uris: [CALLBACK] });
  expect(data[0]!.live).toMatchObject({ oauth_enabled: false, redirect_uris: [] });
}

inBrowser('the settings of an extension', (given) => {
  test('script 1: configure, with the mouse', async () => configure(await given.page(), mouse));
  // The same pages at the same width: axe has looked at them.
  test('script 1: configure, by keyboard alone', async () => configure(await given.page(), keyboard, unseen));
  test('script 1: configure, without JavaScript', async () => configure(await given.page({ javaScript: false }), mouse, unseen));
  test('script 1: configure, on the width of a phone', async () => configure(await given.page({ width: 390, height: 844 }), mouse));

  test('script 2: pictures are checked, shown in the preview, on consent and in the list; a pale colour warns', async () => {
    const { platform, extension, owner } = world;
    userOf(platform, 'team@lantern.example', [extension]);
    await connected(world);
    const page = await given.page();
    await page.goto(`${platform.url}/settings/branding`);
    await signIn(page, mouse, { email: 'team@lantern.example', password: PASSWORD });
    const give = async (label: string, size: number) => {
      await page.getByLabel(label).setInputFiles({ name: 'picture.png', mimeType: 'image/png', buffer: png(size, size) });
      await page.getByRole('button', { name: 'Save' }).click();
    };
    await give('Logo', 100);
    expect(await page.getByRole('alert').textContent()).toContain('The logo has 100 × 100 pixels; it needs at least 128 × 128.');
    await give('Logo', 256);
    await page.getByRole('status').waitFor();
    await give('Icon', 256);
    const preview = page.getByRole('region', { name: 'Preview' });
    const pictures = preview.locator('img');
    expect(await pictures.count()).toBe(2);
    for (const picture of await pictures.all()) {
      expect(await picture.evaluate((image) => (image as unknown as { naturalWidth: number }).naturalWidth)).toBe(256);
    }
    await page.getByLabel('Name', { exact: true }).fill('Lantern Two');
    await page.getByLabel('Brand colour').fill('#fde68a');
    expect(await preview.getByText('Lantern Two').count()).toBe(2);
    const ground = await preview.locator('.brand-button').evaluate((button) => {
      const { getComputedStyle } = globalThis as unknown as { getComputedStyle(element: unknown): { backgroundColor: string } };
      return getComputedStyle(button).backgroundColor;
    });
    expect(ground).toBe('rgb(253, 230, 138)');
    await page.getByLabel('Name', { exact: true }).fill('Lantern Analytics');
    await page.getByRole('button', { name: 'Save' }).click();
    await page.getByText(/contrast with white 1\.\d:1, below 4\.5/).waitFor();
    await expectNoSeriousAxe(page);

    const visitor = await given.page();
    const query = new URLSearchParams({ response_type: 'code', client_id: extension.test.id, always_prompt: 'true' });
    await visitor.goto(`${platform.url}/oauth/authorize?${query}`);
    await signIn(visitor, mouse, owner);
    await visitor.getByRole('img', { name: 'Lantern Analytics' }).waitFor();
    await expectNoSeriousAxe(visitor);
    await visitor.goto(`${platform.url}/${owner.acme.id}/test/settings/apps`);
    expect(await visitor.locator('img.brand-image').evaluate((image) => (image as unknown as { naturalWidth: number }).naturalWidth)).toBe(
      256,
    );
    await expectNoSeriousAxe(visitor);
  });

  test('the default API version is chosen under API keys, and an endpoint’s own where it is added', async () => {
    const { platform } = world;
    const page = await given.page({ width: 390, height: 844 });
    await page.goto(`${platform.url}/${mine.id}/test/settings/keys`);
    await signIn(page, mouse, maker);
    await page.waitForURL(/settings\/keys/);
    expect(await page.getByLabel('Default version').inputValue()).toBe('2026-10-28.endive');
    await page.getByLabel('Default version').selectOption('2025-02-24.acacia');
    await page.getByRole('button', { name: 'Change' }).click();
    await page.getByText('New events are told in 2025-02-24.acacia.').waitFor();
    await expectNoSeriousAxe(page);
    const { data } = await platform.control.accounts({ id: mine.id });
    expect(data[0]!.api_version).toBe('2025-02-24.acacia');
    await page.goto(`${platform.url}/${mine.id}/test/webhooks`);
    await page.getByText('Add an endpoint').click();
    await page.getByLabel('URL').fill('http://127.0.0.1:9/hook');
    await page.getByLabel('Version').selectOption('2025-09-30.clover');
    await page.getByRole('button', { name: 'Add', exact: true }).click();
    await page.getByText('2025-09-30.clover').first().waitFor();
  });

  test('clocks are moved, sped up, stopped and deleted, and a refused billing setting is told in the words of its form', async () => {
    const { platform } = world;
    const page = await given.page({ width: 390, height: 844 });
    const here = `${platform.url}/${mine.id}/test`;
    await page.goto(`${here}/clocks`);
    await signIn(page, mouse, maker);
    const press = (name: string, on: Page | Locator = page) => on.getByRole('button', { name, exact: true }).click();
    await page.getByLabel('Speed').selectOption({ label: 'an hour a second' });
    await press('Set the speed');
    await page.getByText('an hour a second').first().waitFor();
    await press('Stop it');
    await press('Back to real time');
    expect(platform.clock.state.speed).toBe(1);

    const { hostname, port } = new URL(platform.url);
    const stripe = new Stripe(mine.testKey, { host: hostname, port, protocol: 'http', telemetry: false });
    const { id } = await stripe.testHelpers.testClocks.create({ frozen_time: Date.UTC(2027, 0, 31, 12) / 1000, name: 'Renewals' });
    for (let n = 0; n < 3; n++) await stripe.customers.create({ test_clock: id });
    const clock = page.getByRole('region', { name: 'Renewals' });
    await clock.getByText('3 customers').first().waitFor();
    await press('+1 month', clock);
    await clock.getByText('2027-02-28 12:00:00').waitFor();
    await clock.getByLabel('Instant (UTC)').fill('2027-06-01T00:00');
    await press('Advance to it', clock);
    await clock.getByText('2027-06-01 00:00:00').waitFor();
    await expectNoSeriousAxe(page);
    await clock.getByText('Delete', { exact: true }).click();
    await press('Delete this clock', clock);
    await clock.waitFor({ state: 'detached' });

    await page.goto(`${here}/settings/billing`);
    await page.getByLabel('Retries').fill('1, 90');
    await press('Save');
    expect(await page.getByRole('alert').textContent()).toContain('Retries are up to 8 whole numbers of days from 1 to 60');
    await expectNoSeriousAxe(page);
    await page.getByLabel('Retries').fill('2, 4');
    await press('Save');
    await page.getByRole('status').waitFor();
    expect(await platform.control.setBilling({ account: mine.id })).toMatchObject({ retry_days: [2, 4] });
  });

  test('consent is not shown inside of another page', async () => {
    const { platform, extension } = world;
    const query = new URLSearchParams({ response_type: 'code', client_id: extension.test.id });
    const page = await given.page();
    const refused = page.waitForEvent('console', (message) => /frame-ancestors|X-Frame-Options/.test(message.text()));
    await page.setContent(`<iframe src="${platform.url}/oauth/authorize?${query}" width="800" height="600"></iframe>`);
    await refused;
    expect(await page.frameLocator('iframe').getByRole('heading').count()).toBe(0);
  });

  test('what an extension says of its invariants is shown live beside the faults, and called silent once nothing comes any more', async () => {
    const { platform, extension, owner } = world;
    const about = { name: 'mirror', title: 'The mirror equals the source', account: owner.acme.id, kept: 14, of: 14 };
    const report = (given: object, every = 60) =>
      platform.control.reportInvariants({ extension: extension.test.id, every, invariants: [{ ...about, ...given }] });
    await report({ sentence: 'All were compared.', holds: true });
    const page = await given.page();
    await page.goto(`${platform.url}/faults`);
    await signIn(page, mouse, owner);
    const panel = page.getByRole('region', { name: 'Invariants' });
    await panel.getByText('✓ holds').waitFor();
    expect(await panel.textContent()).toMatch(
      /What Lantern Analytics finds in itself.*The mirror equals the source.*14 of 14.*Acme GmbH: All were compared\./,
    );
    await expectNoSeriousAxe(page);
    await report({ sentence: 'cus_1 differs.', holds: false, kept: 13 }, 0.2);
    await panel.getByText('✗ broken').waitFor();
    await panel.getByText('13 of 14').waitFor();
    await panel.getByText('Lantern Analytics has stopped reporting').waitFor();
    await expectNoSeriousAxe(page);
    expect((await platform.control.invariants()).data).toMatchObject([{ silent: true, invariants: [{ holds: false }] }]);
    await expect(platform.control.reportInvariants({ extension: 'ca_none', invariants: [] })).rejects.toThrow(
      "No such extension: 'ca_none'",
    );
  });
});
