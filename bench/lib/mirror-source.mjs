// The platform with one account of many objects, for the mirror's benchmark. `node mirror-source.mjs PORT COUNT`; says its key on stdout.
import { NOBODY } from '../../packages/platform/dist/engine/index.js';
import { createPlatform } from '../../packages/platform/dist/index.js';

const [port, count] = process.argv.slice(2).map(Number);
const platform = await createPlatform({ port, logRequests: 0 });
const { id: account, keys } = await platform.control.createAccount({ name: 'Big Shop', email: 'big@shop.example' });
const world = { account, livemode: false };
const YEAR = 365 * 86_400;
const end = Math.floor(Date.now() / 1000) - 86_400;
const shares = { customer: 0.2, charge: 0.3, invoice: 0.2, subscription: 0.1, payment_intent: 0.2 };
const customers = Math.round(count * shares.customer);

/** What differs from the contract's default object: enough that no two are alike. */
const FIELDS = {
  customer: (n) => ({
    id: `cus_bench${n}`,
    email: `customer${n}@shop.example`,
    name: `Customer ${n}`,
    description: 'A customer of the benchmark',
  }),
  charge: (n) => ({
    amount: 1_000 + n,
    currency: 'usd',
    customer: `cus_bench${n % customers}`,
    paid: true,
    status: 'succeeded',
    captured: true,
  }),
  invoice: (n) => ({
    customer: `cus_bench${n % customers}`,
    currency: 'usd',
    amount_due: n,
    amount_paid: n,
    status: 'paid',
    number: `B-${n}`,
  }),
  subscription: (n) => ({ customer: `cus_bench${n % customers}`, currency: 'usd', status: n % 10 < 3 ? 'canceled' : 'active' }),
  payment_intent: (n) => ({ amount: 1_000 + n, currency: 'usd', customer: `cus_bench${n % customers}`, status: 'succeeded' }),
};

// Nothing is due while the benchmark runs.
const first = platform.engine.draft(world, end, NOBODY);
const price = first.make(
  'price',
  { id: 'price_bench', currency: 'usd', unit_amount: 900, recurring: { interval: 'month', interval_count: 1, usage_type: 'licensed' } },
  { event: null },
);
platform.store.commit({ writes: first.writes() });
const item = { price, quantity: 1, current_period_start: end, current_period_end: end + 10 * YEAR };

for (const [object, share] of Object.entries(shares)) {
  const many = Math.round(count * share);
  for (let from = 0; from < many; from += 1_000) {
    const draft = platform.engine.draft(world, end - Math.floor((3 * YEAR * (many - from)) / many), NOBODY);
    for (let n = from; n < Math.min(from + 1_000, many); n++) {
      const at = draft.at(end - Math.floor((3 * YEAR * (many - n)) / many));
      const made = at.make(object, FIELDS[object](n), { event: null });
      if (object === 'subscription') at.make('subscription_item', { ...item, subscription: made.id }, { event: null });
    }
    platform.store.commit({ writes: draft.writes() });
  }
}
process.stdout.write(`${JSON.stringify({ account, key: keys.test.secret, url: platform.url })}\n`);
