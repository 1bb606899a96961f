import { spawn } from 'node:child_process';
import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { freshDatabase } from '@annex/testkit/postgres';
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest';
import { onEachDatabase } from '../../conformance/databases.ts';
import { connectDatabase } from './connect.ts';
import type { Query } from './database.ts';
import { migrate } from './migrate.ts';

onEachDatabase('a database', (opened) => {
  beforeAll(() => opened.current.query('create table public.things (n bigint primary key, data jsonb)'));

  it('gives int8 as a number and jsonb parsed', async () => {
    await opened.current.query('insert into things values ($1, $2::jsonb)', [1, '{"a": [1, "x"]}']);
    expect(await opened.current.query('select n, data, count(*) over () as c from things')).toEqual([
      { n: 1, data: { a: [1, 'x'] }, c: 1 },
    ]);
  });

  it('keeps all of a transaction or nothing', async () => {
    const failing = opened.current.transaction(async (tx) => {
      await tx.query('insert into things values (10, null)');
      throw new Error('no');
    });
    await expect(failing).rejects.toThrow('no');
    await opened.current.transaction((tx) => tx.query('insert into things values (11, null)'));
    expect(await opened.current.query('select n from things where n >= 10')).toEqual([{ n: 11 }]);
  });

  it('runs transactions that arrive together one after the other or side by side, and mixes none', async () => {
    await opened.current.query('insert into things values (100, $1::jsonb)', ['0']);
    await Promise.all(
      Array.from({ length: 20 }, () =>
        opened.current.transaction(async (tx) => {
          const [row] = await tx.query<{ data: number }>('select data from things where n = 100 for update');
          await tx.query('update things set data = $1::jsonb where n = 100', [String(row!.data + 1)]);
        }),
      ),
    );
    expect(await opened.current.query('select data from things where n = 100')).toEqual([{ data: 20 }]);
  });

  it('tells the code of an error', async () => {
    await opened.current.query('insert into things values (200, null)');
    await expect(opened.current.query('insert into things values (200, null)')).rejects.toMatchObject({ code: '23505' });
  });

  it('is migrated once, by however many start at the same moment', async () => {
    const runs = await Promise.all(Array.from({ length: 4 }, () => migrate(opened.current)));
    const files = await readdir(new URL('../../migrations/', import.meta.url));
    expect(await opened.current.query('select count(*) as n from annex.migrations')).toEqual([{ n: files.length }]);
    expect(runs.flat().length === 0 || runs.flat().length === files.length).toBe(true);
  });

  it('is refused when a newer version has changed it', async () => {
    await opened.current.query("insert into annex.migrations values (9999, '9999-later.sql', 0)");
    await expect(migrate(opened.current)).rejects.toThrow(/newer version \(migration 9999-later.sql/);
    await opened.current.query('delete from annex.migrations where number = 9999');
  });
});

describe('the embedded database', () => {
  let folder: string;
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'annex-kit-'));
  });
  afterAll(() => rm(folder, { recursive: true, force: true }));

  it('keeps what it holds, and is opened by one process only: the second gets one sentence with folder and pid', async () => {
    const first = await connectDatabase({ folder });
    await first.query('create table kept (n int)');
    await expect(connectDatabase({ folder })).rejects.toThrow(
      `The embedded database in ${folder} is in use by this process (pid ${process.pid})`,
    );
    await first.close();
    const second = await connectDatabase({ folder });
    expect(await second.query('select count(*)::int as n from kept')).toEqual([{ n: 0 }]);
    expect(second.notice).toMatch(/^embedded database .*single process, for development/);
    await second.close();
  });

  it('takes over the lock of a process that is gone, and not that of one that runs', async () => {
    const lock = join(folder, 'annex.lock');
    const other = spawn(process.execPath, ['-e', 'setInterval(() => {}, 1000)']);
    await writeFile(lock, JSON.stringify({ pid: other.pid, token: 'x' }));
    await expect(connectDatabase({ folder })).rejects.toThrow(`the process with pid ${other.pid}`);
    const gone = new Promise((done) => other.once('exit', done));
    other.kill('SIGKILL');
    await gone;
    const database = await connectDatabase({ folder });
    expect(JSON.parse(await readFile(lock, 'utf8'))).toMatchObject({ pid: process.pid });
    await database.close();
  });

  it('refuses a query from inside a transaction that goes around it, instead of waiting for ever', async () => {
    const database = await connectDatabase({});
    await expect(database.transaction(() => database.query('select 1'))).rejects.toThrow('use the query of the transaction');
    await database.close();
  });

  it('does not stop the event loop while it works', async () => {
    const database = await connectDatabase({});
    let turns = 0;
    const timer = setInterval(() => turns++, 1);
    await database.query('select count(*) from generate_series(1, 300000) a');
    clearInterval(timer);
    expect(turns).toBeGreaterThan(3);
    await database.close();
  });
});

const server = inject('postgres');
describe.skipIf(server === null)('a server that does not answer in time', () => {
  it('costs a statement its connection and no more; what is given up can do nothing outside of its transaction', async () => {
    const { url, drop } = await freshDatabase(server!);
    const database = await connectDatabase({ url, connections: 1, timeoutMs: 400 });
    await expect(database.query('select pg_sleep(5)')).rejects.toThrow('timeout');
    let late: Query | undefined;
    const stuck = database.transaction(async (tx) => {
      late = tx;
      await tx.query('select pg_sleep(5)');
    });
    await expect(stuck).rejects.toThrow('timeout');
    await expect(late!.query('select 1')).rejects.toThrow('The transaction has ended');
    expect(await database.query('select 1 as one')).toEqual([{ one: 1 }]);
    const holding = database.transaction(() => new Promise(() => {}));
    holding.catch(() => {});
    await expect(database.query('select 1')).rejects.toThrow('timeout');
    await database.close();
    await drop();
  }, 20_000);
});

describe('a database that cannot be had', () => {
  it('is one sentence without the password', async () => {
    const refused = connectDatabase({ url: 'postgres://me:secret@127.0.0.1:1/none' });
    await expect(refused).rejects.toThrow('The database at postgres://me:***@127.0.0.1:1/none cannot be reached');
    await expect(connectDatabase({ url: 'mysql://x' })).rejects.toThrow('must begin with postgres://');
  });
});
