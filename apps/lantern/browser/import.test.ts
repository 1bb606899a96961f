import { type ChildProcess, spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createWorld, type World } from '@annex/testkit';
import { browserVerdict, expectNoSeriousAxe, launchBrowser, openWindow } from '@annex/testkit/browser';
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { tabTo } from './keyboard.ts';

const verdict = browserVerdict(process.env);
const MAIN = new URL('../dist/main.js', import.meta.url).pathname;
const CUSTOMERS = 1_500;

/** Lantern as it runs: a process of its own, with a folder, so that it can be killed. */
function startLantern({ world, folder }: { world: World; folder: string }): ChildProcess {
  const { origin, platform, extension } = world;
  return spawn(process.execPath, [MAIN, '--port', new URL(origin).port, '--data', folder], {
    stdio: 'ignore',
    env: {
      ...{ PATH: process.env.PATH, PUBLIC_URL: origin, STRIPE_API_BASE: platform.url },
      ...{ STRIPE_TEST_SECRET_KEY: extension.testKey, STRIPE_TEST_CLIENT_ID: extension.testClientId },
      STRIPE_WEBHOOK_SECRETS: extension.webhookSecrets.join(','),
    },
  });
}

const gone = (child: ChildProcess): Promise<unknown> => new Promise((done) => child.once('exit', done));

describe.skipIf(!verdict.run)(`the import in a browser${verdict.run ? '' : ` (skipped: ${verdict.why})`}`, () => {
  const folder = mkdtempSync(join(tmpdir(), 'lantern-import-'));
  let world: World;
  let browser: Browser;
  let lantern: ChildProcess;
  beforeAll(async () => {
    world = await createWorld();
    browser = await launchBrowser(verdict.run ? verdict.path : '');
    lantern = startLantern({ world, folder });
  });
  afterAll(async () => {
    await browser?.close();
    const ended = gone(lantern);
    lantern.kill('SIGKILL');
    await ended;
    await world.close();
    rmSync(folder, { recursive: true, force: true });
  });

  /** Keeps what the bar says, every time that the page shows another value. */
  const watch = (page: Page) =>
    page.evaluate(`{
      globalThis.seen = [];
      const look = () => {
        const value = document.querySelector('progress')?.value;
        if (value !== undefined && value !== seen.at(-1)) seen.push(value);
      };
      look();
      new MutationObserver(look).observe(document.body, { subtree: true, childList: true });
    }`);

  it('begun with the keyboard alone, killed at 40 % and started again, it resumes, never goes back, and reads no page twice', async () => {
    const [acme] = world.dana.accounts;
    const make = async (from: number): Promise<void> => {
      for (let n = from; n < CUSTOMERS; n += 20) await world.api(acme!.testKey, 'POST /v1/customers', { name: `Customer ${n}` });
    };
    await Promise.all(Array.from({ length: 20 }, (_, n) => make(n)));
    const reads = { account: acme!.account, method: 'GET' };
    const rules = [
      { fault: 'rate_limit', share: 0.05, length: 1, ...reads },
      // So that it is still at work when it is seen to be at 40 %.
      { fault: 'slow', from: 0.2, to: 0.2, share: 1, ...reads },
    ];
    await world.platform.control.setFaults({ seed: 7, rules });

    const page = await (await openWindow(browser)).newPage();
    const type = async (text: string, key = 'Tab'): Promise<void> => {
      await page.keyboard.type(text);
      await page.keyboard.press(key);
    };
    await expect
      .poll(
        () =>
          fetch(world.origin).then(
            ({ ok }) => ok,
            () => false,
          ),
        { timeout: 30_000 },
      )
      .toBe(true);
    await page.goto(world.origin);
    await tabTo(page, 'Connect your Stripe account');
    await page.keyboard.press('Enter');
    await page.getByLabel('E-mail').waitFor();
    await tabTo(page, 'E-mail');
    await type(world.dana.email);
    await type(world.dana.password, 'Enter');
    await page.getByRole('radio', { name: 'Acme GmbH' }).waitFor();
    await tabTo(page, /^Acme GmbH/);
    await page.keyboard.press('Space');
    await tabTo(page, 'Connect');
    await page.keyboard.press('Enter');
    await page.waitForURL(/\/import$/);
    await watch(page);
    await expectNoSeriousAxe(page);

    await expect.poll(() => page.evaluate<number>('seen.at(-1)'), { timeout: 30_000 }).toBeGreaterThanOrEqual(0.4);
    expect(await page.locator('[data-import="running"]').count()).toBe(1);
    const killed = gone(lantern);
    lantern.kill('SIGKILL');
    await killed;
    await page.locator('.live.off').waitFor();
    lantern = startLantern({ world, folder });
    await page.locator('[data-import="done"]').waitFor({ timeout: 50_000 });

    const values = await page.evaluate<number[]>('seen');
    expect(values).toEqual([...values].sort((a, b) => a - b));
    expect(values.at(-1)).toBe(1);
    expect(await page.locator('tr[data-object="customer"] data').first().getAttribute('value')).toBe(String(CUSTOMERS));
    const { data } = await world.platform.control.requests({
      account: acme!.account,
      path: '/v1/customers',
      method: 'GET',
      status: 200,
      limit: 1_000,
    });
    const pages = data.filter(({ query }) => query.includes('limit=')).map(({ query }) => query);
    expect(pages.length).toBeGreaterThanOrEqual(CUSTOMERS / 100);
    expect(pages.length - new Set(pages).size).toBeLessThanOrEqual(1);
  }, 120_000);
});
