import { defaultObject } from '@annex/contract';
import {
  type Behaviour,
  type Draft,
  type Fields,
  noSuch,
  type Params,
  previousAttributes,
  type StripeObject,
  SYSTEM,
} from '../engine/index.ts';

/** What was asked of an account, and when: the account itself tells only how each capability stands. */
const REQUEST = 'annex.capability';
const requestOf = (draft: Draft, account: string, name: string): StripeObject | undefined =>
  draft.in(SYSTEM).get(REQUEST, `${account}/${name}`);

/** An account that has not said who it is can do nothing yet, whatever is asked for. */
const statusOf = (account: StripeObject, requested: boolean): string =>
  requested && account.details_submitted === true ? 'active' : 'inactive';

/** `capabilities[…][requested]` of a request, as the account's own field; what was asked is remembered beside it. */
export function capabilitiesGiven(draft: Draft, account: StripeObject, given: unknown): Fields {
  if (typeof given !== 'object' || given === null) return {};
  const capabilities = { ...account.capabilities };
  for (const [name, wish] of Object.entries(given as Record<string, Params | null>)) {
    if (typeof wish?.requested !== 'boolean') continue;
    const { requested } = wish;
    const known = requestOf(draft, account.id, name);
    const fields = { requested, requested_at: requested ? (known?.requested_at ?? draft.now) : null };
    if (known === undefined)
      draft.in(SYSTEM).insert({ id: `${account.id}/${name}`, object: REQUEST, created: draft.now, ...fields }, { event: null });
    else draft.in(SYSTEM).set(known, fields, { event: null });
    capabilities[name] = statusOf(account, requested);
  }
  return { capabilities };
}

function capabilityOf(draft: Draft, account: StripeObject, name: string): StripeObject {
  const status = account.capabilities?.[name];
  if (status === undefined) throw noSuch('capability', name, { param: 'capability', inPath: true });
  const request = requestOf(draft, account.id, name);
  const requested = request?.requested ?? status === 'active';
  return {
    ...defaultObject(draft.contract, 'capability', { id: name, created: draft.now, livemode: draft.world.livemode }),
    id: name,
    object: 'capability',
    account: account.id,
    requested,
    requested_at: requested ? (request?.requested_at ?? account.created) : null,
    status,
  } as StripeObject;
}

/** Every capability that stands otherwise than before tells so, in the account's own world. */
export function tellCapabilities(draft: Draft, before: StripeObject, after: StripeObject): void {
  for (const [name, status] of Object.entries(after.capabilities ?? {})) {
    const was = before.capabilities?.[name] ?? 'unrequested';
    if (status !== was) draft.emit('capability.updated', capabilityOf(draft, after, name), { previous: { status: was } });
  }
}

function accountAt(draft: Draft, id: string | undefined): StripeObject {
  const found = draft.get('account', id);
  if (found === undefined || id !== draft.world.account) throw noSuch('account', id ?? '', { param: 'account', inPath: true });
  return found;
}

function update(draft: Draft, params: Params, [id, name]: readonly string[]): StripeObject {
  const account = accountAt(draft, id);
  const fields = capabilitiesGiven(draft, account, { [name!]: { requested: params.requested } });
  const after = draft.in(SYSTEM).set(account, fields, { event: null });
  tellCapabilities(draft, account, after);
  const previous = previousAttributes(account, after);
  if (previous !== undefined) draft.emit('account.updated', after, { previous });
  return capabilityOf(draft, after, name!);
}

/** What an account may do, asked for by the platform that controls it. They are no rows: the account tells them. */
export const capability: Behaviour = {
  object: 'capability',
  grade: 'ruled',
  specials: {
    'GET /v1/accounts/{id}/capabilities': (draft, _params, [id]) => {
      const account = accountAt(draft, id);
      const data = Object.keys(account.capabilities ?? {}).map((name) => capabilityOf(draft, account, name));
      return { object: 'list', url: `/v1/accounts/${account.id}/capabilities`, has_more: false, data };
    },
    'GET /v1/accounts/{accountId}/capabilities/{id}': (draft, _params, [id, name]) => capabilityOf(draft, accountAt(draft, id), name!),
    'POST /v1/accounts/{accountId}/capabilities/{id}': update,
  },
};
