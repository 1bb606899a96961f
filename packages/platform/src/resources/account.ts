import { fitFields } from '@annex/contract';
import {
  type Behaviour,
  type Draft,
  type Fields,
  invalid,
  limitOf,
  mergedMetadata,
  noSuch,
  type Params,
  previousAttributes,
  refuse,
  type StripeObject,
  SYSTEM,
} from '../engine/index.ts';
import { registerApplications } from './application.ts';
import { capabilitiesGiven, tellCapabilities } from './capability.ts';
import { connect, connectionsFor, disconnect } from './connection.ts';
import { storeAccount, takeControl } from './new-account.ts';
import type { ApplicationRecord, ConnectionRecord } from './records.ts';

/** The account whose application acts; the account itself where none does. */
const callerOf = (draft: Draft): string =>
  draft.actor.application === null
    ? draft.world.account
    : ((draft.in(SYSTEM).get('annex.application', draft.actor.application) as ApplicationRecord | undefined)?.account ??
      draft.world.account);

const controllerOf = (draft: Draft, account: string): string | undefined => draft.in(SYSTEM).get('annex.controller', account)?.owner;

/** What the owner of an extension sees of an account that controls itself (oauth 10.2, captured). */
const PROFILE = ['mcc', 'name', 'product_description', 'support_address', 'support_email', 'support_phone', 'support_url', 'url'];
const SETTINGS = [
  'bacs_debit_payments',
  'branding',
  'card_issuing',
  'card_payments',
  'dashboard',
  'payments',
  'payouts',
  'sepa_debit_payments',
];

const only = (fields: Fields | null | undefined, names: readonly string[]): Fields =>
  Object.fromEntries(names.filter((name) => fields?.[name] !== undefined).map((name) => [name, fields![name]]));

/** `created` is when it was connected, `metadata` is the application's own (oauth 10.1). */
export function seenByExtension(account: StripeObject, connection: ConnectionRecord | undefined): StripeObject {
  return {
    id: account.id,
    object: 'account',
    business_profile: only(account.business_profile, PROFILE),
    capabilities: account.capabilities,
    charges_enabled: account.charges_enabled,
    controller: { type: account.controller?.type ?? 'account' },
    country: account.country,
    created: connection?.created ?? account.created,
    default_currency: account.default_currency,
    details_submitted: account.details_submitted,
    email: account.email,
    metadata: connection?.metadata ?? {},
    payouts_enabled: account.payouts_enabled,
    settings: only(account.settings, SETTINGS),
    type: account.type,
  };
}

function seen(draft: Draft, account: StripeObject): StripeObject {
  const caller = callerOf(draft);
  if (account.id === caller) return account;
  const connection = connectionsFor(draft, caller, draft.world.livemode).find((row) => row.account === account.id);
  if (controllerOf(draft, account.id) === caller) return { ...account, created: connection?.created ?? account.created };
  return seenByExtension(account, connection);
}

function accountAt(draft: Draft, id: string): StripeObject {
  const found = draft.get('account', id);
  if (found === undefined || id !== draft.world.account) throw noSuch('account', id, { param: 'account', inPath: true });
  return found;
}

/** The connected accounts, by time of connection, newest first. */
function list(draft: Draft, params: Params): unknown {
  const rows = connectionsFor(draft, draft.world.account, draft.world.livemode);
  const created = params.created as number | Record<'gt' | 'gte' | 'lt' | 'lte', number | undefined> | undefined;
  const range = typeof created === 'number' ? { gte: created, lte: created, gt: undefined, lt: undefined } : created;
  const inRange = rows.filter(
    ({ created: at }) =>
      range === undefined ||
      ((range.gt === undefined || at > range.gt) &&
        (range.gte === undefined || at >= range.gte) &&
        (range.lt === undefined || at < range.lt) &&
        (range.lte === undefined || at <= range.lte)),
  );
  const limit = limitOf(params);
  const at = (param: string): number => {
    const index = inRange.findIndex((row) => row.account === params[param]);
    if (index < 0) throw noSuch('account', params[param], { param, inPath: false });
    return index;
  };
  const end = params.ending_before === undefined ? undefined : at('ending_before');
  const start = end !== undefined ? Math.max(0, end - limit) : params.starting_after === undefined ? 0 : at('starting_after') + 1;
  const page = inRange.slice(start, end ?? start + limit);
  const has_more = end !== undefined ? start > 0 : inRange.length > start + limit;
  const data = page.flatMap((row) => draft.get('account', row.account) ?? []).map((account) => seen(draft, account));
  return { object: 'list', url: '/v1/accounts', has_more, data };
}

