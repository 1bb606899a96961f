import { browserVerdict, launchBrowser, openWindow, type PageOptions } from '@annex/testkit/browser';
import type { Browser, Locator, Page } from 'playwright-core';
import { afterAll, beforeAll, describe } from 'vitest';

const verdict = browserVerdict(process.env);

export interface InBrowser {
  /** A page in a window of its own. */
  page(options?: PageOptions): Promise<Page>;
}

/** One for all tests of a file. */
let browser: Promise<Browser> | undefined;
afterAll(async () => (await browser)?.close());

/** Tests that need a browser. Without a Chromium they are skipped and say so; in CI that is a failure. */
export function inBrowser(title: string, tests: (given: InBrowser) => void): void {
  describe.skipIf(!verdict.run)(`${title}${verdict.run ? '' : ` (skipped: ${verdict.why})`}`, () => {
    beforeAll(() => {
      browser ??= launchBrowser(verdict.run ? verdict.path : '');
      return browser;
    });
    tests({
      async page(options = {}) {
        const page = await (await openWindow(await browser!, options)).newPage();
        page.setDefaultTimeout(20_000);
        return page;
      },
    });
  });
}

/** How a person does things on a page: with the mouse, or by keyboard alone. */
export interface Hand {
  press(target: Locator): Promise<void>;
  write(target: Locator, text: string): Promise<void>;
  choose(target: Locator): Promise<void>;
}

export const mouse: Hand = {
  press: (target) => target.click(),
  write: (target, text) => target.fill(text),
  choose: (target) => target.check(),
};

const MOST_STOPS = 120;

/** Presses Tab until this has the focus, as a person would who has no mouse; fails where it cannot be reached. */
async function tabTo(target: Locator): Promise<void> {
  const page = target.page();
  await target.waitFor();
  for (let stops = 0; stops < MOST_STOPS; stops++) {
    if (await target.evaluate((element) => element === element.ownerDocument.activeElement)) return;
    await page.keyboard.press('Tab');
  }
  throw new Error(`${target} cannot be reached with the Tab key on ${page.url()}`);
}

export const keyboard: Hand = {
  async press(target) {
    await tabTo(target);
    await target.page().keyboard.press('Enter');
  },
  async write(target, text) {
    await tabTo(target);
    await target.page().keyboard.press('Control+A');
    await target.page().keyboard.type(text);
  },
  /** Tab stops once at a group of radio buttons; the arrows move in it. */
  async choose(target) {
    const page = target.page();
    const group = await target.getAttribute('name');
    await tabTo(page.locator(`input[type="radio"][name="${group}"]:checked`));
    for (let moves = 0; moves < MOST_STOPS && !(await target.isChecked()); moves++) await page.keyboard.press('ArrowDown');
  },
};

/** Signs in with the form that is shown. */
export async function signIn(page: Page, hand: Hand, who: { email: string; password: string }): Promise<void> {
  await hand.write(page.getByLabel('E-mail'), who.email);
  await hand.write(page.getByLabel('Password'), who.password);
  await hand.press(page.getByRole('button', { name: 'Sign in', exact: true }));
}

/** Where scripts are off, axe cannot look either; the same pages are looked at with scripts on. */
export const unseen = async (): Promise<void> => {};
