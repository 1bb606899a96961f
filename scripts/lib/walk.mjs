// The walk that the pictures are taken on, as a person takes it: connect, look at everything, pay, fail to pay, pay again, leave.
import { ask } from './ask.mjs';
import { payWith } from './browser.mjs';
import { hostedPages, lookCloser, newcomer, password } from './walk-more.mjs';

const DAY = 86_400;
const named = (text) => text.trim().toLowerCase().replaceAll(/\W+/g, '-');

/** `{ page, platform, lantern, shoot, everything }`: `shoot(name)` photographs what the page shows; `everything`: stops beside the story, too. */
export async function walk(given) {
  const { page, lantern, shoot } = given;
  await connect(given);
  const base = new URL(page.url()).pathname.replace(/\/import$/, '');
  const account = base.split('/')[2];
  given.visit = async (name, path) => {
    await page.goto(lantern + path);
    await settled(page);
    await shoot(name);
  };
  await lookAround(given, base);
  if (given.everything) await lookCloser(given, base);
  await charge(given, base);
  await dashboard(given, account);
  if (given.everything) {
    await hostedPages(given, account);
    await password(given, base);
    await newcomer(given);
  }
  await leave(given, base);
}

/** Charts and live marks are there. */
const settled = (page) => page.waitForLoadState('load').then(() => page.waitForTimeout(250));

async function connect({ page, lantern, shoot }) {
  for (const [name, path] of [
    ['lantern-connect', '/'],
    ['lantern-sign-up', '/sign-up'],
    ['lantern-sign-in', '/sign-in'],
  ]) {
    await page.goto(lantern + path);
    await shoot(name);
  }
  await page.goto(lantern);
  await page.getByRole('link', { name: 'Connect your Stripe account' }).click();
  await shoot('platform-sign-in');
  await page.getByLabel('E-mail').fill('demo@annex.local');
  await page.getByLabel('Password').fill('demo');
  await page.getByRole('button', { name: 'Sign in', exact: true }).click();
  await page.getByRole('radio', { name: 'Papercrane' }).check();
  await shoot('platform-consent');
  await page.getByRole('button', { name: 'Connect', exact: true }).click();
  await page.waitForURL(/\/import$/);
  await shoot('lantern-import-running');
  await page.locator('[data-import="done"], [data-import="partial"]').waitFor({ timeout: 120_000 });
  await settled(page);
  await shoot('lantern-import');
}

/** A page that is locked or open again at that moment loads itself, which ends another load that has begun. */
const openBilling = (page, base) => page.goto(`${base}/billing`).catch(() => page.goto(`${base}/billing`));

async function lookAround({ page, lantern, visit }, base) {
  await page.goto(lantern + base);
  // The first figures are counted again when the whole history is there.
  await page.getByText('is being counted').waitFor({ state: 'hidden', timeout: 30_000 });
  const links = await page.locator('nav.side a').evaluateAll((all) => all.map((one) => [one.textContent, one.getAttribute('href')]));
  for (const [label, href] of links) await visit(`lantern-${named(label)}`, href);
  for (const [name, from, selector] of [
    ['lantern-customer', '/customers', `main a[href^="${base}/customers/"]`],
    ['lantern-month', '', 'main a[href*="/movements/"]'],
    ['lantern-object', '/failed', 'main a[href*="/objects/"]'],
  ]) {
    await page.goto(lantern + base + from);
    await visit(name, await page.locator(selector).first().getAttribute('href'));
  }
  for (const [name, path] of [
    ['lantern-why', `${base}/why?than=stripe`],
    ['lantern-api', '/api'],
    ['lantern-accounts', '/accounts'],
    ['lantern-not-found', '/nothing-here'],
  ])
    await visit(name, path);
}

/** Trial, checkout with a card that will fail, past due, the lock, another card, the portal. */
async function charge({ page, lantern, platform, shoot, visit }, base) {
  // Until the clock has arrived: an address that is valid for an hour, made on the way, would have expired.
  const pass = async (days) => {
    const clock = `${platform}/_annex/clock`;
    let { behind } = await ask(clock, { json: { by: days * DAY } });
    while (behind) {
      await page.waitForTimeout(100);
      behind = (await ask(clock)).behind;
    }
  };
  const standing = (reason) => page.locator(`[data-standing="${reason}"]`).first().waitFor({ timeout: 60_000 });
  await openBilling(page, `${lantern}${base}`);
  await standing('trial');
  await page.locator('[data-plan="monthly"]').getByRole('button').click();
  await shoot('platform-checkout');
  await payWith(page, '4000 0000 0000 0341');
  await page.getByRole('button', { name: 'Start trial' }).click();
  await page.waitForURL(`${lantern}${base}/billing`);
  await standing('subscribed');
  await shoot('lantern-billing-subscribed');
  await pass(15);
  await standing('past_due');
  await shoot('lantern-billing-past-due');
  await visit('lantern-overview-past-due', base);
  // The last try of the payment is then over.
  await pass(17);
  await openBilling(page, `${lantern}${base}`);
  await standing('unpaid');
  await shoot('lantern-billing-locked');
  await page.getByRole('button', { name: 'Card, plan and cancellation' }).click();
  await page.getByRole('link', { name: 'Use another card' }).click();
  await shoot('platform-portal-card');
  await payWith(page, '4242 4242 4242 4242');
  await page.getByRole('button', { name: 'Save card' }).click();
  await page.getByText('Your card was saved').waitFor();
  await shoot('platform-portal');
  await openBilling(page, `${lantern}${base}`);
  await page.getByRole('button', { name: 'Pay now' }).click();
  await standing('subscribed');
  await shoot('lantern-billing-paid');
  await page.getByRole('button', { name: 'Card, plan and cancellation' }).click();
  await page.getByRole('link', { name: 'Cancel', exact: true }).click();
  await shoot('platform-portal-cancel');
  await page.getByRole('button', { name: 'Cancel the subscription' }).click();
  await page.waitForLoadState('load');
  await openBilling(page, `${lantern}${base}`);
  await standing('ending');
  await shoot('lantern-billing-ending');
}

async function dashboard({ page, platform, shoot }, account) {
  await page.goto(`${platform}/${account}/test`);
  await shoot('platform-dashboard');
  const links = await page.locator('nav a').evaluateAll((all) => all.map((one) => [one.textContent, one.href]));
  for (const [label, href] of links) {
    await page.goto(href);
    await settled(page);
    await shoot(`platform-${named(label)}`);
  }
}

async function leave({ page, lantern, shoot }, base) {
  await page.goto(`${lantern}${base}/settings`);
  await page.getByLabel(/I understand/).check();
  await page.getByRole('button', { name: /^Disconnect/ }).click();
  await page.locator('[data-left="gone"]').waitFor();
  await shoot('lantern-left');
}
