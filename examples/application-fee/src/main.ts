import { createServer } from 'node:http';
import { createFees } from './fees.ts';
import { pagesOf } from './pages.ts';

/** `STRIPE_SECRET_KEY`, `STRIPE_CLIENT_ID`, `STRIPE_WEBHOOK_SECRETS`; `STRIPE_API_BASE` for a local platform; `PORT`, `PERCENT`. */
const {
  STRIPE_SECRET_KEY = '',
  STRIPE_CLIENT_ID = '',
  STRIPE_WEBHOOK_SECRETS = '',
  STRIPE_API_BASE: base,
  PORT = '4243',
  PERCENT = '5',
} = process.env;
const origin = `http://127.0.0.1:${PORT}`;

const fees = await createFees({
  app: { secretKey: STRIPE_SECRET_KEY, clientId: STRIPE_CLIENT_ID },
  percent: Number(PERCENT),
  ...(base !== undefined && { apiBase: base, connectBase: base, authorizeBase: base }),
  redirectUri: `${origin}/callback`,
  webhookSecrets: STRIPE_WEBHOOK_SECRETS.split(',').filter((secret) => secret !== ''),
  log: (level, message, facts) => level !== 'info' && console.error(level, message, facts),
});
fees.kit.work.start();
const answer = pagesOf(fees);

createServer(async (incoming, outgoing) => {
  const body: Uint8Array[] = [];
  for await (const part of incoming) body.push(part as Uint8Array);
  const headers = Object.entries(incoming.headers).map(([name, value]): [string, string] => [name, String(value)]);
  const init = { method: incoming.method!, headers, ...(body.length > 0 && { body: Buffer.concat(body) }) };
  const response = await answer(new Request(new URL(incoming.url ?? '/', origin), init));
  outgoing.writeHead(response.status, Object.fromEntries(response.headers));
  outgoing.end(Buffer.from(await response.arrayBuffer()));
}).listen(Number(PORT), '127.0.0.1', () => console.log(`Ready at ${origin}`));
