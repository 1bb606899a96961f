// A webhook receiver in a process of its own: `/ok/…` answers at once, `/500/…` fails, `/hang/…` never answers.
// It notes how long each event took from `metadata[sent]` to here, and tells it at `GET /stats`.
import { createServer } from 'node:http';

let delays = [];
let count = 0;
createServer((request, response) => {
  if (request.method === 'GET') {
    delays.sort((a, b) => a - b);
    const at = (share) => delays[Math.floor(delays.length * share)] ?? 0;
    response.end(JSON.stringify({ count, p50: at(0.5), p99: at(0.99) }));
    if (request.url === '/stats?reset') {
      delays = [];
      count = 0;
    }
    return;
  }
  let body = '';
  request.setEncoding('utf8').on('data', (chunk) => {
    body += chunk;
  });
  request.on('end', () => {
    if (request.url.startsWith('/hang')) return;
    if (request.url.startsWith('/500')) {
      response.writeHead(500).end();
      return;
    }
    response.end();
    count += 1;
    delays.push(performance.timeOrigin + performance.now() - Number(/"sent": "([\d.]+)"/.exec(body)?.[1] ?? Number.NaN));
  });
}).listen(Number(process.argv[2]), '127.0.0.1');
