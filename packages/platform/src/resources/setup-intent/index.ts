import { type Behaviour, type Draft, type Fields, invalid, type Machine, type Params, type StripeObject } from '../../engine/index.ts';
import { methodFor } from '../payment-intent/confirm.ts';
import { spendConfirmation } from '../payment-intent/confirmation-token.ts';
import { methodOptions } from '../payment-intent/options.ts';
import { confirm, unexpectedState, verify } from './confirm.ts';

const CARD: Fields = { mandate_options: null, network: null, request_three_d_secure: 'automatic' };
const OPEN = ['requires_payment_method', 'requires_confirmation', 'requires_action'];

const SENTENCES: Readonly<Record<string, string>> = {
  confirm: 'You cannot confirm this SetupIntent because it has a status of',
  cancel: 'You cannot cancel this SetupIntent because it has a status of',
  verify_microdeposits: 'You cannot verify this SetupIntent because it has a status of',
};

const PAST: Readonly<Record<string, string>> = { cancel: 'canceled', confirm: 'confirmed', verify_microdeposits: 'verified' };

const machine: Machine = {
  field: 'status',
  moves: {
    confirm: { from: OPEN, to: ['succeeded', 'requires_action', 'requires_payment_method'] },
    verify_microdeposits: { from: ['requires_action'], to: ['succeeded'] },
    cancel: { from: OPEN, to: ['canceled'] },
  },
  refusal: (intent, action, move) =>
    unexpectedState(
      intent,
      `${SENTENCES[action]} ${intent.status}. Only a SetupIntent with one of the following statuses may be ${PAST[action]}: ${move.from.join(', ')}.`,
    ),
};

const onlyOnConfirm = (name: string) => invalid(`The parameter \`${name}\` can only be used when \`confirm\` is true.`, name);

function create(draft: Draft, params: Params): Fields {
  if (params.confirm !== true && params.mandate_data !== undefined) throw onlyOnConfirm('mandate_data');
  if (typeof params.customer === 'string') draft.need('customer', params.customer, 'customer');
  const method = params.confirm === true ? undefined : methodFor(draft, params, null);
  const automatic = params.automatic_payment_methods;
  const allowed = params.allowed_payment_method_types ?? params.payment_method_types ?? null;
  return {
    application: draft.actor.application,
    automatic_payment_methods:
      allowed !== null ? null : { allow_redirects: automatic?.allow_redirects ?? 'always', enabled: automatic?.enabled ?? true },
    client_secret: null,
    last_setup_error: null,
    latest_attempt: null,
    payment_method: method?.id ?? null,
    payment_method_options: methodOptions(params.payment_method_options, { card: CARD }),
    payment_method_types: allowed ?? ['card'],
    status: method === undefined ? 'requires_payment_method' : 'requires_confirmation',
    usage: params.usage ?? 'off_session',
  };
}

function created(draft: Draft, intent: StripeObject, params: Params): StripeObject {
  const made = draft.set(intent, { client_secret: `${intent.id}_secret_${draft.random(25)}` }, { event: null });
  if (params.confirm !== true) return made;
  spendConfirmation(draft, params, made);
  return confirm(draft, made, params);
}

function update(draft: Draft, before: StripeObject, params: Params): Fields {
  const asked = Object.keys(params).filter((name) => name !== 'metadata' && name !== 'description');
  if ((before.status === 'succeeded' || before.status === 'canceled') && asked.length > 0)
    throw unexpectedState(before, `This SetupIntent's ${asked[0]} could not be updated because it has a status of ${before.status}.`);
  const given = params.payment_method !== undefined || params.payment_method_data !== undefined;
  const method = given ? methodFor(draft, params, null) : undefined;
  const { allowed_payment_method_types: allowed } = params;
  return {
    ...(allowed && { payment_method_types: allowed }),
    ...(params.payment_method_options !== undefined && {
      payment_method_options: methodOptions(params.payment_method_options, before.payment_method_options ?? {}),
    }),
    ...(method !== undefined && { payment_method: method.id, status: 'requires_confirmation' }),
  };
}

export const setupIntent: Behaviour = {
  object: 'setup_intent',
  grade: 'lived',
  events: { updated: null },
  machine,
  filters: { customer: 'customer', payment_method: 'payment_method', attach_to_self: () => true },
  create,
  created,
  update,
  actions: {
    confirm: (draft, intent, params) => {
      spendConfirmation(draft, params, intent);
      return confirm(draft, intent, params);
    },
    verify_microdeposits: verify,
    cancel: (draft, intent, params) =>
      draft.set(
        intent,
        { status: 'canceled', cancellation_reason: params.cancellation_reason ?? null, next_action: null },
        { event: 'setup_intent.canceled' },
      ),
  },
};
