import type { Context, Hono } from 'hono';
import type { Lantern } from '../lantern.ts';
import { placeOf } from '../web/place.ts';
import { placeOfKey } from './keys.ts';
import { ApiError, type ApiRoute } from './route.ts';
import { apiRoutes } from './routes.ts';

const HEADERS = { 'cache-control': 'no-store', 'x-content-type-options': 'nosniff' };

/** Requests that one key may make in a minute, in one process. */
const PER_MINUTE = 600;

interface Window {
  start: number;
  count: number;
}

const refusal = (status: number, message: string, more: Record<string, string> = {}): Response =>
  Response.json({ error: { message, ...(more.param !== undefined && { param: more.param }) } }, { status, headers: HEADERS });

export function apiDoor(lantern: Lantern, app: Hono): void {
  const windows = new Map<string, Window>();
  for (const route of apiRoutes) app.get(`/api/v1${route.path}`, (context) => answer(lantern, windows, { route, context }));
  app.all('/api/*', () => refusal(404, 'There is no such path in the API. Its reference is at /api.'));
}

async function answer(
  lantern: Lantern,
  windows: Map<string, Window>,
  { route, context }: { route: ApiRoute; context: Context },
): Promise<Response> {
  try {
    const key = /^Bearer (\S+)$/.exec(context.req.header('authorization') ?? '')?.[1];
    if (key === undefined) return refusal(401, 'Send a key of the account as Authorization: Bearer lk_….');
    const world = await placeOfKey(lantern.kit.database, key, lantern.now());
    if (world === undefined) return refusal(401, 'This key is not known, or was revoked.');
    if (tooMany(windows, `${world.account}/${world.livemode}`, lantern.now()))
      return refusal(429, `A key may ask ${PER_MINUTE} times a minute. Wait a moment.`);
    const place = await placeOf(lantern.kit.database, world.account, world.livemode ? 'live' : 'test');
    if (place.state !== 'connected') return refusal(403, 'The account is not connected any more.');
    const entitlement = await lantern.kit.billing.entitlement(place);
    if (!entitlement.granted) return refusal(402, `Lantern is locked for this account. ${entitlement.sentence}`);
    strangeParameter(route, context);
    const query = new URL(context.req.url).searchParams;
    const found = await route.run({ lantern, place, query, params: context.req.param() as Record<string, string> });
    return Response.json(found, { headers: HEADERS });
  } catch (error) {
    if (error instanceof ApiError)
      return refusal(error.status, error.message, { ...(error.param !== undefined && { param: error.param }) });
    throw error;
  }
}

function strangeParameter(route: ApiRoute, context: Context): void {
  const known = Object.keys(route.query ?? {});
  const strange = [...new URL(context.req.url).searchParams.keys()].find((name) => !known.includes(name));
  if (strange === undefined) return;
  const takes = known.length === 0 ? 'It takes none.' : `It takes: ${known.join(', ')}.`;
  throw new ApiError(400, `There is no parameter ‘${strange}’ here. ${takes}`, strange);
}

function tooMany(windows: Map<string, Window>, who: string, nowMs: number): boolean {
  const known = windows.get(who);
  if (known === undefined || nowMs - known.start > 60_000) {
    if (windows.size > 10_000) windows.clear();
    windows.set(who, { start: nowMs, count: 1 });
    return false;
  }
  known.count++;
  return known.count > PER_MINUTE;
}