/** `POST /v1/accounts`: an account that its platform controls. Whoever makes one is a platform from then on. */
function create(draft: Draft, params: Params): StripeObject {
  const owner = draft.world.account;
  const mine = draft.in(SYSTEM).find('annex.application', [['account', owner]]) as ApplicationRecord[];
  const applications = mine.length > 0 ? mine : Object.values(registerApplications(draft, { account: owner, kind: 'platform' }));
  const application = applications.find((row) => row.livemode === draft.world.livemode)!;
  const type = typeof params.type === 'string' ? params.type : 'none';
  const name = params.business_profile?.name ?? params.company?.name ?? null;
  const made = storeAccount(draft, { name, email: params.email ?? null, country: params.country ?? 'US', blank: true });
  takeControl(draft, made, owner);
  const metadata = mergedMetadata({}, params.metadata ?? {});
  const fitted = fitFields(draft.contract, 'account', params, draft.get('account', made.id)!);
  const wished = capabilitiesGiven(draft, made, params.capabilities);
  const account = draft.in(SYSTEM).set(draft.get('account', made.id)!, { ...fitted, ...wished, metadata, type }, { event: null });
  connect(draft, { application, account: account.id, scope: 'read_write', code: null });
  return account;
}

/** Accounts are kept in the system world, and tell of themselves in their own. */
function changed(draft: Draft, account: StripeObject, fields: Fields): StripeObject {
  const after = draft.in(SYSTEM).set(account, fields, { event: null });
  tellCapabilities(draft, account, after);
  const previous = previousAttributes(account, after);
  if (previous !== undefined) draft.emit('account.updated', after, { previous });
  return after;
}

const notEditable = () => refuse({ status: 401, message: 'This application is not authorized to edit this account.' });

/** Of an account that controls itself an extension may change its own `metadata` and nothing else (oauth 10.1). */
function update(draft: Draft, params: Params, [id]: readonly string[]): StripeObject {
  const account = accountAt(draft, id!);
  const caller = callerOf(draft);
  if (caller === account.id) {
    throw invalid('You cannot use this method on your own account: you may only use it on connected accounts.');
  }
  const { metadata, ...rest } = params;
  if (controllerOf(draft, account.id) !== caller) {
    if (Object.keys(rest).length > 0) throw notEditable();
    const connection = connectionsFor(draft, caller, draft.world.livemode).find((row) => row.account === account.id)!;
    if (metadata !== undefined)
      draft.in(SYSTEM).set(connection, { metadata: mergedMetadata(connection.metadata, metadata) }, { event: null });
    return seen(draft, account);
  }
  const fields = {
    ...fitFields(draft.contract, 'account', rest, account),
    ...capabilitiesGiven(draft, account, rest.capabilities),
    ...(metadata !== undefined && { metadata: mergedMetadata(account.metadata ?? {}, metadata) }),
  };
  return seen(draft, changed(draft, account, fields));
}

/** An account of its own is only let go of; one that the platform has made ceases to be. */
function remove(draft: Draft, _params: Params, [id]: readonly string[]): StripeObject {
  const account = accountAt(draft, id!);
  const caller = callerOf(draft);
  if (caller === account.id) throw invalid('You cannot delete your own account.');
  if (draft.world.livemode && account.type === 'standard') {
    throw invalid(
      'Live-mode accounts with a dashboard of their own cannot be deleted. Disconnect the account with /oauth/deauthorize instead.',
    );
  }
  for (const connection of connectionsFor(draft, caller, draft.world.livemode))
    if (connection.account === account.id) disconnect(draft, connection);
  if (controllerOf(draft, account.id) === caller) draft.in(SYSTEM).remove(account, 'stub', { event: null });
  return { id: account.id, object: 'account', deleted: true };
}

function reject(draft: Draft, params: Params, [id]: readonly string[]): StripeObject {
  const account = accountAt(draft, id!);
  if (controllerOf(draft, account.id) !== callerOf(draft)) {
    throw refuse({
      status: 403,
      code: 'oauth_not_supported',
      message: `You cannot reject the account '${account.id}': it is not controlled by your platform.`,
    });
  }
  const why = String(params.reason).startsWith('fraud') ? 'fraud' : params.reason;
  const requirements = { ...account.requirements, disabled_reason: `rejected.${why}` };
  return seen(draft, changed(draft, account, { charges_enabled: false, payouts_enabled: false, requirements }));
}

/** Accounts live in the system world and are seen differently by their owner, by extensions and by platforms (oauth 10). */
export const account: Behaviour = {
  object: 'account',
  grade: 'lived',
  retrieved: seen,
  specials: {
    'GET /v1/account': (draft) => seen(draft, draft.get('account', draft.world.account)!),
    'GET /v1/accounts': list,
    'POST /v1/accounts': create,
    'GET /v1/accounts/{id}': (draft, _params, [id]) => seen(draft, accountAt(draft, id!)),
    'POST /v1/accounts/{id}': update,
    'DELETE /v1/accounts/{id}': remove,
    'POST /v1/accounts/{id}/reject': reject,
  },
};
