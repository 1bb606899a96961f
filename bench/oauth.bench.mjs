// Whole OAuth flows per second: consent page, yes, exchange, one call with Stripe-Account, deauthorize. Five requests each.
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { cpuMicros, freePort, start } from './lib/process.mjs';
import { median, table } from './lib/table.mjs';

const here = dirname(fileURLToPath(import.meta.url));
const PLATFORM = join(here, '..', 'packages', 'platform', 'bin', 'annex-platform.mjs');
const SECONDS = 5;
const PASSWORD = 'a password of the benchmark';
const CALLBACK = 'http://localhost:4010/callback';

const port = await freePort();
const server = await start([PLATFORM, '--port', String(port)], { port, path: '/_annex/health' });
const url = `http://127.0.0.1:${port}`;

async function control(path, body) {
  const answer = await fetch(`${url}/_annex${path}`, {
    method: 'POST',
    headers: { 'Content-Type': 'application/json' },
    body: JSON.stringify(body),
  });
  if (!answer.ok) throw new Error(await answer.text());
  return answer.json();
}

const extension = await control('/accounts', { name: 'Bench extension' });
const key = extension.keys.test.secret;
const { test: application } = await control('/extensions', { account: extension.id, redirect_uris: [CALLBACK] });

/** A browser that is signed in as the owner of an account of its own. */
async function owner(number) {
  const account = await control('/accounts', { name: `Bench owner ${number}` });
  const email = `owner${number}@example.com`;
  await control('/users', { email, password: PASSWORD, accounts: [account.id] });
  const first = await fetch(`${url}/sign-in`);
  const cookie = first.headers.getSetCookie()[0].split(';')[0];
  const csrf = /name="csrf" value="([^"]+)"/.exec(await first.text())[1];
  const signed = await fetch(`${url}/sign-in`, {
    method: 'POST',
    redirect: 'manual',
    headers: { Cookie: cookie },
    body: new URLSearchParams({ csrf, email, password: PASSWORD }),
  });
  return { account: account.id, cookie: signed.headers.getSetCookie()[0].split(';')[0] };
}

const query = new URLSearchParams({ response_type: 'code', client_id: application.id, always_prompt: 'true', state: 'bench' });

async function must(answer, status) {
  if (answer.status !== status) throw new Error(`${answer.url} answered ${answer.status}: ${await answer.text()}`);
  return answer;
}

async function flow({ account, cookie }) {
  const headers = { Cookie: cookie };
  const page = await must(await fetch(`${url}/oauth/authorize?${query}`, { headers }), 200);
  const csrf = /name="csrf" value="([^"]+)"/.exec(await page.text())[1];
  const yes = new URLSearchParams({ csrf, account, decision: 'allow' });
  const back = await must(await fetch(`${url}/oauth/authorize?${query}`, { method: 'POST', redirect: 'manual', headers, body: yes }), 302);
  await back.arrayBuffer();
  const code = new URL(back.headers.get('location')).searchParams.get('code');
  const bearer = { Authorization: `Bearer ${key}` };
  const grant = new URLSearchParams({ grant_type: 'authorization_code', code });
  await (await must(await fetch(`${url}/oauth/token`, { method: 'POST', headers: bearer, body: grant }), 200)).json();
  await (await must(await fetch(`${url}/v1/account`, { headers: { ...bearer, 'Stripe-Account': account } }), 200)).json();
  const leave = new URLSearchParams({ client_id: application.id, stripe_user_id: account });
  await (await must(await fetch(`${url}/oauth/deauthorize`, { method: 'POST', headers: bearer, body: leave }), 200)).json();
}

async function run(owners) {
  const end = performance.now() + SECONDS * 1000;
  const times = [];
  const before = cpuMicros(server.pid);
  const began = performance.now();
  await Promise.all(
    owners.map(async (visitor) => {
      while (performance.now() < end) {
        const start = performance.now();
        await flow(visitor);
        times.push(performance.now() - start);
      }
    }),
  );
  const took = performance.now() - began;
  return { perSecond: (times.length / took) * 1000, p50: median(times), cpu: (cpuMicros(server.pid) - before) / times.length };
}

const owners = await Promise.all(Array.from({ length: 16 }, (_, number) => owner(number)));
await run(owners.slice(0, 4));
const rows = [];
for (const people of [1, 4, 16]) {
  const { perSecond, p50, cpu } = await run(owners.slice(0, people));
  rows.push([people, perSecond.toFixed(0), p50.toFixed(1), (cpu / 1000).toFixed(2), ((cpu * perSecond) / 10_000).toFixed(0)]);
}
console.log('Whole OAuth flows: consent page, yes, exchange, one call, deauthorize (5 requests each)\n');
table(['people at once', 'flows/s', 'median ms', 'server CPU ms per flow', 'server CPU %'], rows);
await server.stop();
