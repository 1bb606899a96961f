import { readFileSync } from 'node:fs';
import { freshDatabase } from '@annex/testkit/postgres';
import { beforeAll, describe, expect, inject, it } from 'vitest';
import { onEachDatabase } from '../../conformance/databases.ts';
import { mirroredObjects } from '../mirror/objects/index.ts';
import { prepare } from '../mirror/prepare.ts';
import { citusScript } from './citus.ts';
import { connectDatabase } from './connect.ts';

/** Tables that belong to no account: they stay whole on every node of a distributed database. */
const UNDISTRIBUTED = ['annex.migrations', 'annex.shapes', 'annex.oauth_states'];

onEachDatabase('the schema can be distributed by account', (opened) => {
  beforeAll(() => prepare(opened.current));

  const keys = (): Promise<{ table: string; name: string; columns: string[] }[]> =>
    opened.current.query(
      `select n.nspname || '.' || t.relname as "table", i.relname as name,
         array(select a.attname::text from unnest(x.indkey::int2[]) with ordinality k(att, at) join pg_attribute a on a.attrelid = t.oid and a.attnum = k.att order by k.at) as columns
       from pg_index x join pg_class i on i.oid = x.indexrelid join pg_class t on t.oid = x.indrelid join pg_namespace n on n.oid = t.relnamespace
       where n.nspname in ('annex', 'mirror') and x.indisunique`,
    );

  it('every key begins with account and livemode', async () => {
    const found = (await keys()).filter(({ table }) => !UNDISTRIBUTED.includes(table));
    expect(found.length).toBeGreaterThan(mirroredObjects.length);
    expect(found.filter(({ columns }) => columns[0] !== 'account' || columns[1] !== 'livemode')).toEqual([]);
  });

  it('the script for a cluster names every table once', async () => {
    const named = [...citusScript().matchAll(/_table\('([a-z_.]+)'/g)].map((match) => match[1]!);
    const tables = await opened.current.query<{ table: string }>(
      "select schemaname || '.' || tablename as \"table\" from pg_tables where schemaname in ('annex', 'mirror')",
    );
    expect(named.sort()).toEqual(tables.map(({ table }) => table).sort());
  });

  it('every table has a key', async () => {
    const tables = await opened.current.query<{ table: string }>(
      "select schemaname || '.' || tablename as \"table\" from pg_tables where schemaname in ('annex', 'mirror')",
    );
    const keyed = new Set((await keys()).map(({ table }) => table));
    expect(tables.filter(({ table }) => !keyed.has(table))).toEqual([]);
  });

  it('no constraint points from one table to another, and nothing is triggered', async () => {
    const inOurs = "connamespace in ('annex'::regnamespace, 'mirror'::regnamespace)";
    expect(await opened.current.query(`select conname from pg_constraint where contype = 'f' and ${inOurs}`)).toEqual([]);
    expect(await opened.current.query('select tgname from pg_trigger where not tgisinternal')).toEqual([]);
  });
});

const server = inject('postgres');

describe.skipIf(server === null)('the read-only role', () => {
  it('reads views and mirror, writes nothing, and sees neither tokens nor events', async () => {
    const fresh = await freshDatabase(server!);
    const owner = await connectDatabase({ url: fresh.url, connections: 1 });
    const role = `reader_${Date.now().toString(36)}`;
    const text = readFileSync(new URL('../../sql/read-only-role.sql', import.meta.url), 'utf8');
    await owner.script(text.replaceAll('annex_reader', role).replace(':password', "'secret'"));
    const reader = await connectDatabase({ url: fresh.url.replace('//annex@', `//${role}:secret@`), connections: 1 });
    expect(await reader.query('select count(*)::int as n from stripe.customers')).toEqual([{ n: 0 }]);
    await expect(reader.query('select * from annex.connections')).rejects.toThrow('permission denied');
    await expect(reader.query('delete from mirror.customers')).rejects.toThrow(/permission denied|read-only/);
    await reader.close();
    await owner.script(`drop owned by ${role}; drop role ${role}`);
    await owner.close();
    await fresh.drop();
  });
});
