/** Why Stripe (or the way to it) did not give what was asked. Each kind has one remedy. */
export type RefusalKind =
  | 'revoked' //    this application may no longer act for that account
  | 'forbidden' //  this object type is not open to us: skip it, and say why
  | 'missing' //    there is no such object
  | 'rate' //       too many requests: slow down
  | 'lock' //       someone else is changing the object: soon again
  | 'key' //        our own key is wrong: nothing can be learned about any account
  | 'request' //    the request itself is wrong: never again
  | 'server' //     their fault: again later
  | 'network'; //   no answer: again later

export interface RefusalFacts {
  readonly kind: RefusalKind;
  readonly status?: number;
  readonly code?: string;
  readonly requestId?: string;
  /** How long to wait, where it was told. */
  readonly retryAfterMs?: number;
  /** `Stripe-Rate-Limited-Reason`, where it was told. */
  readonly reason?: string;
}

/** An answer that is not a success. The message never holds a key, a token or a code. */
export class Refusal extends Error {
  override readonly name = 'Refusal';
  readonly facts: RefusalFacts;
  constructor(message: string, facts: RefusalFacts) {
    super(redacted(message));
    this.facts = facts;
  }
}

export const isRefusal = (error: unknown, ...kinds: RefusalKind[]): error is Refusal =>
  error instanceof Refusal && (kinds.length === 0 || kinds.includes(error.facts.kind));

/** Stripe repeats codes, tokens and keys in its sentences; none of them may reach a log or a page. */
export function redacted(text: string): string {
  return text
    .replace(/\b(sk|rk|pk|whsec|ac|rt)_[A-Za-z0-9_*]{4,}/g, (secret) => `${secret.slice(0, secret.indexOf('_') + 1)}…`)
    .replace(/(code|token|key)(: ?)[A-Za-z0-9_\-.*]{12,}/gi, '$1$2…');
}

interface ErrorBody {
  error?: { type?: string; code?: string; message?: string } | string;
  error_description?: string;
}

/** Judges an answer that is not 2xx. Accepts the API's nested error and OAuth's flat one. */
export function refusalOf(status: number, headers: Readonly<Record<string, string | undefined>>, text: string): Refusal {
  const body = parse(text);
  const flat = typeof body.error === 'string';
  const nested = typeof body.error === 'object' && body.error !== null ? body.error : {};
  const code = flat ? (body.error as string) : (nested.code ?? nested.type);
  const message = (flat ? body.error_description : nested.message) ?? code ?? `HTTP ${status}`;
  const retryAfter = Number(headers['retry-after']);
  return new Refusal(message, {
    kind: kindOf(status, headers, nested.code, message),
    status,
    ...(code === undefined ? {} : { code }),
    ...(headers['request-id'] === undefined ? {} : { requestId: headers['request-id'] }),
    ...(Number.isFinite(retryAfter) && headers['retry-after'] !== undefined ? { retryAfterMs: retryAfter * 1_000 } : {}),
    ...(headers['stripe-rate-limited-reason'] === undefined ? {} : { reason: headers['stripe-rate-limited-reason'] }),
  });
}

function kindOf(
  status: number,
  headers: Readonly<Record<string, string | undefined>>,
  code: string | undefined,
  message: string,
): RefusalKind {
  if (status === 403 && code === 'account_invalid') return 'revoked';
  if (status === 401 && code === 'platform_api_key_expired') return 'revoked';
  if (status === 403 && code === 'platform_account_required') return 'key';
  if (status === 401) return 'key';
  if (code === 'lock_timeout') return 'lock';
  // Some limits come as 400, without the header and with another status than the documented one.
  if (status === 429 || code === 'rate_limit' || headers['stripe-rate-limited-reason'] !== undefined) return 'rate';
  if (status === 400 && /rate limit|too many (requests|concurrent)/i.test(message)) return 'rate';
  if (status === 403) return 'forbidden';
  if (status === 404) return code === 'resource_missing' ? 'missing' : 'request';
  if (status === 409) return 'lock';
  if (status >= 500) return 'server';
  return code === 'resource_missing' ? 'missing' : 'request';
}

function parse(text: string): ErrorBody {
  try {
    const body = JSON.parse(text) as unknown;
    return typeof body === 'object' && body !== null ? (body as ErrorBody) : {};
  } catch {
    return {};
  }
}
