import { expectNoSeriousAxe, seriousAxe } from '@annex/testkit/browser';
import type { Page } from 'playwright-core';
import { expect, it } from 'vitest';
import { inBrowser } from './in-browser.ts';
import { tabTo } from './keyboard.ts';
import type { LanternWorld } from './lantern-world.ts';
import { pagesOf } from './pages.ts';
import { connectFor, PASSWORD, signedUp, Visitor } from './visitor.ts';

const figure = (page: Page, name: string, value: number) => page.locator(`[data-figure="${name}"] data[value="${value}"]`);

interface Shop {
  readonly key: string;
  readonly account: string;
  readonly base: string;
  /** Price ids by their amount. */
  readonly prices: ReadonlyMap<number, string>;
}

async function openShop(world: LanternWorld, party: { account: string; testKey: string }, amounts: readonly number[]): Promise<Shop> {
  const product = await world.api(party.testKey, 'POST /v1/products', { name: 'Pro' });
  const prices = new Map<number, string>();
  for (const amount of amounts) {
    const form = { product: product.id, currency: 'eur', unit_amount: amount, 'recurring[interval]': 'month' };
    prices.set(amount, (await world.api(party.testKey, 'POST /v1/prices', form)).id);
  }
  return { key: party.testKey, account: party.account, base: `${world.origin}/a/${party.account}/test`, prices };
}

/** Somebody who pays by invoice, so that no card is needed. */
async function subscribe(world: LanternWorld, shop: Shop, about: { name: string; amount: number; more?: Record<string, string | number> }) {
  const customer = await world.api(shop.key, 'POST /v1/customers', { name: about.name });
  const subscription = await world.api(shop.key, 'POST /v1/subscriptions', {
    ...{ customer: customer.id, 'items[0][price]': shop.prices.get(about.amount)!, collection_method: 'send_invoice', days_until_due: 30 },
    ...about.more,
  });
  return { customer: customer.id as string, subscription: subscription.id as string, item: subscription.items.data[0].id as string };
}

