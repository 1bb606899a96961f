// A browser in front of Lantern's live feed while events arrive at a steady pace: from the sending of an event until the page shows it.
import { Agent, get, request } from 'node:http';
import { event, eventText, signature } from './mirror-events.mjs';

const PROBES_PER_SECOND = 10;

/** Answers the milliseconds of each probe, and how many events were sent a second. */
export async function eventToPage({ port, cookie, account, secret, perSecond, seconds }) {
  const agent = new Agent({ keepAlive: true, maxSockets: 64 });
  const sent = new Map();
  const waits = [];
  const look = pageOf({ port, cookie, path: `/a/${account}/test/feed` }, (text) => {
    for (const [name, at] of sent) {
      if (!text.includes(`>${name}<`)) continue;
      sent.delete(name);
      waits.push(performance.now() - at);
    }
  });
  const stream = await listen({ port, cookie, path: `/a/${account}/test/live` }, look);
  const post = (body) => send({ port, agent, body, signature: signature(body, secret) });
  const began = performance.now();
  const all = [];
  for (let n = 0; n < perSecond * seconds; n++) {
    const wait = began + (n * 1_000) / perSecond - performance.now();
    if (wait > 1) await new Promise((done) => setTimeout(done, wait));
    if (n % (perSecond / PROBES_PER_SECOND) === 0) {
      const name = `Probe ${n}`;
      const created = Math.floor(Date.now() / 1_000);
      sent.set(name, performance.now());
      all.push(post(eventText({ id: `evt_probe${n}`, type: 'customer.created', account, created, object: probe(n, name, created) })));
    } else all.push(post(event(n).replace('"livemode":false', `"livemode":false,"account":"${account}"`)));
  }
  const answers = await Promise.all(all);
  const took = (performance.now() - began) / 1_000;
  for (const end = performance.now() + 10_000; sent.size > 0 && performance.now() < end; )
    await new Promise((done) => setTimeout(done, 20));
  stream.destroy();
  agent.destroy();
  const bad = answers.filter((status) => status !== 200).length;
  if (bad > 0 || sent.size > 0) throw new Error(`${bad} events were refused, and ${sent.size} of the probes were never shown`);
  return { waits: waits.sort((a, b) => a - b), perSecond: answers.length / took, seconds: (performance.now() - began) / 1_000 };
}

const probe = (n, name, created) => ({
  id: `cus_probe${n}`,
  object: 'customer',
  created,
  livemode: false,
  name,
  email: null,
  metadata: {},
});

function send({ port, agent, body, signature: signed }) {
  return new Promise((done, failed) => {
    const headers = { 'content-type': 'application/json', 'stripe-signature': signed, 'content-length': Buffer.byteLength(body) };
    const asked = request({ port, host: '127.0.0.1', path: '/webhooks', method: 'POST', agent, headers }, (answer) => {
      answer.resume().once('end', () => done(answer.statusCode));
    });
    asked.once('error', failed);
    asked.end(body);
  });
}

/** Loads the page as Lantern's own script does: once at a time, and once more when something changed meanwhile. */
function pageOf({ port, cookie, path }, seen) {
  let loading = false;
  let again = false;
  const refresh = async () => {
    if (loading) {
      again = true;
      return;
    }
    loading = true;
    const answer = await fetch(`http://127.0.0.1:${port}${path}`, { headers: { cookie, accept: 'text/html' } });
    if (!answer.ok) throw new Error(`the page answered ${answer.status}`);
    seen(await answer.text());
    loading = false;
    if (again) {
      again = false;
      await refresh();
    }
  };
  return refresh;
}

function listen({ port, cookie, path }, onChange) {
  return new Promise((done, failed) => {
    const asked = get({ port, host: '127.0.0.1', path, headers: { cookie, accept: 'text/event-stream' } }, (answer) => {
      if (answer.statusCode !== 200) return failed(new Error(`the stream answered ${answer.statusCode}`));
      answer.on('data', (part) => {
        if (String(part).includes('event: change')) void onChange();
      });
      answer.on('error', () => {});
      done(asked);
    });
    asked.on('error', failed);
  });
}
