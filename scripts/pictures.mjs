// The pictures of Annex, taken from the running product with its demo.
//   node scripts/pictures.mjs                     those of the README and the docs, into docs/pictures
//   node scripts/pictures.mjs FOLDER [NAME …]     every page, wide and on a phone, light and dark, whole: for looking at. NAME: a part of a name
// Needs Chromium and a build; starts `npm start` with a data folder and ports of its own.
import { spawn } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { launch } from './lib/browser.mjs';
import { walk } from './lib/walk.mjs';
import { root } from './prepare.mjs';

const [folder, ...only] = process.argv.slice(2);
const KEPT = join(root, 'docs', 'pictures');
const out = folder === undefined ? KEPT : resolve(folder);
const PORTS = { platform: 12_611, lantern: 12_642 };
const platform = `http://127.0.0.1:${PORTS.platform}`;
const lantern = `http://127.0.0.1:${PORTS.lantern}`;

/** What the README and the docs show. */
const DOCS = ['platform-consent', 'lantern-import', 'lantern-overview', 'lantern-customer', 'lantern-overview-past-due'];
const DESKTOP = { width: 1180, height: 820 };
const WIDE = { width: 1280, height: 820 };
const PHONE = { width: 390, height: 780 };
const LOOKS =
  folder === undefined
    ? { desktop: DESKTOP, phone: PHONE }
    : { desktop: WIDE, 'desktop-dark': { ...WIDE, dark: true }, phone: PHONE, 'phone-dark': { ...PHONE, dark: true } };

const isWanted = (name) => (folder === undefined ? DOCS.includes(name) : only.length === 0 || only.some((part) => name.includes(part)));

async function answering(url) {
  for (const deadline = Date.now() + 120_000; Date.now() < deadline; ) {
    if ((await fetch(url).catch(() => undefined))?.ok) return;
    await new Promise((done) => setTimeout(done, 200));
  }
  throw new Error(`${url} does not answer.`);
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
  writeFileSync(join(out, 'walk.png'), await page.screenshot());
}

async function photograph(browser) {
  const context = await browser.newContext({ viewport: DESKTOP, reducedMotion: 'reduce', locale: 'en-US' });
  const page = await context.newPage();
  const shots = new Map();
  const shoot = async (name) => {
    if (!isWanted(name)) return;
    for (const [look, { dark, ...viewport }] of Object.entries(LOOKS)) {
      await page.setViewportSize(viewport);
      await page.emulateMedia({ colorScheme: dark ? 'dark' : 'light' });
      const bytes = await page.screenshot({ fullPage: folder !== undefined });
      shots.set(`${name}-${look}`, bytes);
      writeFileSync(join(out, `${name}-${look}.png`), bytes);
    }
    await page.setViewportSize(DESKTOP);
    await page.emulateMedia({ colorScheme: 'light' });
  };
  try {
    await walk({ page, platform, lantern, shoot, everything: folder !== undefined });
  } catch (error) {
    writeFileSync(join(out, 'stopped-here.png'), await page.screenshot({ fullPage: true }));
    throw new Error(`The walk stopped at ${page.url()} (stopped-here.png): ${error.message}`);
  }
  return shots;
}

mkdirSync(out, { recursive: true });
const browser = await launch();
const data = mkdtempSync(join(tmpdir(), 'annex-pictures-'));
const args = ['scripts/start.mjs', '--port', String(PORTS.platform), '--lantern-port', String(PORTS.lantern), '--data', data];
const child = spawn(process.execPath, args, { cwd: root, stdio: ['ignore', 'ignore', 'inherit'] });
const ended = new Promise((done) => child.once('exit', done));
try {
  await answering(`${lantern}/health`);
  const shots = await photograph(browser);
  if (folder === undefined) await compose(browser, shots);
  console.log(`${shots.size} pictures are in ${out}.`);
} finally {
  await browser.close();
  child.kill('SIGTERM');
  await ended;
  rmSync(data, { recursive: true, force: true });
}
