import { readdirSync, readFileSync, statSync } from 'node:fs';
import { dirname, join, relative, resolve } from 'node:path';
import { describe, expect, test } from 'vitest';

/** The house rules that a machine can check. Every rule first proves that it read something, and that it can fail. */

const ROOT = resolve(import.meta.dirname, '..');

interface Source {
  /** From the root: `packages/kit/src/kit.ts`. */
  readonly path: string;
  readonly text: string;
}

function walk(folder: string, found: string[] = []): string[] {
  for (const name of readdirSync(folder)) {
    if (name === 'node_modules' || name === 'dist' || name === 'build' || name.startsWith('.')) continue;
    const path = join(folder, name);
    if (statSync(path).isDirectory()) walk(path, found);
    else if (/\.(ts|tsx|mjs)$/.test(name)) found.push(path);
  }
  return found;
}

const sources: Source[] = ['packages', 'apps', 'tests', 'bench', 'scripts']
  .flatMap((folder) => walk(join(ROOT, folder)))
  .map((path) => ({ path: relative(ROOT, path), text: readFileSync(path, 'utf8') }));

const isTest = (source: Source): boolean =>
  /\.test\.tsx?$/.test(source.path) || /\/(conformance|browser)\//.test(source.path) || source.path.startsWith('tests/');
