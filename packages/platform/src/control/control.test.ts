import { request } from 'node:http';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type AnnexPlatform, createPlatform } from '../index.ts';
import { routes } from './index.ts';

let platform: AnnexPlatform;
beforeAll(async () => {
  platform = await createPlatform();
});
afterAll(() => platform.close());

interface Asked {
  readonly method?: string;
  readonly headers?: Record<string, string>;
  readonly body?: string;
}

/** Raw, because a browser's `fetch` would not let a test say which host and origin it comes from. */
function ask(path: string, { method = 'GET', headers = {}, body }: Asked = {}): Promise<{ status: number; body: Record<string, never> }> {
  return new Promise((resolve, reject) => {
    const outgoing = request(`${platform.url}/_annex${path}`, { method, headers }, (response) => {
      let text = '';
      response.setEncoding('utf8').on('data', (chunk) => {
        text += chunk;
      });
      response.on('end', () => resolve({ status: response.statusCode!, body: JSON.parse(text) }));
    });
    outgoing.on('error', reject);
    outgoing.end(body);
  });
}

const JSON_TYPE = { 'Content-Type': 'application/json' };

describe('the control API over HTTP', () => {
  test('answers under the names and paths of its table', async () => {
    const { status, body } = await ask('');
    expect(status).toBe(200);
    const listed = (body as unknown as { data: { name: string; path: string }[] }).data;
    expect(listed.map((row) => row.name)).toEqual(Object.keys(routes));
    expect(listed.every((row) => row.path.startsWith('/_annex'))).toBe(true);
    expect(Object.keys(platform.control)).toEqual(Object.keys(routes));
  });

  test('answers the same as in process', async () => {
    const made = await ask('/accounts', { method: 'POST', headers: JSON_TYPE, body: JSON.stringify({ name: 'Acme' }) });
    const { id } = made.body as unknown as { id: string };
    const over = await ask(`/accounts?id=${id}`);
    expect(over.body).toEqual(await platform.control.accounts({ id }));
  });

  test.each([
    ['a page of another origin', { headers: { Origin: 'http://evil.example' } }, 403],
    ['a page of another origin on the same host', { headers: { Origin: 'http://127.0.0.1:9' } }, 403],
    ['a sandboxed page', { headers: { Origin: 'null' } }, 403],
    ['a name that was pointed here', { headers: { Host: 'evil.example' } }, 403],
    ['a name that was pointed here, with its own origin', { headers: { Host: 'evil.example:80', Origin: 'http://evil.example:80' } }, 403],
    ['an image or script of another site', { headers: { 'Sec-Fetch-Site': 'cross-site' } }, 403],
    ['a form post', { method: 'POST', headers: { 'Content-Type': 'text/plain' }, body: '{"name":"x"}' }, 415],
    ['an empty form post of a page', { method: 'POST', headers: { Origin: 'SELF' } }, 415],
    ['what is no JSON', { method: 'POST', headers: JSON_TYPE, body: '{' }, 400],
    ['what is no object', { method: 'POST', headers: JSON_TYPE, body: '[1]' }, 400],
    ['an unknown member', { method: 'POST', headers: JSON_TYPE, body: '{"nme":"x"}' }, 400],
    ['a member of the wrong type', { method: 'POST', headers: JSON_TYPE, body: '{"name":7}' }, 400],
  ] as [string, Asked, number][])('refuses %s', async (_what, asked, status) => {
    const own = { ...asked, headers: { ...asked.headers } as Record<string, string> };
    if (own.headers.Origin === 'SELF') own.headers.Origin = platform.url;
    const before = platform.store.snapshot().rows.length;
    const answer = await ask('/accounts', own);
    expect(answer.status).toBe(status);
    expect(answer.body).toHaveProperty('error.message');
    expect(platform.store.snapshot().rows.length).toBe(before);
  });

  test('lets its own pages in', async () => {
    expect((await ask('/health', { headers: { Origin: platform.url, 'Sec-Fetch-Site': 'same-origin' } })).status).toBe(200);
  });

  test('names the member, the value and the remedy', async () => {
    const { body } = await ask('/requests?livemode=maybe');
    expect(body).toMatchObject({
      error: { param: 'livemode', message: expect.stringMatching(/'livemode' is "maybe", but must be true or false/) },
    });
    expect((await ask('/nothing')).body).toMatchObject({ error: { message: expect.stringContaining('GET /_annex lists') } });
  });
});

