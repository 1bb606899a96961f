// `node scripts/screenshots.mjs FOLDER`: pictures of every page of Lantern with the demo, for the docs and for looking at: wide and
// narrow, light and dark. Needs Chromium and a build.
import { spawn } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { chromium } from 'playwright-core';
import { giveUp, root } from './prepare.mjs';

const [folder, ...only] = process.argv.slice(2);
if (folder === undefined) giveUp('Say where to: node scripts/screenshots.mjs FOLDER [page …]');
const out = resolve(folder);
mkdirSync(out, { recursive: true });

const PORTS = ['12931', '4931'];
const lantern = `http://127.0.0.1:${PORTS[1]}`;
const data = mkdtempSync(join(tmpdir(), 'annex-screenshots-'));
const demo = spawn(process.execPath, [join(root, 'scripts', 'start.mjs'), '--port', PORTS[0], '--lantern-port', PORTS[1], '--data', data], {
  stdio: ['ignore', 'pipe', 'inherit'],
});
await new Promise((done, failed) => {
  demo.stdout.on('data', (chunk) => String(chunk).includes('Ctrl-C') && done());
  demo.once('exit', () => failed(new Error('The demo did not start.')));
});

const LOOKS = [
  { name: 'wide', width: 1280, height: 900, colorScheme: 'light' },
  { name: 'wide-dark', width: 1280, height: 900, colorScheme: 'dark' },
  { name: 'phone', width: 390, height: 844, colorScheme: 'light' },
  { name: 'phone-dark', width: 390, height: 844, colorScheme: 'dark' },
];

const browser = await chromium.launch({
  executablePath: process.env.CHROMIUM_PATH ?? '/usr/bin/chromium',
  args: ['--no-sandbox', '--disable-gpu'],
});
const context = await browser.newContext({ viewport: { width: 1280, height: 900 }, reducedMotion: 'reduce' });
const page = await context.newPage();

async function shoot(name) {
  if (only.length > 0 && !only.some((part) => name.includes(part))) return;
  for (const look of LOOKS) {
    await page.setViewportSize({ width: look.width, height: look.height });
    await page.emulateMedia({ colorScheme: look.colorScheme, reducedMotion: 'reduce' });
    await page.screenshot({ path: join(out, `${name}-${look.name}.png`), fullPage: true });
  }
  await page.setViewportSize({ width: 1280, height: 900 });
  await page.emulateMedia({ colorScheme: 'light' });
}

async function visit(name, path) {
  await page.goto(lantern + path);
  await page.waitForTimeout(400);
  await shoot(name);
}

try {
  await visit('01-connect', '/');
  await visit('02-sign-up', '/sign-up');
  await page.goto(lantern);
  await page.getByRole('link', { name: 'Connect your Stripe account' }).click();
  await page
    .getByRole('button', { name: /^Sign in as/ })
    .first()
    .click();
  await shoot('03-consent');
  await page.getByRole('button', { name: 'Connect', exact: true }).click();
  await page.waitForURL(/\/import$/);
  await shoot('04-import-running');
  await page.locator('[data-import="done"], [data-import="partial"]').waitFor({ timeout: 120_000 });
  await page.waitForTimeout(300);
  await shoot('05-import-done');
  const base = new URL(page.url()).pathname.replace(/\/import$/, '');
  const links = await page
    .locator('nav.side a')
    .evaluateAll((found) => found.map((one) => [one.textContent.trim(), one.getAttribute('href')]));
  for (const [n, [label, href]] of links.entries()) {
    await visit(`${10 + n}-${label.toLowerCase().replaceAll(/\W+/g, '-')}`, href);
  }
  for (const [name, selector] of [
    ['40-customer', `main a[href^="${base}/customers/"]`],
    ['41-month', `main a[href*="/movements/"]`],
    ['42-object', `main a[href*="/objects/"]`],
  ]) {
    const from = { '40-customer': '/customers', '41-month': '', '42-object': '/failed' }[name];
    await page.goto(lantern + base + from);
    const link = page.locator(selector).first();
    if ((await link.count()) === 0) continue;
    await visit(name, await link.getAttribute('href'));
  }
  await visit('50-accounts', '/accounts');
  await visit('51-not-found', '/nothing-here');
  await page.goto(`${lantern}${base}/settings`);
  await page.getByLabel(/I understand/).check();
  await page.getByRole('button', { name: /^Disconnect/ }).click();
  await page.locator('[data-left="gone"]').waitFor();
  await shoot('60-left');
  console.log(`Pictures are in ${out}.`);
} finally {
  await browser.close();
  demo.kill('SIGTERM');
  await new Promise((done) => demo.once('exit', done));
  rmSync(data, { recursive: true, force: true });
}
