import type { IncomingMessage } from 'node:http';
import { maskKey } from '../accounts/keys.ts';
import type { Exchange } from '../http/exchange.ts';
import { keyFromHeader } from '../http/steps/authenticate.ts';
import type { Platform } from '../platform.ts';

/** Parameters and members of answers that are secrets: the log has their ends alone. */
const SECRETS = ['code', 'client_secret', 'refresh_token', 'access_token'] as const;

const withoutSecrets = (text: string, secrets: readonly string[]): string =>
  secrets.reduce((masked, secret) => masked.replaceAll(secret, maskKey(secret)), text);

/** Puts a request to a machine endpoint into the log of the account whose key it carried. */
export function logOAuth(
  platform: Platform,
  request: IncomingMessage,
  told: Pick<Exchange, 'requestId' | 'startedMs'> & { form: string; status: number; text: string },
): void {
  const form = new URLSearchParams(told.form);
  const answer = JSON.parse(told.text) as Record<string, unknown>;
  const key = keyFromHeader(request.headers.authorization) ?? form.get('client_secret') ?? undefined;
  const record = key === undefined ? undefined : platform.accounts.key(key);
  const secrets = SECRETS.flatMap((name) => [form.get(name), answer[name]]).filter(
    (secret): secret is string => typeof secret === 'string' && secret !== '',
  );
  const shown = new URLSearchParams(form);
  for (const name of SECRETS) if (shown.has(name)) shown.set(name, maskKey(form.get(name) ?? ''));
  const exchange: Exchange = {
    method: request.method ?? '',
    path: (request.url ?? '').split('?', 1)[0]!,
    query: '',
    headers: request.headers,
    bytes: Buffer.alloc(0),
    requestId: told.requestId,
    startedMs: told.startedMs,
    form: shown.toString(),
    answer: { status: told.status, text: withoutSecrets(told.text, secrets) },
    ...(record !== undefined && {
      caller: { key: record, world: { account: record.account, livemode: record.livemode }, connection: undefined, application: null },
    }),
  };
  platform.log.add(exchange, platform.clock.nowMs());
}
