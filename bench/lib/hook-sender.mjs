// A platform in a process of its own, told over IPC to make events: changes are committed directly, so that the cost of
// delivering is not mixed with the cost of answering API requests.
import { createPlatform } from '@annex/platform';

const NOBODY = { application: null, requestId: null, idempotencyKey: null };
const platform = await createPlatform({ webhookTimeout: 60_000, ...(process.argv[2] && { data: process.argv[2] }) });
/** An account may have 16 endpoints, so the endpoints are spread over several; events are made in each in turn. */
const accounts = [];
let made = 0;

function makeEvent() {
  const now = platform.clock.now();
  made += 1;
  const { id } = accounts[made % accounts.length];
  const draft = platform.engine.draft({ account: id, livemode: false }, now, NOBODY);
  const metadata = { sent: (performance.timeOrigin + performance.now()).toFixed(2), serial: String(made) };
  const card = { last4: '4242', brand: 'visa', exp_month: 12, exp_year: 2034, funding: 'credit', country: 'US' };
  draft.insert({
    id: `cus_bench${made}`,
    object: 'customer',
    address: { city: 'Berlin', country: 'DE', line1: 'Karl-Marx-Allee 1', line2: null, postal_code: '10178', state: null },
    balance: 0,
    created: now,
    currency: 'eur',
    description: `Customer ${made} of the benchmark`,
    email: `customer.${made}@example.com`,
    invoice_prefix: 'AB12CD34',
    invoice_settings: { custom_fields: null, default_payment_method: null, footer: null, rendering_options: null },
    livemode: false,
    metadata,
    name: `Customer ${made}`,
    next_invoice_sequence: 1,
    phone: null,
    preferred_locales: ['de'],
    shipping: null,
    sources: { object: 'list', data: [card], has_more: false, url: `/v1/customers/cus_bench${made}/sources` },
    tax_exempt: 'none',
    test_clock: null,
  });
  platform.commit(draft);
}

const commands = {
  endpoints: async (urls) => {
    for (const [i, url] of urls.entries()) {
      if (i % 16 === 0) accounts.push(await platform.control.createAccount({ name: `Bench ${i}` }));
      await post(accounts.at(-1).keys.test.secret, url);
    }
  },
  burst: (count) => {
    for (let i = 0; i < count; i++) makeEvent();
  },
  steady: async ({ perSecond, seconds }) => {
    const began = performance.now();
    for (let i = 0; i < perSecond * seconds; i++) {
      const wait = began + (i * 1000) / perSecond - performance.now();
      if (wait > 1) await new Promise((resolve) => setTimeout(resolve, wait));
      makeEvent();
    }
  },
};

async function post(key, url) {
  const body = new URLSearchParams({ url, 'enabled_events[]': 'customer.created' });
  const answer = await fetch(`${platform.url}/v1/webhook_endpoints`, { method: 'POST', headers: { Authorization: `Bearer ${key}` }, body });
  if (!answer.ok) throw new Error(await answer.text());
}

process.on('message', async ({ command, input }) => {
  await commands[command](input);
  process.send({ done: command });
});
process.send({ done: 'start' });
