import { createRequire } from 'node:module';
import {
  type Contract,
  defaultObject,
  type Form,
  type FormHash,
  fieldsOf,
  loadContract,
  type NodeId,
  type Operation,
  ParamError,
  readParams,
} from '@annex/contract';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { StripeObject } from '../src/engine/index.ts';
import { type OldVersion, oldVersion } from '../src/versions/version.ts';
import { contractOf, violations } from './older-contract.ts';
import { Receiver } from './receiver.ts';
import { until } from './until.ts';
import { inventKey, type TestPlatform, testPlatform } from './world.ts';

// biome-ignore lint/suspicious/noExplicitAny: one test speaks through the types of four SDKs
type AnySdk = any;

/** Required, not imported: older SDKs declare their types as those of `stripe` itself. */
const sdk = (name: string): AnySdk => createRequire(import.meta.url)(name);

/** Four SDKs, each with the API version that it is made for. */
const SDKS: readonly (readonly [name: string, sdk: AnySdk, version: string])[] = [
  ['stripe-acacia', sdk('stripe-acacia'), '2025-02-24.acacia'],
  ['stripe-clover', sdk('stripe-clover'), '2026-02-25.clover'],
  ['stripe-dahlia', sdk('stripe-dahlia'), '2026-08-26.dahlia'],
  ['stripe', sdk('stripe'), '2026-10-28.endive'],
];

let world: TestPlatform;
beforeAll(async () => {
  world = await testPlatform();
});
afterAll(() => world.platform.close());

const clientOf = (Sdk: AnySdk, key = inventKey(), config = {}): AnySdk => {
  const { hostname, port } = new URL(world.platform.url);
  return new Sdk(key, { host: hostname, port: Number(port), protocol: 'http', maxNetworkRetries: 0, telemetry: false, ...config });
};

/** What lives here; also what these objects are made of. */
const LIVED = [
  ...['account', 'application_fee', 'balance', 'balance_transaction', 'card', 'charge', 'checkout.session', 'coupon', 'credit_note'],
  ...['credit_note_line_item', 'customer', 'customer_balance_transaction', 'discount', 'dispute', 'event', 'fee_refund', 'invoice'],
  ...['invoice_payment', 'invoiceitem', 'item', 'line_item', 'payment_intent', 'payment_link', 'payment_method', 'payout', 'plan'],
  ...['price', 'product', 'promotion_code', 'quote', 'refund', 'setup_intent', 'subscription', 'subscription_item'],
  ...['subscription_schedule', 'tax_id', 'tax_rate', 'test_helpers.test_clock', 'topup', 'transfer', 'transfer_reversal'],
  ...['webhook_endpoint'],
];

/** What had no type before, so that the sample is none of today's words; and what has left without a successor, far from what lives. */
const NOT_TAKEN = [
  ...[
    'POST /v1/accounts/{account}/persons',
    'POST /v1/accounts/{account}/reject',
    'POST /v1/accounts/{id}/reject',
    'POST /v1/tokens person',
  ],
  'POST /v1/checkout/sessions line_items: Received unknown parameter: line_items[0][dynamic_tax_rates]',
  ...['POST /v1/account_sessions components', 'POST /v1/financial_connections/sessions filters', 'POST /v1/payment_methods/'],
  ...['POST /v1/tax/registrations country_options', 'POST /v1/terminal/configurations', 'POST /v1/test_helpers/issuing/authorizations'],
  ...['GET /v1/invoices/upcoming subscription_trial_from_plan', 'GET /v1/invoices/upcoming/lines subscription_trial_from_plan'],
];

/** A value that the types allow, as a form carries it; every part of a hash is filled in. */
function sample(contract: Contract, id: NodeId, depth: number): Form {
  const node = contract.node(id);
  if (typeof node === 'string') return { time: '1800000000', bool: 'true' }[node as 'time'] ?? '1';
  switch (node[0]) {
    case 'e':
      return String(node[2].includes('sum') ? 'sum' : node[2][0]);
    case 'B':
      return String(node[1] === 1);
    case 'a':
      return [sample(contract, node[1], depth + 1)];
    case 'm':
    case 'M':
      return Object.assign(Object.create(null), { k: sample(contract, node[1], depth + 1) });
    case 'u':
      return sample(contract, node[1][0]!, depth);
    case 'o': {
      const fields = fieldsOf(node).filter((field) => depth < 6 || (field.flags & 1) === 0);
      return Object.assign(
        Object.create(null),
        Object.fromEntries(fields.map((field) => [field.name, sample(contract, field.node, depth + 1)])),
      );
    }
    default:
      return 'x';
  }
}

/** Why today's contract would not understand a request of before, where that is not what else is missing in it. */
function refusalOf(
  now: Contract,
  op: Operation,
  request: { form: FormHash; old: OldVersion | undefined; keys: readonly string[] },
): string | undefined {
  try {
    const look = { get: () => undefined, find: () => [] };
    request.old?.upgrade(request.keys, { form: request.form, ids: ['x'], look });
    readParams(now, op, request.form);
  } catch (error) {
    if (!(error instanceof ParamError)) return String(error);
    if (!error.message.startsWith('Missing required param')) return error.message;
  }
  return undefined;
}

