import { createKit } from '@annex/kit';
import { findPostgres, startPostgres } from '@annex/testkit/postgres';
import type { TestProject } from 'vitest/node';

declare module 'vitest' {
  interface ProvidedContext {
    /** URL of a PostgreSQL server that holds a migrated database `annex_template`; null where there is none. */
    postgres: string | null;
  }
}

/** One real PostgreSQL server for the whole run. Where the machine has none, tests on it are skipped and say so; in CI that is a failure. */
export default async function setup(project: TestProject): Promise<(() => Promise<void>) | undefined> {
  const bin = findPostgres();
  if (bin === undefined) {
    if (process.env.CI === 'true')
      throw new Error('CI must test on a real PostgreSQL, and none is installed (Debian: apt-get install postgresql).');
    console.warn('No PostgreSQL server is installed: the tests that need one are skipped.');
    project.provide('postgres', null);
    return undefined;
  }
  const server = await startPostgres(bin);
  const admin = await createKit({ database: { url: server.url() } });
  await admin.database.query('create database annex_template');
  await admin.close();
  const template = await createKit({ database: { url: server.url('annex_template') } });
  await template.close();
  project.provide('postgres', server.url());
  return () => server.stop();
}
