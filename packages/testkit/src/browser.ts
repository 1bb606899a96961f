import { existsSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import type { Browser, BrowserContext, Page } from 'playwright-core';

/** Where a Chromium may be, after what `CHROMIUM_PATH` says. */
const USUAL = ['/usr/bin/chromium', '/usr/bin/chromium-browser', '/usr/bin/google-chrome', '/usr/bin/google-chrome-stable'];

const ARGS = [
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
];

export interface Environment {
  readonly [name: string]: string | undefined;
}

/** The browser's path; nothing where there is none. */
export function findChromium(env: Environment, exists: (path: string) => boolean = existsSync): string | undefined {
  return [env.CHROMIUM_PATH, ...USUAL].find((path): path is string => path !== undefined && path !== '' && exists(path));
}

/**
 * Whether browser tests run here: with a browser they do; without one they are a failure in continuous integration and
 * elsewhere a skip that says so.
 */
export function browserVerdict(
  env: Environment,
  exists?: (path: string) => boolean,
): { run: true; path: string } | { run: false; why: string } {
  const path = findChromium(env, exists);
  if (path !== undefined) return { run: true, path };
  const why = 'no Chromium was found; install it (Debian: apt-get install chromium) or set CHROMIUM_PATH';
  if (env.CI !== undefined && env.CI !== '' && env.CI !== 'false') throw new Error(`Browser tests must run in CI, but ${why}.`);
  return { run: false, why };
}

/** Starts a headless browser. The package `playwright-core` is loaded only here: who tests no pages needs none. */
export async function launchBrowser(path: string): Promise<Browser> {
  const { chromium } = await import('playwright-core');
  return chromium.launch({ executablePath: path, args: ARGS, headless: true });
}

export interface PageOptions {
  readonly javaScript?: boolean;
  readonly width?: number;
  readonly height?: number;
  readonly dark?: boolean;
}

/** A window of its own, with its own cookies. */
export function openWindow(browser: Browser, options: PageOptions = {}): Promise<BrowserContext> {
  const { javaScript = true, width = 1280, height = 900, dark = false } = options;
  return browser.newContext({
    javaScriptEnabled: javaScript,
    viewport: { width, height },
    colorScheme: dark ? 'dark' : 'light',
    reducedMotion: 'reduce',
    locale: 'en-US',
  });
}

interface Violation {
  readonly id: string;
  readonly impact?: string | null;
  readonly help: string;
  readonly nodes: readonly { readonly target: readonly unknown[]; readonly failureSummary?: string }[];
}

let axeSource: string | undefined;

/** What axe finds serious or critical on this page, one line each. */
export async function seriousAxe(page: Page): Promise<string[]> {
  axeSource ??= readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');
  // Evaluated through the debugger, so that the page's own strict policy is not in the way.
  await page.evaluate(axeSource);
  const violations = await page.evaluate(async () => {
    const { axe } = globalThis as unknown as { axe: { run(): Promise<{ violations: Violation[] }> } };
    return (await axe.run()).violations;
  });
  return violations
    .filter(({ impact }) => impact === 'serious' || impact === 'critical')
    .flatMap(({ id, help, nodes }) => nodes.map((node) => `${id}: ${help} (${node.target.join(' ')}) ${node.failureSummary ?? ''}`));
}

/** Fails, naming each element, where a page has a serious accessibility violation. */
export async function expectNoSeriousAxe(page: Page): Promise<void> {
  const found = await seriousAxe(page);
  if (found.length > 0) throw new Error(`${page.url()} has ${found.length} serious accessibility violations:\n${found.join('\n')}`);
}