/** Everything that the SDK was answered, by what it asked. */
class Answers {
  readonly seen: [what: string, value: AnySdk][] = [];

  async of(what: string, asked: Promise<AnySdk>): Promise<AnySdk> {
    const value = await asked;
    this.seen.push([what, JSON.parse(JSON.stringify(value))]);
    return value;
  }
}

/** A customer's life in the words of the SDK's own version. */
async function live(stripe: AnySdk, version: string, answers: Answers): Promise<void> {
  const old = version < '2025-09-30';
  const hasTypes = version < '2026-09-30';
  const types = hasTypes ? { payment_method_types: ['card'] } : { allowed_payment_method_types: ['card'] };
  const ask = answers.of.bind(answers);
  const coupon = await ask('coupon', stripe.coupons.create({ percent_off: 50, duration: 'forever' }));
  const code = await ask(
    'promotion code',
    stripe.promotionCodes.create(old ? { coupon: coupon.id } : { promotion: { type: 'coupon', coupon: coupon.id } }),
  );
  const customer = await ask(
    'customer',
    stripe.customers.create({
      email: 'ada@example.com',
      payment_method: 'pm_card_visa',
      invoice_settings: { default_payment_method: 'pm_card_visa' },
    }),
  );
  const product = await ask('product', stripe.products.create({ name: 'Pro' }));
  const price = await ask(
    'price',
    stripe.prices.create({ product: product.id, currency: 'usd', unit_amount: 2000, recurring: { interval: 'month' } }),
  );
  const subscription = await ask(
    'subscription',
    stripe.subscriptions.create({
      customer: customer.id,
      items: [{ price: price.id }],
      ...(old ? { promotion_code: code.id } : { discounts: [{ promotion_code: code.id }] }),
      expand: old ? ['latest_invoice.payment_intent', 'latest_invoice.charge'] : ['latest_invoice.payments'],
    }),
  );
  await ask('subscription again', stripe.subscriptions.retrieve(subscription.id));
  await ask('subscriptions', stripe.subscriptions.list({ customer: customer.id }));
  await ask('subscription updated', stripe.subscriptions.update(subscription.id, { metadata: { seats: '3' } }));
  await ask('invoices', stripe.invoices.list({ customer: customer.id, expand: ['data.customer'] }));
  await ask('lines', stripe.invoices.listLineItems(subscription.latest_invoice.id));
  const item = old ? { unit_amount: 700, currency: 'usd' } : { amount: 700, currency: 'usd' };
  await ask('invoice item', stripe.invoiceItems.create({ customer: customer.id, ...item }));
  const draft = await ask('draft', stripe.invoices.create({ customer: customer.id, pending_invoice_items_behavior: 'include' }));
  await ask('finalized', stripe.invoices.finalizeInvoice(draft.id));
  await ask('paid', stripe.invoices.pay(draft.id));
  const intent = await ask(
    'payment intent',
    stripe.paymentIntents.create({
      amount: 1500,
      currency: 'usd',
      customer: customer.id,
      payment_method: 'pm_card_visa',
      confirm: true,
      return_url: 'https://example.com',
      expand: ['latest_charge', 'customer'],
      ...types,
    }),
  );
  await ask('setup intent', stripe.setupIntents.create({ customer: customer.id, ...types }));
  await ask('charge', stripe.charges.retrieve(intent.latest_charge.id));
  await ask('charges', stripe.charges.list({ customer: customer.id }));
  await ask('refund', stripe.refunds.create({ payment_intent: intent.id, amount: 500 }));
  await ask('customer again', stripe.customers.retrieve(customer.id));
  await ask('canceled', stripe.subscriptions.cancel(subscription.id));
  await sell(stripe, version, { ask, customer: customer.id, price: price.id, invoice: draft.id });
}

/** What is sold otherwise: a session, a schedule, a quote, a credit note, a preview; and a payment that is disputed. */
async function sell(
  stripe: AnySdk,
  version: string,
  given: { ask: Answers['of']; customer: string; price: string; invoice: string },
): Promise<void> {
  const { ask, customer, price, invoice } = given;
  const items = [{ price, quantity: 1 }];
  const page = version < '2026-03-25' ? 'hosted' : 'hosted_page';
  const session = { mode: 'subscription', line_items: items, success_url: 'https://example.com', ui_mode: page, customer };
  await ask('session', stripe.checkout.sessions.create(session));
  await ask('session of a payment', stripe.checkout.sessions.create({ ...session, mode: 'setup', line_items: undefined, currency: 'usd' }));
  const phase = version < '2025-09-30' ? { iterations: 2 } : { duration: { interval: 'month', interval_count: 2 } };
  await ask('schedule', stripe.subscriptionSchedules.create({ customer, start_date: 'now', phases: [{ items, ...phase }] }));
  await ask('quote', stripe.quotes.create({ customer, line_items: items }));
  await ask('credit note', stripe.creditNotes.create({ invoice, amount: 100, refund_amount: 100 }));
  await ask('preview', stripe.invoices.createPreview({ customer, subscription_details: { items } }));
  if (version < '2025-03-31') await ask('upcoming', stripe.invoices.retrieveUpcoming({ customer, subscription_items: items }));
  const method = await stripe.paymentMethods.create({ type: 'card', card: { token: 'tok_createDispute' } });
  const payment = { amount: 900, currency: 'usd', confirm: true, payment_method: method.id, return_url: 'https://example.com' };
  const disputed = await ask('disputed payment', stripe.paymentIntents.create(payment));
  const { data } = await ask('disputes', stripe.disputes.list({ payment_intent: disputed.id }));
  expect(data.length).toBe(1);
  for (const list of ['paymentMethods', 'balanceTransactions', 'coupons', 'promotionCodes', 'prices', 'products'])
    await ask(list, stripe[list].list(list === 'paymentMethods' ? { customer } : { limit: 100 }));
}

