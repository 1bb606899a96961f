import { expectNoSeriousAxe } from '@annex/testkit/browser';
import type { Page } from 'playwright-core';
import { expect, it } from 'vitest';
import { inBrowser } from './in-browser.ts';
import { tabTo } from './keyboard.ts';
import type { LanternWorld } from './lantern-world.ts';
import { pagesOf } from './pages.ts';

/** From Lantern's first page to its import page, as a person does it. */
export async function connectAs(
  page: Page,
  world: LanternWorld,
  about: { account: string; click?: (name: string) => Promise<void> },
): Promise<void> {
  await page.goto(world.origin);
  await page.getByRole('link', { name: 'Connect your Stripe account' }).click();
  if (await page.getByLabel('E-mail').isVisible()) {
    await page.getByLabel('E-mail').fill(world.dana.email);
    await page.getByLabel('Password').fill(world.dana.password);
    await page.getByRole('button', { name: 'Sign in', exact: true }).click();
  }
  await page.getByRole('radio', { name: about.account }).check();
  await page.getByRole('button', { name: 'Connect', exact: true }).click();
  await page.waitForURL(/\/import$/);
}

inBrowser('the first walk in a browser', (given) => {
  const figure = (page: Page, name: string) => page.locator(`[data-figure="${name}"] .figure`);

  it('goes from Connect over import and live figures to revocation and its receipt', async () => {
    const { world } = given;
    const [acme] = world.dana.accounts;
    const { api } = world;
    const product = await api(acme!.testKey, 'POST /v1/products', { name: 'Pro' });
    const monthly = { product: product.id, currency: 'eur', unit_amount: 2900, 'recurring[interval]': 'month' };
    const price = await api(acme!.testKey, 'POST /v1/prices', monthly);
    const jane = await api(acme!.testKey, 'POST /v1/customers', {
      name: 'Jane',
      email: 'jane@shop.example',
      payment_method: 'pm_card_visa',
    });
    const subscribe = (customer: string, method: string) =>
      api(acme!.testKey, 'POST /v1/subscriptions', { customer, 'items[0][price]': price.id, default_payment_method: method });
    const methods = await api(acme!.testKey, `GET /v1/customers/${jane.id}/payment_methods`);
    await subscribe(jane.id, methods.data[0].id);

    const page = await given.page();
    await page.goto(world.origin);
    await expectNoSeriousAxe(page);
    await page.getByRole('link', { name: 'Connect your Stripe account' }).click();
    await page.getByLabel('E-mail').fill(world.dana.email);
    await page.getByLabel('Password').fill(world.dana.password);
    await page.getByRole('button', { name: 'Sign in', exact: true }).click();
    await expectNoSeriousAxe(page);
    expect(await page.getByRole('heading', { level: 1 }).textContent()).toContain('Lantern Analytics');
    expect(await page.getByRole('radio').count()).toBe(2);
    await page.getByRole('radio', { name: 'Acme GmbH' }).check();
    await page.getByRole('button', { name: 'Connect', exact: true }).click();

    await page.waitForURL(`${world.origin}/a/${acme!.account}/test/import`);
    await page.locator('[data-import="done"]').waitFor();
    expect(await page.getByRole('progressbar').getAttribute('value')).toBe('1');
    expect(await page.locator('tr[data-object="customer"] data').first().getAttribute('value')).toBe('1');
    await expectNoSeriousAxe(page);

    await page.getByRole('link', { name: 'Open the overview' }).click();
    await page.locator('.live.on').waitFor();
    await page.locator('[data-figure="mrr"] data[value="2900"]').waitFor();
    expect(await figure(page, 'mrr').textContent()).toBe('€29.00');
    expect(await figure(page, 'active').textContent()).toBe('1');
    expect(await figure(page, 'customers').textContent()).toBe('1');
    expect(await figure(page, 'subscriptions').textContent()).toBe('1');
    expect(await figure(page, 'payments').textContent()).toBe('1');
    await expectNoSeriousAxe(page);

    await page.evaluate(() => Object.assign(globalThis, { neverReloaded: true }));
    const omar = await api(acme!.testKey, 'POST /v1/customers', { name: 'Omar', payment_method: 'pm_card_visa' });
    const his = await api(acme!.testKey, `GET /v1/customers/${omar.id}/payment_methods`);
    await subscribe(omar.id, his.data[0].id);
    await page.locator('[data-figure="mrr"] data[value="5800"]').waitFor();
    await page.locator('[data-figure="customers"] data[value="2"]').waitFor();
    expect(await page.getByText('Subscription created · Omar').count()).toBe(1);
    expect(await page.evaluate(() => 'neverReloaded' in globalThis)).toBe(true);

    const dashboard = await page.context().newPage();
    await dashboard.goto(`${world.platform.url}/${acme!.account}/test/settings/apps`);
    await tabTo(dashboard, /^Revoke/);
    await dashboard.keyboard.press('Enter');
    await page.waitForURL(/\/left$/);
    await page.locator('[data-left="gone"]').waitFor();
    expect(await page.locator('article.receipt').first().textContent()).toContain('revoked on Stripe');
    await expectNoSeriousAxe(page);
    const left = await world.lantern.lantern.kit.query(
      "select 'customers' as what, id from mirror.customers where account = $1 union all select 'feed', type from lantern.feed where account = $1",
      [acme!.account],
    );
    expect(left).toEqual([]);
  });

  it('needs no JavaScript from the first page to the figures', async () => {
    const { world } = given;
    const [, labs] = world.dana.accounts;
    await world.api(labs!.testKey, 'POST /v1/customers', { name: 'Only one' });
    const page = await given.page({ javaScript: false });
    await connectAs(page, world, { account: 'Acme Labs' });
    // The page fetches itself again while the import runs.
    await page.locator('[data-import="done"]').waitFor();
    await page.getByRole('link', { name: 'Open the overview' }).click();
    expect(await figure(page, 'customers').textContent()).toBe('1');
    await page.getByText('a guest').click();
    await page.getByRole('link', { name: 'Choose e-mail and password', exact: true }).click();
    await page.getByLabel('E-mail').fill('dana@acme.example');
    await page.getByLabel('Password').fill('a long enough password');
    await page.getByRole('button', { name: 'Keep my access' }).click();
    await page.getByRole('link', { name: 'Acme Labs' }).click();
    expect(await page.getByText('Only this browser').count()).toBe(0);
    // An account with nothing in it: every page says what will be there.
    const empty: string[] = [];
    for (const path of pagesOf(labs!.account)) {
      await page.goto(world.origin + path);
      expect([path, await page.getByRole('heading', { level: 1 }).count()]).toEqual([path, 1]);
      empty.push(...(await page.locator('.empty-title').allTextContents()));
    }
    const told = ['No subscription has paid yet', 'No cohort yet', 'No payment of an invoice has failed', 'No money has moved yet'];
    expect(empty).toEqual(expect.arrayContaining([...told, 'Not checked yet', 'Nothing has been sent yet']));
  });
});
