// A person's browser for scripts: Chromium, and the small moves that several walks share.
import { browserVerdict, launchBrowser } from '../../packages/testkit/dist/browser.js';
import { giveUp } from '../prepare.mjs';

export async function launch() {
  const verdict = browserVerdict(process.env);
  if (!verdict.run) giveUp(verdict.why);
  return launchBrowser(verdict.path);
}

/** Fills in the card of a hosted page. */
export async function payWith(page, number) {
  await page.getByLabel('Card number').fill(number);
  await page.getByLabel('Expiry').fill('12 / 44');
  await page.getByLabel('CVC').fill('123');
  for (const [label, text] of [
    ['Name on card', 'Dana Demo'],
    ['E-mail', 'dana@papercrane.example'],
  ]) {
    const field = page.getByLabel(label);
    if (await field.isVisible()) await field.fill(text);
  }
}