describe.each(SDKS)('%s', (name, Sdk, version) => {
  let contract: Contract;
  const answers = new Answers();
  let stripe: AnySdk;
  let hook: Receiver;
  let endpoint: AnySdk;
  beforeAll(async () => {
    contract = contractOf(name);
    hook = await Receiver.open();
    const key = inventKey();
    stripe = clientOf(Sdk, key);
    const { id } = await stripe.accounts.retrieve();
    await world.platform.control.setApiVersion({ account: id, api_version: version });
    endpoint = await stripe.webhookEndpoints.create({ url: hook.url, enabled_events: ['*'], api_version: version });
    await live(stripe, version, answers);
    await until(async () => (await world.platform.control.deliveries({ endpoint: endpoint.id, state: 'pending' })).data.length === 0);
  });

  afterAll(() => hook.close());

  test('is made for the version that this test says', () => {
    expect(contract.api).toBe(version);
  });

  test('a whole life gets the shapes that the SDK’s own types promise', () => {
    expect(answers.seen.length).toBeGreaterThan(20);
    expect(answers.seen.flatMap(([what, value]) => violations(contract, value).map((line) => `${what}: ${line}`))).toEqual([]);
  });

  test('its webhooks construct what it is told, in its version and in the shapes that its types promise', () => {
    expect(hook.received.length).toBeGreaterThan(40);
    const wrong = hook.received.flatMap(({ body, headers }) => {
      const event = stripe.webhooks.constructEvent(body, headers['stripe-signature'], endpoint.secret);
      if (event.api_version !== version) return [`${event.type} is told in ${event.api_version}`];
      return violations(contract, event.data.object).map((line) => `${event.type}: ${line}`);
    });
    expect(wrong).toEqual([]);
  });

  test('the events that it lists are of its version too', async () => {
    const { data } = await stripe.events.list({ limit: 100 });
    expect([...new Set(data.map((event: AnySdk) => event.api_version))]).toEqual([version]);
    const known = data.filter((event: AnySdk) => contract.objects.has(event.data.object.object));
    expect(known.length).toBeGreaterThan(40);
    expect(known.flatMap((event: AnySdk) => violations(contract, event.data.object))).toEqual([]);
  });

  test('every object made from today’s contract has all the fields that the types had then', () => {
    const now = loadContract();
    const nothing = { get: () => undefined, find: () => [] };
    const downgrade = oldVersion(version)?.downgrade;
    const absent = LIVED.flatMap((object) => {
      const made = defaultObject(now, object, { id: 'x_1', created: 1, livemode: false }) as StripeObject;
      const answer = downgrade === undefined ? made : JSON.parse(downgrade.text(JSON.stringify(made), nothing));
      return contract.objects.has(object) ? violations(contract, answer).filter((line) => line.endsWith('is absent')) : [];
    });
    expect(absent).toEqual([]);
  });
  test('every parameter that the SDK can send is understood', () => {
    const now = loadContract();
    const old = oldVersion(version);
    const refused: string[] = [];
    let asked = 0;
    for (const op of contract.operations.filter((each) => each.path.startsWith('/v1/') && each.params >= 0)) {
      const route = old?.route(op.method, op.path);
      const [method, path] = (route?.op ?? op.key).split(' ') as [string, string];
      const today = now.match(method, path.replace(/\{[^}]+\}/g, 'x'))?.op;
      if (today === undefined) continue;
      const keys = route === undefined ? [today.key] : [op.key, today.key];
      for (const field of fieldsOf(contract.node(op.params))) {
        asked += 1;
        const form = Object.assign(Object.create(null), {
          [field.name]: field.name === 'payment_method_types' ? ['card'] : sample(contract, field.node, 0),
        }) as FormHash;
        const message = refusalOf(now, today, { form, old, keys });
        if (message !== undefined) refused.push(`${op.key} ${field.name}: ${message.slice(0, 120)}`);
      }
    }
    expect(asked).toBeGreaterThan(2000);
    expect(refused.filter((line) => !NOT_TAKEN.some((known) => line.startsWith(known)))).toEqual([]);
  });
});
