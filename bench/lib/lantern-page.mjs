// A page of Lantern that somebody is looking at, as assets/lantern.js does it: told by the stream, fetched again, read.
import { createHmac } from 'node:crypto';

/** Sent again, as browsers and senders of webhooks do, where it met a connection that was just being closed because nothing came. */
export const fetchAgain = (url, init) => fetch(url, init).catch(() => fetch(url, init));

/** Opens the overview; `shown()` is the MRR that stands there, in minor units. */
export async function openPage(url, { account, cookie }) {
  const page = `${url}/a/${account}/test`;
  const watchers = new Set();
  const times = [];
  let mrr = 0;
  let bytes = 0;
  const load = async () => {
    const start = performance.now();
    const response = await fetchAgain(page, { headers: { cookie } });
    const text = await response.text();
    if (response.status !== 200) throw new Error(`the overview answered ${response.status}`);
    times.push(performance.now() - start);
    bytes = text.length;
    mrr = Number(/data-figure="mrr"[\s\S]*?<data [^>]*value="(-?\d+)"/.exec(text)[1]);
    for (const watcher of watchers) watcher();
  };
  await load();
  const stop = new AbortController();
  const stream = await fetch(`${page}/live`, { headers: { cookie }, signal: stop.signal });
  let [loading, again] = [undefined, false];
  const refresh = async () => {
    while (again) {
      again = false;
      await load();
    }
    loading = undefined;
  };
  const ended = (async () => {
    const decoder = new TextDecoder();
    for await (const chunk of stream.body)
      if (decoder.decode(chunk, { stream: true }).includes('event: change')) {
        again = true;
        loading ??= refresh();
      }
  })().catch(() => {});
  return {
    load,
    times,
    bytes: () => bytes,
    shown: () => mrr,
    /** Resolves when the page shows this much or more. */
    shows: (wanted) =>
      new Promise((done) => {
        const look = () => {
          if (mrr < wanted) return;
          watchers.delete(look);
          done();
        };
        watchers.add(look);
        look();
      }),
    async close() {
      stop.abort();
      await ended;
      await loading;
    },
  };
}

const PRICE = {
  product: 'prod_1',
  billing_scheme: 'per_unit',
  recurring: { interval: 'month', interval_count: 1, usage_type: 'licensed' },
};

const YEAR = 365 * 86_400;

/** A signed `customer.subscription.updated`, as it arrives at `/webhooks`. Who is not known yet began a year ago. */
export function subscriptionEvent({ id, account, secret, number, amount }) {
  const created = Math.floor(Date.now() / 1000);
  const price = { ...PRICE, id: `price_${amount}`, unit_amount: amount, unit_amount_decimal: String(amount) };
  const items = { object: 'list', data: [{ id: `si_${number}`, quantity: 1, price }], has_more: false };
  const object = {
    ...{
      id: `sub_${number}`,
      object: 'subscription',
      customer: `cus_${number}`,
      currency: 'usd',
      status: 'active',
      created: created - YEAR,
      start_date: created - YEAR,
    },
    ...{ discounts: [], items },
  };
  const event = {
    ...{ id, object: 'event', type: 'customer.subscription.updated', created, livemode: false, account, api_version: '2026-10-28.endive' },
    data: { object, previous_attributes: {} },
  };
  const body = JSON.stringify(event);
  const mac = createHmac('sha256', secret).update(`${created}.${body}`).digest('hex');
  return { method: 'POST', body, headers: { 'stripe-signature': `t=${created},v1=${mac}`, 'content-type': 'application/json' } };
}
