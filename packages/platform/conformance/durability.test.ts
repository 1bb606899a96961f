import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { createPlatform } from '../src/index.ts';
import { RETRY_AFTER } from '../src/webhooks/schedule.ts';
import type { Body } from './extension-world.ts';
import { type PlatformProcess, removeFolder, startProcess, temporaryFolder } from './process.ts';
import { Receiver } from './receiver.ts';
import { until } from './until.ts';

const KEY = 'sk_test_durability_of_writes';

let folder: string;
const running: PlatformProcess[] = [];
beforeEach(() => {
  folder = temporaryFolder();
});
afterEach(async () => {
  for (const one of running.splice(0)) await one.kill('SIGKILL');
  removeFolder(folder);
});

async function start(...args: string[]): Promise<PlatformProcess> {
  const one = await startProcess(['--data', folder, ...args]);
  running.push(one);
  return one;
}

interface Written {
  readonly key: string;
  readonly id: string;
  readonly text: string;
}

const post = (url: string, key: string): Promise<Response> =>
  fetch(`${url}/v1/customers`, {
    method: 'POST',
    headers: { Authorization: `Bearer ${KEY}`, 'Idempotency-Key': key, 'Content-Type': 'application/x-www-form-urlencoded' },
    body: new URLSearchParams({ name: key, 'metadata[round]': key }),
  });

/** Writes without pause until the platform is gone; what was acknowledged is returned. */
async function writeUntilKilled(platform: PlatformProcess, round: number, most: number): Promise<Written[]> {
  const written: Written[] = [];
  let killed = false;
  const writer = async (lane: number): Promise<void> => {
    for (let n = 0; !killed; n++) {
      const key = `round-${round}-lane-${lane}-${n}`;
      try {
        const answer = await post(platform.url, key);
        const text = await answer.text();
        if (answer.status !== 200) throw new Error(text);
        written.push({ key, id: (JSON.parse(text) as Body).id, text });
      } catch (error) {
        if (!killed) throw error;
      }
      if (written.length >= most && !killed) {
        killed = true;
        await platform.kill('SIGKILL');
      }
    }
  };
  await Promise.all(Array.from({ length: 8 }, (_, lane) => writer(lane)));
  return written;
}

describe('a platform with --data', () => {
  test('that is killed under load restarts with every acknowledged write, its event and its stored answer', async () => {
    const written: Written[] = [];
    for (let round = 0; round < 3; round++) written.push(...(await writeUntilKilled(await start(), round, 150 + 50 * round)));
    const { url } = await start();
    const get = async (path: string): Promise<Body> =>
      (await fetch(`${url}${path}`, { headers: { Authorization: `Bearer ${KEY}` } })).json() as Body;
    for (const { id, text } of written) expect(await get(`/v1/customers/${id}`)).toEqual(JSON.parse(text));
    const events = new Map<string, number>();
    for (let after = ''; ; ) {
      const page = await get(`/v1/events?limit=100&type=customer.created${after}`);
      for (const event of page.data) events.set(event.data.object.id, (events.get(event.data.object.id) ?? 0) + 1);
      if (!page.has_more) break;
      after = `&starting_after=${page.data.at(-1).id}`;
    }
    expect(written.filter(({ id }) => events.get(id) !== 1)).toEqual([]);
    for (const { key, text } of written) {
      const again = await post(url, key);
      expect([again.headers.get('idempotent-replayed'), await again.text()]).toEqual(['true', text]);
    }
    expect(written.length).toBeGreaterThanOrEqual(600);
  });

  test('that is told to stop exits with 0 and lets the folder go', async () => {
    const first = await start();
    expect(await first.kill('SIGTERM')).toEqual({ code: 0, said: '' });
    const again = await start();
    expect((await fetch(`${again.url}/_annex/health`)).status).toBe(200);
  });

  test('refuses a folder that another process holds, in one sentence', async () => {
    const first = await start();
    await expect(start()).rejects.toThrow(
      `exit code 1: annex platform: The data folder ${folder} is in use by another platform (process ${first.child.pid}). Stop it, or choose another folder with --data.\n`,
    );
    expect((await fetch(`${first.url}/_annex/health`)).status).toBe(200);
  });

  test('refuses a folder that cannot be made, and one that holds something else, in one sentence', async () => {
    const file = join(folder, 'file');
    writeFileSync(file, '');
    await expect(startProcess(['--data', join(file, 'below')])).rejects.toThrow(/cannot be written: a part of its path is a file/);
    writeFileSync(join(folder, 'journal.ndjson'), 'this is no journal\n');
    await expect(start()).rejects.toThrow(/exit code 1: annex platform: The data folder .* cannot be read: [^\n]+\n$/);
  });

  test('refuses a port that is taken, in one sentence', async () => {
    const { url } = await start();
    const port = new URL(url).port;
    await expect(startProcess(['--port', port])).rejects.toThrow(
      `exit code 1: annex platform: Port ${port} is taken by another program. Stop it, or choose another port with --port.\n`,
    );
  });
});

describe('after a restart', () => {
  test('a webhook that is owed is still owed, and tried when it is due by the clock that was moved', async () => {
    const hook = await Receiver.open();
    hook.respond = (_received, response) => response.writeHead(500).end();
    const first = await createPlatform({ data: folder });
    const headers = { Authorization: `Bearer ${KEY}` };
    const body = new URLSearchParams({ url: hook.url, 'enabled_events[]': '*' });
    const { id, secret } = (await (await fetch(`${first.url}/v1/webhook_endpoints`, { method: 'POST', headers, body })).json()) as Body;
    await post(first.url, 'before');
    await until(async () => (await first.control.deliveries({ endpoint: id })).data[0]?.tries === 1);
    await first.control.setClock({ by: RETRY_AFTER.test[0]! - 60 });
    await first.close();

    hook.respond = (_received, response) => response.end();
    const second = await createPlatform({ data: folder });
    expect((await second.control.deliveries({ endpoint: id })).data[0]).toMatchObject({ state: 'pending', tries: 1 });
    await second.control.setClock({ by: 61 });
    await until(async () => (await second.control.deliveries({ endpoint: id })).data[0]?.state === 'delivered');
    expect(hook.received.map((one) => one.event.id)).toEqual(Array(2).fill(hook.received[0]!.event.id));
    expect((await second.control.webhookEndpoint(id)).secret).toBe(secret);
    await second.close();
    await hook.close();
  });
});
