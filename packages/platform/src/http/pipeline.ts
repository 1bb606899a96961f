import { errorBody, StripeError } from '../engine/index.ts';
import { limitRate, meetFault } from '../faults/part.ts';
import type { Platform } from '../platform.ts';
import { isOlderThanTold, OLDEST } from '../versions/known.ts';
import { type Answer, type Exchange, header } from './exchange.ts';
import { refusalText } from './refusal-text.ts';
import { actForAccount } from './steps/act-for-account.ts';
import { applicationRules } from './steps/application-rules.ts';
import { authenticate } from './steps/authenticate.ts';
import { chooseVersion } from './steps/choose-version.ts';
import { execute } from './steps/execute.ts';
import { matchOperation, readParameters } from './steps/read-request.ts';
import { replayIfSeen } from './steps/replay-if-seen.ts';

/** A step fills the exchange in, or throws the refusal; one that sets `answer` ends the walk. */
type Step = (platform: Platform, exchange: Exchange) => void;

/** The order in which an API request is judged. It is Stripe's: a bad key outranks a bad URL, and that a bad parameter. */
const API: readonly Step[] = [
  authenticate,
  actForAccount,
  chooseVersion,
  matchOperation,
  limitRate,
  meetFault,
  readParameters,
  applicationRules,
  replayIfSeen,
  execute,
];

/** Takes an API request to its answer. Never throws: what is not a refusal is a defect, told as Stripe's 500. */
export function answerApi(platform: Platform, exchange: Exchange): Answer {
  try {
    for (const step of API) {
      step(platform, exchange);
      if (exchange.answer !== undefined) break;
    }
    exchange.answer ??= { status: 500, text: '' };
  } catch (error) {
    exchange.answer = refusalAnswer(platform, exchange, error);
  }
  return exchange.answer;
}

function refusalAnswer(platform: Platform, exchange: Exchange, error: unknown): Answer {
  if (!(error instanceof StripeError)) {
    platform.defect(error, exchange);
    const message = `An error occurred in the simulator itself, not in your request (${exchange.requestId}). Its log has the details.`;
    return { status: 500, text: JSON.stringify(errorBody({ status: 500, type: 'api_error', message })) };
  }
  const { refusal } = error;
  return { status: refusal.status, text: refusalText(platform, exchange, refusal), ...(refusal.headers && { headers: refusal.headers }) };
}

const TOO_OLD = `Annex knows the API back to the acacia versions; this was answered as ${OLDEST}.`;

/** The headers of an API answer (api-and-events 1.5), as a flat list: what `writeHead` takes at least cost. */
export function apiHeaders(platform: Platform, exchange: Exchange, length: number): string[] {
  const headers = [
    'Content-Type',
    'application/json',
    'Content-Length',
    String(length),
    'Request-Id',
    exchange.requestId,
    'Stripe-Version',
    exchange.version ?? platform.engine.contract.api,
    'Cache-Control',
    'no-cache, no-store',
    'Access-Control-Allow-Origin',
    '*',
  ];
  const account = header(exchange, 'stripe-account');
  if (account !== undefined) headers.push('Stripe-Account', account);
  if (exchange.idempotent !== undefined) {
    headers.push('Idempotency-Key', exchange.idempotent.key, 'Original-Request', exchange.originalRequest ?? exchange.requestId);
  }
  const { clock, faults } = platform;
  if (clock.moved || faults.active) headers.push('Date', new Date(clock.nowMs() + faults.skew * 1000).toUTCString());
  if (exchange.replayed) headers.push('Idempotent-Replayed', 'true');
  if (exchange.version !== undefined && isOlderThanTold(exchange.version)) headers.push('Annex-Notice', TOO_OLD);
  if (exchange.grade !== undefined) headers.push('Annex-Grade', exchange.grade);
  if (platform.settings.stripeMock) headers.push('Stripe-Mock-Version', '0.197.0');
  for (const [name, value] of Object.entries(exchange.answer?.headers ?? {})) headers.push(name, value);
  return headers;
}

/** People with curl read indented JSON, as from Stripe; SDKs name themselves and get it compact. */
export function prettyFor(exchange: Exchange, text: string): string {
  if (header(exchange, 'x-stripe-client-user-agent') !== undefined || text === '') return text;
  return `${JSON.stringify(JSON.parse(text), null, 2)}\n`;
}