const KEY = 'sk_test_control_snapshots';
// biome-ignore lint/suspicious/noExplicitAny: the test looks into answers of many shapes
const api = async (path: string, form?: Record<string, string>, key = KEY): Promise<any> => {
  const init = form === undefined ? {} : { method: 'POST', body: new URLSearchParams(form) };
  return (await fetch(`${platform.url}${path}`, { ...init, headers: { Authorization: `Bearer ${key}` } })).json();
};

describe('state', () => {
  test('goes back to a snapshot, as often as asked', async () => {
    const { id } = await api('/v1/customers', { name: 'before' });
    const snapshot = await platform.control.snapshot();
    for (let round = 0; round < 2; round++) {
      await api(`/v1/customers/${id}`, { name: 'after' });
      await api('/v1/customers', { name: 'more' });
      expect((await api('/v1/customers')).data).toHaveLength(2);
      await platform.control.restore(snapshot.id);
      expect((await api('/v1/customers')).data.map((row: { name: string }) => row.name)).toEqual(['before']);
    }
    await expect(platform.control.restore('snap_none')).rejects.toThrow("No such snapshot: 'snap_none'");
  });

  test('of one account is forgotten without touching others', async () => {
    const { id } = await api('/v1/account');
    await api('/v1/customers', {}, 'sk_test_control_neighbour');
    await platform.control.reset({ account: id });
    expect((await api('/v1/customers')).data).toEqual([]);
    expect((await api('/v1/account')).id).toBe(id);
    expect((await api('/v1/customers', undefined, 'sk_test_control_neighbour')).data).toHaveLength(1);
  });

  test('is forgotten by a reset, with the clock and the log', async () => {
    await platform.control.setClock({ by: 86_400, speed: 0 });
    await platform.control.reset();
    expect((await platform.control.accounts()).data).toEqual([]);
    expect((await platform.control.requests()).data).toEqual([]);
    expect(await platform.control.clock()).toMatchObject({ speed: 1, ahead: 0 });
  });
});

test('the request log is filtered and keeps keys masked', async () => {
  const { id } = await api('/v1/account');
  await api('/v1/customers', { name: 'Ada' });
  await api('/v1/customers/cus_none');
  const all = await platform.control.requests({ account: id, path: '/v1/customers' });
  expect(all.data.map((entry) => [entry.method, entry.status])).toEqual([
    ['GET', 404],
    ['POST', 200],
  ]);
  expect((await platform.control.requests({ account: id, status: 404 })).data).toHaveLength(1);
  expect(JSON.stringify(all)).not.toContain(KEY);
  expect(all.data[1]!.events).toHaveLength(1);
});

test('the clock moves, stops and goes on', async () => {
  await platform.control.setClock({ to: '2030-01-01T00:00:00Z', speed: 0 });
  expect(await platform.control.clock()).toMatchObject({ now: 1_893_456_000, iso: '2030-01-01T00:00:00.000Z', speed: 0 });
  expect((await api('/v1/customers', { name: 'later' })).created).toBe(1_893_456_000);
  expect(await platform.control.setClock({ to: 'real', speed: 1 })).toMatchObject({ speed: 1, ahead: 0 });
  await expect(platform.control.setClock({ to: 'tomorrow' })).rejects.toThrow("'to' is 'tomorrow'");
});

test('a key may be chosen, and opens its own account alone', async () => {
  const { id, keys } = await platform.control.createAccount({ name: 'Chosen', test_key: 'sk_test_chosen_by_a_test' });
  expect(keys.test.secret).toBe('sk_test_chosen_by_a_test');
  expect((await api('/v1/account', undefined, 'sk_test_chosen_by_a_test')).id).toBe(id);
  const { key } = await platform.control.createKey({ account: id, key: 'rk_test_second_of_it' });
  expect((await api('/v1/account', undefined, key)).id).toBe(id);
  await expect(platform.control.createAccount({ test_key: 'sk_test_chosen_by_a_test' })).rejects.toThrow('belongs to an account already');
  await expect(platform.control.createAccount({ live_key: 'sk_test_wrong_mode' })).rejects.toThrow('secret key of live mode');
});
