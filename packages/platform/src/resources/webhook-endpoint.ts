import {
  type Behaviour,
  type Draft,
  type Fields,
  invalid,
  type Params,
  refuse,
  type StripeError,
  type StripeObject,
  SYSTEM,
} from '../engine/index.ts';

/** Per account and mode (api-and-events 2.3). */
const MOST_ENDPOINTS = 16;

const badUrl = (url: string): StripeError =>
  invalid(`Invalid URL: '${url}'. An explicit scheme (such as https) and a host must be provided.`, 'url', 'url_invalid');

const mustBeSecure = (url: string): StripeError =>
  invalid(`Invalid URL: '${url}'. Live webhook endpoints must be HTTPS; use https://, or a test mode key.`, 'url', 'url_invalid');

const tooMany = (livemode: boolean): StripeError =>
  refuse({
    status: 400,
    message: `You have reached the maximum of ${MOST_ENDPOINTS} ${livemode ? 'live' : 'test'} mode webhook endpoints. Delete one first.`,
  });

const noApplication = (livemode: boolean): StripeError =>
  invalid(
    `This account has no client_id in ${livemode ? 'live' : 'test'} mode, so no account can be connected to it. Create its extension first, or leave out 'connect'.`,
    'connect',
  );

function checkUrl(draft: Draft, url: string): void {
  const match = /^(https?):\/\/[^\s/?#@]+(?:[/?#]\S*)?$/i.exec(url);
  if (match === null) throw badUrl(url);
  if (draft.world.livemode && match[1]!.toLowerCase() !== 'https') throw mustBeSecure(url);
}

/** `connect` cannot be read back; what remains of it is the application whose accounts the endpoint listens to. */
function applicationOf(draft: Draft, params: Params): string | null {
  if (params.connect !== true) return null;
  const { account, livemode } = draft.world;
  const mine = draft.in(SYSTEM).find('annex.application', [['account', account]], (row) => row.livemode === livemode);
  if (mine[0] === undefined) throw noApplication(livemode);
  return mine[0].id;
}

function create(draft: Draft, params: Params): Fields {
  checkUrl(draft, params.url);
  if (draft.find('webhook_endpoint', undefined).length >= MOST_ENDPOINTS) throw tooMany(draft.world.livemode);
  return { application: applicationOf(draft, params), status: 'enabled', url: params.url, enabled_events: params.enabled_events };
}

/** The secret is told once, in this answer, and kept beside the endpoint, where no request can read it. */
function created(draft: Draft, endpoint: StripeObject): StripeObject {
  const secret = `whsec_${draft.random(32)}`;
  const kept = { id: endpoint.id, object: 'annex.endpoint', secret, old_secret: null, old_until: null, failing_since: null };
  draft.insert({ ...kept, created: draft.now }, { event: null });
  return { ...endpoint, secret };
}

function update(draft: Draft, _before: StripeObject, params: Params): Fields {
  if (params.url !== undefined) checkUrl(draft, params.url);
  return params.disabled === undefined ? {} : { status: params.disabled ? 'disabled' : 'enabled' };
}

/** Enabled again, an endpoint begins with a clean record. */
function updated(draft: Draft, after: StripeObject, _params: Params, before: StripeObject): StripeObject {
  const kept = draft.get('annex.endpoint', after.id);
  if (kept !== undefined && before.status !== after.status && after.status === 'enabled') {
    draft.set(kept, { failing_since: null }, { event: null });
  }
  return after;
}

function remove(draft: Draft, endpoint: StripeObject): 'gone' {
  const kept = draft.get('annex.endpoint', endpoint.id);
  if (kept !== undefined) draft.remove(kept, 'gone', { event: null });
  return 'gone';
}

export const webhookEndpoint: Behaviour = {
  object: 'webhook_endpoint',
  grade: 'lived',
  create,
  created,
  update,
  updated,
  remove,
};
