// A person's browser for scripts: Chromium, and the small moves that several walks share.
import { chromium } from 'playwright-core';

const ARGS = [
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
];

export const launch = () => chromium.launch({ executablePath: process.env.CHROMIUM_PATH ?? '/usr/bin/chromium', args: ARGS });

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