const product = sources.filter((source) => /^(packages|apps)\/[^/]+\/src\//.test(source.path) && !isTest(source));

/** Which part of the architecture a file belongs to. */
function partOf(path: string): string {
  const platform = /^packages\/platform\/src\/([^/]+)\//.exec(path);
  if (platform !== null) return `platform/${platform[1]}`;
  return /^(?:packages|apps)\/([^/]+)\//.exec(path)?.[1] ?? path;
}

/** What a file imports, as parts; packages outside the workspace as `npm:name`. */
function importsOf(source: Source): string[] {
  const found: string[] = [];
  for (const match of source.text.matchAll(/^\s*(?:import|export)\s[^'"]*?from\s+'([^']+)'|^import '([^']+)'|\bimport\('([^']+)'\)/gm)) {
    const name = match[1] ?? match[2] ?? match[3]!;
    if (name.startsWith('.')) found.push(partOf(relative(ROOT, resolve(ROOT, dirname(source.path), name))));
    else if (name.startsWith('@annex/')) found.push(name.slice('@annex/'.length));
    else found.push(`npm:${name}`);
  }
  return found;
}

const SHELL = [
  'accounts',
  'clock',
  'control',
  'events',
  'faults',
  'http',
  'oauth',
  'pages',
  'seeds',
  'simulate',
  'store',
  'versions',
  'webhooks',
];
const CORE = ['platform/engine', 'platform/resources', 'contract', 'money'];

/** Who may import whom. What is not written is refused. */
const ARROWS: Readonly<Record<string, readonly string[]>> = {
  money: [],
  contract: [],
  'platform/engine': ['contract'],
  'platform/resources': ['platform/engine', 'contract', 'money'],
  ...Object.fromEntries(SHELL.map((part) => [`platform/${part}`, [...CORE, 'platform', ...SHELL.map((other) => `platform/${other}`)]])),
  platform: [...CORE, ...SHELL.map((part) => `platform/${part}`)],
  kit: ['contract'],
  testkit: ['platform', 'kit'],
  lantern: ['kit', 'money'],
  annex: ['platform', 'kit'],
  cli: ['platform', 'kit'],
};

function crossings(files: readonly Source[]): string[] {
  const found: string[] = [];
  for (const file of files) {
    const from = partOf(file.path);
    for (const to of importsOf(file)) {
      if (to.startsWith('npm:') || to === from) continue;
      if (!(ARROWS[from] ?? []).includes(to)) found.push(`${file.path}: ${from} may not import ${to}`);
    }
  }
  return found;
}

describe('arrows', () => {
  test('only the written arrows are drawn', () => {
    expect(product.length).toBeGreaterThan(60);
    expect(crossings(product)).toEqual([]);
  });

  test('a planted crossing is seen', () => {
    const planted = { path: 'packages/kit/src/planted.ts', text: "import { createPlatform } from '@annex/platform';\n" };
    expect(crossings([planted])).toEqual(['packages/kit/src/planted.ts: kit may not import platform']);
  });

  test('every package declares what it imports', () => {
    const undeclared: string[] = [];
    for (const file of product) {
      const home = /^(packages|apps)\/[^/]+/.exec(file.path)![0];
      const manifest = JSON.parse(readFileSync(join(ROOT, home, 'package.json'), 'utf8'));
      const declared = new Set([manifest.name, ...Object.keys(manifest.dependencies ?? {})]);
      const typesOnly = new Set(Object.keys(manifest.devDependencies ?? {}));
      for (const name of importsOf(file).filter((to) => to.startsWith('npm:') && !to.startsWith('npm:node:'))) {
        const wanted = name.slice(4).startsWith('@') ? name.slice(4).split('/').slice(0, 2).join('/') : name.slice(4).split('/')[0]!;
        if (!declared.has(wanted) && !(typesOnly.has(wanted) && !new RegExp(`^import (?!type)[^;]*'${wanted}`, 'm').test(file.text))) {
          undeclared.push(`${file.path}: ${wanted}`);
        }
      }
    }
    expect(undeclared).toEqual([]);
  });
});

describe('the functional core', () => {
  const core = product.filter((file) => /platform\/(engine|resources)$/.test(partOf(file.path)) || partOf(file.path) === 'money');
  const impure = (text: string): string | undefined =>
    /\b(Date\.now|new Date|Math\.random|setTimeout|setInterval|fetch\()|from 'node:/.exec(text)?.[0];

  test('reads no clock, no chance and no network', () => {
    expect(core.length).toBeGreaterThan(20);
    expect(core.filter((file) => impure(file.text) !== undefined).map((file) => `${file.path}: ${impure(file.text)}`)).toEqual([]);
  });

  test('a planted clock is seen', () => {
    expect(impure('const now = Date.now();')).toBe('Date.now');
  });
});

describe('form', () => {
  const LONGEST = 300;

  test(`no file of the product is longer than ${LONGEST} lines`, () => {
    const long = product.map((file) => ({ path: file.path, lines: file.text.split('\n').length })).filter((file) => file.lines > LONGEST);
    expect(long).toEqual([]);
  });

  test('no name says Manager, Helper, Util, Service, Processor, Data or Info', () => {
    const banned = /(?:^|[/-])(manager|helper|util|service|processor|data|info)s?\.(ts|tsx)$/i;
    const declared =
      /^(?:export )?(?:abstract )?(?:class|interface|type|function) \w*(?:Manager|Helper|Util|Service|Processor|Data|Info)\b/m;
    expect(product.filter((file) => banned.test(file.path)).map((file) => file.path)).toEqual([]);
    expect(product.filter((file) => declared.test(file.text)).map((file) => `${file.path}: ${declared.exec(file.text)![0]}`)).toEqual([]);
  });

  test('relative imports end in their extension', () => {
    const bare = /from '\.{1,2}\/[^']*(?<!\.(?:ts|tsx|js|mjs|json|css))'/;
    expect(product.filter((file) => bare.test(file.text)).map((file) => file.path)).toEqual([]);
  });

  test('no test is skipped, focused or left to do', () => {
    const tests = sources.filter(isTest).filter((file) => file.path !== 'tests/tidy.test.ts');
    expect(tests.length).toBeGreaterThan(5);
    const marked = /\b(?:it|test|describe)\.(?:todo|only|skip)\(/;
    expect(tests.filter((file) => marked.test(file.text)).map((file) => file.path)).toEqual([]);
  });

  test('only a main reads the environment', () => {
    const reads = product.filter((file) => /process\.env\b/.test(file.text) && !/\/(main|cli\/[^/]+)\.ts$/.test(file.path));
    expect(reads.map((file) => file.path)).toEqual([]);
  });
});
