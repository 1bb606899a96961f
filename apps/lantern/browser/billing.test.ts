import { expectNoSeriousAxe } from '@annex/testkit/browser';
import type { Page } from 'playwright-core';
import { expect, it } from 'vitest';
import { inBrowser } from './in-browser.ts';
import { connectFor, signedUp, until, type Visitor } from './visitor.ts';

/* Lantern charges for itself: a person's way through trial, checkout, a failing card, the lock, the portal, and leaving. */

const DAY = 86_400;

const options = {
  settings: { charge: 'yes', trialDays: 14, graceDays: 7 },
};

inBrowser(
  'Charging for Lantern',
  (given) => {
    const pass = async (days: number): Promise<void> => {
      await given.world.platform.control.setClock({ by: days * DAY });
    };
    const billing = () => given.world.lantern.lantern.kit.billing;
    const at = (index: number) => ({ account: given.world.dana.accounts[index]!.account, livemode: false });
    const reason = async (index: number): Promise<string> => (await billing().entitlement(at(index))).reason;
    const own = (call: string, form?: Record<string, string>) => given.world.api(given.world.extension.testKey, call, form);
    const standing = (page: Page, name: string) => page.locator(`[data-standing="${name}"]`).waitFor();

    const payWith = async (page: Page, number: string): Promise<void> => {
      await page.getByLabel('Card number').fill(number);
      await page.getByLabel('Expiry').fill('12 / 44');
      await page.getByLabel('CVC').fill('123');
      const name = page.getByLabel('Name on card');
      if (await name.isVisible()) await name.fill('Dana');
    };

    const customerOf = async (index: number): Promise<string> => {
      await until(async () => (await reason(index)) === 'trial');
      const find = () =>
        given.world.lantern.lantern.kit.query<{ customer: string | null }>('select customer from annex.subscribers where account = $1', [
          at(index).account,
        ]);
      await until(async () => (await find())[0]?.customer != null);
      return (await find())[0]!.customer!;
    };

    const newKey = async (visitor: Visitor, account: string): Promise<string> => {
      const path = `/a/${account}/test/keys`;
      return /data-key[^>]*>([^<]+)</.exec(await (await visitor.submit(path, { name: 'test' })).text())![1]!;
    };

    let dana: Visitor;

    it('a trial without a card, a checkout in the middle of it, a card that fails, grace, the lock, and another card that unlocks', async () => {
      const { world } = given;
      dana = await signedUp(world, 'dana@acme.example');
      await connectFor(world, dana, at(0).account);
      const customer = await customerOf(0);
      expect(await own(`GET /v1/customers/${customer}`)).toMatchObject({ metadata: { annex_account: at(0).account }, name: 'Acme GmbH' });
      const page = await given.page({ as: dana });
      const home = `${world.origin}/a/${at(0).account}/test`;
      await page.goto(`${home}/billing`);
      expect(await page.locator('[data-standing="trial"]').locator('..').textContent()).toContain('ends in 14 days');
      await expectNoSeriousAxe(page);

      await page.locator('[data-plan="monthly"]').getByRole('button').click();
      await payWith(page, '4000 0000 0000 0341');
      await page.getByRole('button', { name: 'Start trial' }).click();
      await page.waitForURL(`${home}/billing`);
      await standing(page, 'subscribed');
      expect(await page.locator('#subscription ~ dl').textContent()).toContain('$29.00 a month');
      const [subscription] = (await own(`GET /v1/subscriptions?customer=${customer}`)).data;
      expect(subscription).toMatchObject({ status: 'trialing', metadata: { annex_account: at(0).account } });

      const key = await newKey(dana, at(0).account);
      await pass(15);
      await standing(page, 'past_due');
      await page.goto(home);
      await standing(page, 'past_due');
      await expectNoSeriousAxe(page);

      await pass(7);
      // The page may hear of the lock first and be on its way there by itself.
      await page.goto(home).catch(() => undefined);
      await page.waitForURL(`${home}/billing`);
      await standing(page, 'unpaid');
      expect(await page.getByRole('region', { name: 'List of invoices' }).getAttribute('tabindex')).toBe('0');
      await expectNoSeriousAxe(page);
      expect((await dana.get(`/a/${at(0).account}/test/customers`)).headers.get('location')).toBe(`/a/${at(0).account}/test/billing`);
      // The mirror goes on: what happens at the account while it is locked is there afterwards.
      const { id } = await world.api(world.dana.accounts[0]!.testKey, 'POST /v1/customers', { name: 'Came while locked' });
      await until(async () => (await world.lantern.lantern.kit.query('select 1 from mirror.customers where id = $1', [id])).length > 0);

      const locked = await fetch(`${world.origin}/api/v1/account`, { headers: { authorization: `Bearer ${key}` } });
      expect([locked.status, await locked.text()]).toEqual([402, expect.stringContaining('locked')]);

      await page.getByRole('button', { name: 'Card, plan and cancellation' }).click();
      await page.getByRole('link', { name: 'Use another card' }).click();
      await payWith(page, '4242 4242 4242 4242');
      await page.getByRole('button', { name: 'Save card' }).click();
      await page.getByText('Your card was saved').waitFor();
      await page.goto(`${home}/billing`);
      await page.getByRole('button', { name: 'Pay now' }).click();
      await until(async () => (await reason(0)) === 'subscribed');
      await page.goto(`${home}/customers`);
      await page.getByText('Came while locked').waitFor();
    });

    it('canceling in the portal ends it with what is paid for; disconnecting leaves it so; connecting again finds the same customer', async () => {
      const { world } = given;
      const base = `/a/${at(1).account}/test`;
      await connectFor(world, dana, at(1).account);
      const customer = await customerOf(1);
      const page = await given.page({ as: dana, width: 390 });
      await page.goto(`${world.origin}${base}/billing`);
      await page.locator('[data-plan="monthly"]').getByRole('button').click();
      await payWith(page, '4242 4242 4242 4242');
      await page.getByRole('button', { name: 'Start trial' }).click();
      await page.waitForURL(`${world.origin}${base}/billing`);
      await standing(page, 'subscribed');
      await page.getByRole('button', { name: 'Card, plan and cancellation' }).click();
      await page.getByText('Lantern, monthly').first().waitFor();
      await page.getByRole('link', { name: 'Cancel', exact: true }).click();
      await page.getByRole('button', { name: 'Cancel the subscription' }).click();
      await until(async () => (await reason(1)) === 'ending');
      await page.goto(`${world.origin}${base}/billing`);
      await standing(page, 'ending');
      await expectNoSeriousAxe(page);

      await dana.submit(`${base}/disconnect`, { sure: 'yes' }, `${base}/settings`);
      const subscribers = 'select connected, customer from annex.subscribers where account = $1';
      const row = async () => (await world.lantern.lantern.kit.query(subscribers, [at(1).account]))[0];
      await until(async () => (await row())?.connected === false);
      await connectFor(world, dana, at(1).account);
      await until(async () => (await row())?.connected === true);
      expect((await row())?.customer).toBe(customer);
      expect(await reason(1)).toBe('ending');
      expect((await own('GET /v1/customers?limit=100')).data).toHaveLength(2);
    });

    it('a trial without a card ends on the platform’s clock: the page says so, locks by itself, and locks nobody else', async () => {
      const { world } = given;
      const { id: account } = await world.platform.control.createAccount({ name: 'Quiet' });
      await connectFor(world, dana, account);
      const why = async () => (await billing().entitlement({ account, livemode: false })).reason;
      await until(async () => (await why()) === 'trial');
      const page = await given.page({ as: dana });
      await page.goto(`${world.origin}/a/${account}/test/billing`);
      await page.getByText('ends in 14 days').waitFor();
      await pass(11);
      await until(async () => (await (await dana.get(`/a/${account}/test`)).text()).includes('ends in 3 days'));
      await pass(3);
      await standing(page, 'trial_over');
      expect(await reason(0)).toBe('subscribed');
    });

    it('a checkout of another account, or of nobody, confirms nothing and is not found', async () => {
      const [session] = (await own('GET /v1/checkout/sessions?limit=1')).data;
      for (const id of [session.id, 'cs_test_nobody']) {
        const answer = await dana.get(`/a/${at(0).account}/test/billing/return?session=${id}`);
        expect([answer.status, await answer.text()]).toEqual([404, expect.stringContaining('This account has no such checkout.')]);
      }
    });
  },
  options,
);
