// A load generator on raw sockets: so small that what is measured is the server. Loopback only, bounded in time.
import { connect } from 'node:net';

const HEAD_END = Buffer.from('\r\n\r\n');

/** The bytes of one request; the body is form-encoded unless told otherwise. */
export function request(method, path, { headers = {}, body, type = 'application/x-www-form-urlencoded' } = {}) {
  const lines = [`${method} ${path} HTTP/1.1`, 'Host: 127.0.0.1'];
  for (const [name, value] of Object.entries(headers)) lines.push(`${name}: ${value}`);
  if (body !== undefined) lines.push(`Content-Type: ${type}`, `Content-Length: ${Buffer.byteLength(body)}`);
  return Buffer.from(`${lines.join('\r\n')}\r\n\r\n${body ?? ''}`);
}

/** One connection that sends the next request when the last answer is complete, until there is none or the time is over. */
function talk(port, { next, onAnswer, until }) {
  return new Promise((resolve, reject) => {
    const socket = connect(port, '127.0.0.1');
    socket.setNoDelay(true);
    let buffered = Buffer.alloc(0);
    let started = 0;
    const send = () => {
      started = performance.now();
      const bytes = started >= until() ? undefined : next();
      if (bytes === undefined) socket.end();
      else socket.write(bytes);
    };
    socket.on('connect', send);
    socket.on('data', (chunk) => {
      buffered = buffered.length === 0 ? chunk : Buffer.concat([buffered, chunk]);
      const head = buffered.indexOf(HEAD_END);
      if (head < 0) return;
      const text = buffered.toString('latin1', 0, head);
      const length = Number(/content-length: (\d+)/i.exec(text)?.[1] ?? 0);
      if (buffered.length < head + 4 + length) return;
      onAnswer(Number(text.slice(9, 12)), performance.now() - started);
      buffered = Buffer.alloc(0);
      send();
    });
    socket.on('error', reject);
    socket.on('close', resolve);
  });
}

const percentile = (sorted, share) => sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? 0;

/**
 * Runs `connections` of them for `seconds`, or until `next` answers undefined. Answers requests per second and latencies in ms; refuses
 * a run with errors unless they are to be counted.
 */
export async function load({ port, connections, seconds = Number.POSITIVE_INFINITY, next, expect = 200, countWrong = false }) {
  const end = performance.now() + seconds * 1000;
  const latencies = [];
  let wrong = 0;
  const onAnswer = (status, ms) => {
    latencies.push(ms);
    if (status !== expect) wrong += 1;
  };
  const began = performance.now();
  await Promise.all(Array.from({ length: connections }, () => talk(port, { next, onAnswer, until: () => end })));
  const took = (performance.now() - began) / 1000;
  if (wrong > 0 && !countWrong) throw new Error(`${wrong} of ${latencies.length} answers were not ${expect}`);
  latencies.sort((a, b) => a - b);
  return {
    count: latencies.length,
    wrong,
    perSecond: latencies.length / took,
    p50: percentile(latencies, 0.5),
    p99: percentile(latencies, 0.99),
  };
}
