import {
  type Behaviour,
  type Draft,
  type Fields,
  invalid,
  missingParam,
  notSimulated,
  type Params,
  type StripeObject,
} from '../../engine/index.ts';
import { defaultConfiguration } from './configuration.ts';

const inactive = (id: string) => invalid(`The portal configuration ${id} is inactive. Activate it or use another one.`, 'configuration');
const notEnabled = (flow: string, feature: string) =>
  invalid(`The flow ${flow} needs the feature ${feature}, which is not enabled in this portal configuration.`, 'flow_data[type]');
const notTheirs = (id: string) => invalid(`The subscription ${id} belongs to another customer, or has ended.`, 'flow_data');

/** The feature of the configuration that a flow needs. */
const FEATURE_OF: Readonly<Record<string, string>> = {
  customer_update: 'customer_update',
  payment_method_update: 'payment_method_update',
  subscription_cancel: 'subscription_cancel',
  subscription_update: 'subscription_update',
  subscription_update_confirm: 'subscription_update',
};

const FLOWS = [
  'customer_update',
  'subscription_cancel',
  'subscription_pause',
  'subscription_update',
  'subscription_update_confirm',
] as const;
const ENDED = new Set(['canceled', 'incomplete_expired']);

function checkSubscription(draft: Draft, params: Params, flow: Params): void {
  const id = flow[flow.type]?.subscription;
  if (!flow.type.startsWith('subscription_')) return;
  if (id === undefined) throw missingParam(`flow_data[${flow.type}][subscription]`);
  const subscription = draft.need('subscription', id, `flow_data[${flow.type}][subscription]`);
  if (subscription.customer !== params.customer || ENDED.has(subscription.status)) throw notTheirs(id);
}

/** One errand instead of the whole portal, and where it ends. */
function flowOf(draft: Draft, params: Params, configuration: StripeObject): Fields | null {
  const flow = params.flow_data as Params | undefined;
  if (flow === undefined) return null;
  const feature = FEATURE_OF[flow.type];
  if (feature === undefined) throw notSimulated(`the portal flow ${flow.type}`);
  if (configuration.features[feature].enabled !== true) throw notEnabled(flow.type, feature);
  if (flow.subscription_cancel?.retention !== undefined) throw notSimulated('retention offers in the billing portal');
  checkSubscription(draft, params, flow);
  const confirm = flow.subscription_update_confirm as Params | undefined;
  for (const [index, { price }] of ((confirm?.items ?? []) as Params[]).entries())
    if (price !== undefined) draft.need('price', price, `flow_data[subscription_update_confirm][items][${index}][price]`);
  const after = flow.after_completion;
  return {
    after_completion: {
      hosted_confirmation:
        after?.hosted_confirmation === undefined ? null : { custom_message: after.hosted_confirmation.custom_message ?? null },
      redirect: after?.redirect ?? null,
      type: after?.type ?? 'portal_homepage',
    },
    ...Object.fromEntries(FLOWS.map((name) => [name, name === flow.type ? (flow[name] ?? {}) : null])),
    ...(flow.type === 'subscription_cancel' && { subscription_cancel: { retention: null, ...flow.subscription_cancel } }),
    ...(confirm !== undefined && { subscription_update_confirm: { discounts: null, ...confirm } }),
    type: flow.type,
  };
}

function checkUrl(params: Params): void {
  const url = params.return_url;
  if (typeof url === 'string' && !/^https?:\/\/[^\s/?#@]+(?:[/?#]\S*)?$/i.test(url))
    throw invalid(`Not a valid URL: '${url}'. It must begin with http:// or https://.`, 'return_url', 'url_invalid');
}

function create(draft: Draft, params: Params): Fields {
  if (params.customer === undefined) throw missingParam('customer');
  const customer = draft.need('customer', params.customer, 'customer');
  checkUrl(params);
  const configuration =
    params.configuration === undefined
      ? defaultConfiguration(draft)
      : draft.need('billing_portal.configuration', params.configuration, 'configuration');
  if (!configuration.active) throw inactive(configuration.id);
  return {
    configuration: configuration.id,
    customer: customer.id,
    flow: flowOf(draft, params, configuration),
    locale: params.locale ?? null,
    on_behalf_of: params.on_behalf_of ?? null,
    return_url: params.return_url ?? configuration.default_return_url,
    url: '',
  };
}

/** Unix seconds: how long the address of a session opens the portal. */
const HOUR = 3600;

export const isOver = (session: StripeObject, now: number): boolean => now >= session.created + HOUR;

/** The address is a secret of its own, because ids are written into logs. */
function addressed(draft: Draft, session: StripeObject): string {
  const { account, livemode } = draft.world;
  return `${draft.origin}/p/session/${account}/${livemode ? 'live' : 'test'}/${session.id}/${draft.random(48)}`;
}

export const portalSession: Behaviour = {
  object: 'billing_portal.session',
  grade: 'lived',
  specials: {
    'POST /v1/billing_portal/sessions': (draft, params) => {
      const fields = create(draft, params);
      const id = draft.id('billing_portal.session');
      return draft.make('billing_portal.session', { ...fields, id, url: addressed(draft, { id } as StripeObject) });
    },
  },
};
