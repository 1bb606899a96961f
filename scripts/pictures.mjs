// The pictures of the README and the docs, taken from the running product: `node scripts/pictures.mjs`.
// Starts `npm start` with a data folder and ports of its own, walks as a person does, and photographs.
import { spawn } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { chromium } from 'playwright-core';
import { giveUp, root } from './prepare.mjs';

const PORTS = { platform: 12_611, lantern: 12_642 };
const platform = `http://127.0.0.1:${PORTS.platform}`;
const lantern = `http://127.0.0.1:${PORTS.lantern}`;
const folder = join(root, 'docs', 'pictures');
const DESKTOP = { width: 1180, height: 820 };
const PHONE = { width: 390, height: 780 };
const ARGS = [
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
];

async function answering(url) {
  for (const deadline = Date.now() + 120_000; Date.now() < deadline; ) {
    if ((await fetch(url).catch(() => undefined))?.ok) return;
    await new Promise((done) => setTimeout(done, 200));
  }
  giveUp(`${url} does not answer.`);
}

async function walk(browser) {
  const page = await browser.newPage({ viewport: DESKTOP });
  const shots = new Map();
  const shoot = async (name) => {
    for (const [size, viewport] of Object.entries({ desktop: DESKTOP, phone: PHONE })) {
      await page.setViewportSize(viewport);
      const bytes = await page.screenshot();
      shots.set(`${name}-${size}`, bytes);
      writeFileSync(join(folder, `${name}-${size}.png`), bytes);
    }
    await page.setViewportSize(DESKTOP);
  };
  await page.goto(lantern);
  await shoot('lantern-connect');
  await page.getByRole('link', { name: 'Connect your Stripe account' }).click();
  await page.getByLabel('E-mail').fill('demo@annex.local');
  await page.getByLabel('Password').fill('demo');
  await page.getByRole('button', { name: 'Sign in', exact: true }).click();
  await page.getByRole('radio', { name: 'Papercrane' }).check();
  await shoot('platform-consent');
  await page.getByRole('button', { name: 'Connect', exact: true }).click();
  await page.locator('[data-import="done"]').waitFor({ timeout: 120_000 });
  await shoot('lantern-import');
  await page.goto(page.url().replace(/\/import$/, ''));
  await shoot('lantern-overview');
  await page.goto(platform);
  await shoot('platform-dashboard');
  return shots;
}

/** The README's one picture: consent and overview side by side. */
async function compose(browser, shots) {
  const image = (name) => `data:image/png;base64,${shots.get(name).toString('base64')}`;
  const page = await browser.newPage({ viewport: { width: 1640, height: 620 } });
  await page.setContent(
    `<body style="margin:0;display:flex;gap:20px;padding:20px;background:#e9e7e2">${['platform-consent-desktop', 'lantern-overview-desktop']
      .map((name) => `<img src="${image(name)}" style="width:790px;height:549px;border-radius:10px;box-shadow:0 2px 14px #0003">`)
      .join('')}</body>`,
  );
  writeFileSync(join(folder, 'walk.png'), await page.screenshot());
}

mkdirSync(folder, { recursive: true });
const data = mkdtempSync(join(tmpdir(), 'annex-pictures-'));
const args = ['scripts/start.mjs', '--port', String(PORTS.platform), '--lantern-port', String(PORTS.lantern), '--data', data];
const child = spawn(process.execPath, args, { cwd: root, stdio: ['ignore', 'inherit', 'inherit'] });
const browser = await chromium.launch({ executablePath: process.env.CHROMIUM_PATH ?? '/usr/bin/chromium', args: ARGS });
try {
  await answering(`${lantern}/health`);
  await compose(browser, await walk(browser));
} finally {
  await browser.close();
  child.kill('SIGTERM');
  await new Promise((done) => child.once('exit', done));
  rmSync(data, { recursive: true, force: true });
}
console.log(`Pictures are in ${folder}.`);
