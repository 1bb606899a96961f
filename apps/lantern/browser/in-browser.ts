import { browserVerdict, launchBrowser, openWindow, type PageOptions } from '@annex/testkit/browser';
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe } from 'vitest';
import { createLanternWorld, type LanternWorld, type LanternWorldOptions } from './lantern-world.ts';
import type { Visitor } from './visitor.ts';

const verdict = browserVerdict(process.env);

export interface InBrowser {
  readonly world: LanternWorld;
  /** A page in a window of its own; with a visitor's cookies where one is given. */
  page(options?: PageOptions & { as?: Visitor }): Promise<Page>;
}

/** Tests that need a browser and a whole world. Without a Chromium they are skipped and say so; in CI that is a failure. */
export function inBrowser(title: string, tests: (given: InBrowser) => void, options: LanternWorldOptions = {}): void {
  describe.skipIf(!verdict.run)(`${title}${verdict.run ? '' : ` (skipped: ${verdict.why})`}`, () => {
    let world: LanternWorld;
    let browser: Browser;
    beforeAll(async () => {
      world = await createLanternWorld(options);
      browser = await launchBrowser(verdict.run ? verdict.path : '');
    });
    afterAll(async () => {
      await browser?.close();
      await world?.close();
    });
    tests({
      get world() {
        return world;
      },
      async page({ as, ...rest } = {}) {
        const window = await openWindow(browser, rest);
        if (as !== undefined) {
          await window.addCookies(
            [...as.cookies].map(([name, value]) => ({ name, value, url: world.origin, httpOnly: true, sameSite: 'Lax' as const })),
          );
        }
        const page = await window.newPage();
        page.setDefaultTimeout(20_000);
        return page;
      },
    });
  });
}