inBrowser(
  'figures in a browser',
  (given) => {
    it('an upgrade through the API moves MRR, the bar, the timeline and the feed without a reload, with its reason', async () => {
      const { world } = given;
      const shop = await openShop(world, world.dana.accounts[0]!, [2900, 9900]);
      const jane = await subscribe(world, shop, { name: 'Jane', amount: 2900 });
      const dana = await signedUp(world, 'dana@acme.example');
      await connectFor(world, dana, shop.account);
      const overview = await given.page({ as: dana });
      const timeline = await given.page({ as: dana });
      await overview.goto(shop.base);
      await timeline.goto(`${shop.base}/customers/${jane.customer}`);
      await figure(overview, 'mrr', 2900).waitFor();
      for (const page of [overview, timeline]) await page.locator('.live.on').waitFor();
      await overview.evaluate(() => Object.assign(globalThis, { neverReloaded: true }));

      const form = { 'items[0][id]': jane.item, 'items[0][price]': shop.prices.get(9900)!, proration_behavior: 'none' };
      await world.api(shop.key, `POST /v1/subscriptions/${jane.subscription}`, form);
      await figure(overview, 'mrr', 9900).waitFor();
      await timeline.locator('[data-figure="mrr"] data[value="9900"]').waitFor();
      expect(await overview.evaluate(() => 'neverReloaded' in globalThis)).toBe(true);
      expect(await overview.getByText('Subscription changed · Jane').count()).toBeGreaterThan(0);
      await timeline.getByText('What it is made of').first().click();
      // Bought and changed on one day: the day is netted, and the ledger behind it has both rows.
      const day = timeline.locator('.step').first();
      expect(await day.locator('tbody tr').count()).toBe(2);
      expect(await day.textContent()).toContain('plan change');
      for (const page of [overview, timeline]) await expectNoSeriousAxe(page);
    });

    it('every number opens: from MRR to its movements, the customer, the ledger, the event and the object, and back', async () => {
      const { world } = given;
      const shop = await openShop(world, world.dana.accounts[1]!, [2900]);
      const dana = await signedUp(world, 'dana2@acme.example');
      await connectFor(world, dana, shop.account);
      await subscribe(world, shop, { name: 'Omar', amount: 2900 });
      const page = await given.page({ as: dana });
      await page.goto(shop.base);
      await figure(page, 'mrr', 2900).waitFor();
      await page.locator('[data-figure="net-new"] a').click();
      expect(await page.locator('[data-kind="new"] data').getAttribute('value')).toBe('2900');
      await page.getByRole('link', { name: 'New', exact: true }).first().click();
      expect(await page.locator('[data-total]').getAttribute('data-total')).toBe('2900');
      await expectNoSeriousAxe(page);
      await page.getByRole('link', { name: 'Omar' }).click();
      await page.getByText('What it is made of').click();
      await page.getByRole('link', { name: 'customer.subscription.created' }).click();
      expect(await page.getByRole('heading', { level: 1 }).textContent()).toBe('customer.subscription.created');
      await expectNoSeriousAxe(page);
      await page.locator('main a[href*="/objects/subscription/"]').first().click();
      await expectNoSeriousAxe(page);
      await page.locator('.raw a[href*="/objects/customer/"]').first().click();
      await page.getByRole('link', { name: 'This customer’s timeline' }).click();
      expect(await figure(page, 'mrr', 2900).count()).toBe(1);
    });

    it('two sets of rules differ by parts that add up to the cent, each with its customers', async () => {
      const { world } = given;
      const shop = await openShop(world, world.ben.accounts[0]!, [4000, 2900]);
      const coupon = await world.api(shop.key, 'POST /v1/coupons', {
        percent_off: 50,
        duration: 'repeating',
        duration_in_months: 3,
        currency: 'eur',
      });
      await subscribe(world, shop, { name: 'Half price', amount: 4000, more: { 'discounts[0][coupon]': coupon.id } });
      const leaving = await subscribe(world, shop, { name: 'Leaving', amount: 2900 });
      await world.api(shop.key, `POST /v1/subscriptions/${leaving.subscription}`, { cancel_at_period_end: 'true' });
      const ben = await signedUp(world, 'ben@bolt.example');
      await connectFor(world, ben, shop.account);
      const page = await given.page({ as: ben });
      await page.goto(shop.base);
      await figure(page, 'mrr', 4900).waitFor();
      expect(await figure(page, 'committed', 2000).count()).toBe(1);
      await page.getByRole('link', { name: 'Why do others differ?' }).click();
      await page.locator('[data-difference]').waitFor();
      const parts = await page.locator('[data-part]').evaluateAll((found) => found.map((one) => Number(one.getAttribute('data-part'))));
      expect(parts.sort((a, b) => a - b)).toEqual([-2900, 2000]);
      expect(await page.locator('[data-difference]').getAttribute('data-difference')).toBe('-900');
      expect(await page.getByRole('link', { name: 'Half price' }).count()).toBe(1);
      expect(await page.getByRole('link', { name: 'Leaving' }).count()).toBe(1);
      await expectNoSeriousAxe(page);

      await page.getByRole('link', { name: 'Settings', exact: true }).click();
      await page.getByRole('button', { name: /^Like Stripe/ }).click();
      await page.locator('[data-rules="stripe"]').waitFor();
      await expectNoSeriousAxe(page);
      await page.getByRole('link', { name: 'Overview', exact: true }).click();
      await figure(page, 'mrr', 4000).waitFor();
      await page.goto(`${shop.base}/mrr`);
      await page.getByRole('link', { name: 'Plain' }).click();
      await page.getByText('A preview').waitFor();
      await expectNoSeriousAxe(page);
      const summary = await (await page.context().request.get(`${shop.base}/mrr.csv`)).text();
      expect(summary.trim().split('\r\n').at(-1)).toMatch(/^\d{4}-\d{2},eur,0\.00,40\.00,0\.00,0\.00,0\.00,0\.00,0\.00,40\.00,1,/);
      const log = await (await page.context().request.get(`${shop.base}/movements.csv?rules=plain`)).text();
      expect(log.split('\r\n').filter((line) => /,(20|29)\.00,/.test(line))).toHaveLength(2);
    });

    it('test events never move live figures of the same account, and accounts never mix', async () => {
      const { world } = given;
      const [acme, labs] = world.dana.accounts;
      const { kit } = world.lantern.lantern;
      const [test, live] = [await openShop(world, labs!, [1500]), await openShop(world, { ...labs!, testKey: labs!.liveKey }, [4000])];
      await subscribe(world, live, { name: 'Liv', amount: 4000 });
      const dana = await signedUp(world, 'both@acme.example');
      await connectFor(world, dana, labs!.account);
      await connectFor(world, dana, labs!.account, 'live');
      const page = await given.page({ as: dana });
      const switchTo = (mode: string) => page.locator(`a[href="/a/${labs!.account}/${mode}"]`).first().click();
      await page.goto(`${world.origin}/accounts`);
      await switchTo('live');
      await figure(page, 'mrr', 4000).waitFor();
      await page.locator('.live.on').waitFor();
      const { customer } = await subscribe(world, test, { name: 'Tess', amount: 1500 });
      const moved = () => kit.query('select 1 from lantern.movements where customer = $1 and not livemode', [customer]);
      await expect.poll(moved, { timeout: 10_000 }).toHaveLength(1);
      for (const again of [false, true]) {
        if (again) await page.reload();
        expect(await figure(page, 'mrr', 4000).count()).toBe(1);
        expect(await page.getByText('Tess').count()).toBe(0);
      }
      await page.goto(`${world.origin}/accounts`);
      await switchTo('test');
      await page.getByText('Subscription created · Tess').first().waitFor();
      expect(await page.getByText('Liv', { exact: true }).count()).toBe(0);
      const at = (mode: string) => dana.get(`/a/${labs!.account}/${mode}/customers/${customer}`);
      expect([(await at('test')).status, (await at('live')).status]).toEqual([200, 404]);
      expect(await kit.query('select 1 from lantern.movements where livemode and account <> $1', [labs!.account])).toEqual([]);

      const rows = await kit.query<{ account: string; customer: string }>(
        'select distinct account, customer from lantern.movements where not livemode',
      );
      const owners = await Promise.all(
        rows.map(async ({ account, customer }) => {
          const party = [...world.dana.accounts, ...world.ben.accounts].find((one) => one.account === account)!;
          return world.api(party.testKey, `GET /v1/customers/${customer}`).then(() => true);
        }),
      );
      expect(owners.length).toBeGreaterThan(2);
      const stranger = new Visitor(world.origin);
      await stranger.submit('/sign-in', { email: 'ben@bolt.example', password: 'a long enough password' });
      for (const path of ['', '/mrr', '/customers', '/mrr.csv'])
        expect((await stranger.get(`/a/${acme!.account}/test${path}`)).status).toBe(404);
    });

    it('the overview, the customers and the settings are usable with the keyboard alone', async () => {
      const { world } = given;
      const dana = new Visitor(world.origin);
      await dana.submit('/sign-in', { email: 'dana@acme.example', password: 'a long enough password' });
      const [acme] = world.dana.accounts;
      const page = await given.page({ as: dana });
      await page.goto(`${world.origin}/a/${acme!.account}/test`);
      await page.keyboard.press('Tab');
      expect(await page.locator(':focus').textContent()).toContain('Skip to the content');
      await page.keyboard.press('Enter');
      await page.keyboard.press('Tab');
      await tabTo(page, /^€99\.00$/);
      await page.keyboard.press('Enter');
      await page.waitForURL(/customers/);
      await tabTo(page, 'Paying');
      await page.keyboard.press('Enter');
      await page.waitForURL(/status=active/);
      await tabTo(page, 'Settings');
      await page.keyboard.press('Enter');
      await page.waitForURL(/settings/);
      await tabTo(page, /^Like ChartMogul/);
      await page.keyboard.press('Enter');
      await page.locator('[data-rules="chartmogul"]').waitFor();
    });

    it('every page is good in the dark on a phone: nothing serious for axe, nothing wider than the screen, no id twice', async () => {
      const { world } = given;
      const dana = new Visitor(world.origin);
      await dana.submit('/sign-in', { email: 'dana@acme.example', password: PASSWORD });
      const page = await given.page({ as: dana, width: 390, dark: true });
      const { account } = world.dana.accounts[0]!;
      const [moved] = await world.lantern.lantern.kit.query<{ customer: string; day: string }>(
        'select customer, day from lantern.movements where account = $1 limit 1',
        [account],
      );
      const base = `/a/${account}/test`;
      const more = [`${base}/customers/${moved!.customer}`, `${base}/objects/customer/${moved!.customer}`];
      // Settings then has every section.
      await world.lantern.lantern.kit.query(
        "insert into lantern.rates (account, livemode, currency, day, rate) values ($1, false, 'gbp', '2020-01-01', '1.17')",
        [account],
      );
      const twice = "[...document.querySelectorAll('[id]')].map(({ id }) => id).filter((id, n, all) => all.indexOf(id) !== n)";
      const wrong: string[] = [];
      for (const path of [
        ...pagesOf(account),
        ...more,
        `${base}/movements/${moved!.day.slice(0, 7)}`,
        '/accounts',
        '/password',
        '/api',
        '/nothing-here',
      ]) {
        await page.goto(world.origin + path);
        wrong.push(...(await seriousAxe(page)).map((line) => `${path} ${line}`));
        const width = await page.evaluate<number>('document.documentElement.scrollWidth');
        if (width > 390) wrong.push(`${path} is ${width} wide`);
        wrong.push(...(await page.evaluate<string[]>(twice)).map((id) => `${path} has the id ${id} twice`));
      }
      expect(wrong).toEqual([]);
    });
  },
  { live: true },
);
