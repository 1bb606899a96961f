import { defineConfig } from 'vitest/config';

// One runner for everything. Sources are read through the `source` condition, so no build stands between an edit and its test.
export default defineConfig({
  resolve: { conditions: ['source', 'module', 'node', 'development|production'] },
  ssr: { resolve: { conditions: ['source', 'module', 'node', 'development|production'], externalConditions: ['source'] } },
  oxc: { jsx: { runtime: 'automatic', importSource: 'hono/jsx' } },
  test: {
    include: [
      'packages/*/src/**/*.test.{ts,tsx}',
      'packages/*/conformance/**/*.test.ts',
      'packages/contract/compile/**/*.test.ts',
      'apps/*/src/**/*.test.{ts,tsx}',
      'apps/*/browser/**/*.test.ts',
      'examples/*/*.test.ts',
      'tests/**/*.test.ts',
    ],
    globalSetup: ['tests/setup/postgres.ts'],
    testTimeout: 60_000,
    hookTimeout: 120_000,
    // A condition is waited for on a busy machine, too.
    expect: { poll: { timeout: 15_000 } },
    maxWorkers: 2,
  },
});
