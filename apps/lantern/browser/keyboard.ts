import type { Page } from 'playwright-core';

/** What has the focus, as a person would call it. */
const FOCUSED = `((one) => one.labels?.[0]?.textContent ?? one.getAttribute('aria-label') ?? one.textContent ?? '')(document.activeElement)`;

/** Presses Tab until something of this name has the focus: what no Tab leads to is not there for the keyboard. */
export async function tabTo(page: Page, name: string | RegExp): Promise<void> {
  for (let n = 0; n < 150; n++) {
    const text = (await page.evaluate<string>(FOCUSED)).trim();
    if (typeof name === 'string' ? text === name : name.test(text)) return;
    await page.keyboard.press('Tab');
  }
  throw new Error(`No Tab leads to ${name} on ${page.url()}.`);
}
