// An account whose subscriptions have changed for five years, put where the kit and Lantern's own effects would put it.

export const ACCOUNT = 'acct_bench';
const FIVE_YEARS = 5 * 365 * 86_400;

/**
 * A subscription's state, in SQL: price and quantity vary with its number and the number of the change. Of ten customers one has a
 * discount of some months, one asks to leave and stays, one is past due now and then; one of five ends.
 */
const stateAt = (c) => `jsonb_build_object('id', 'sub_' || s, 'customer', 'cus_' || s, 'currency', 'usd',
  'status', case when ${c} = $3 - 1 and s % 5 = 0 then 'canceled' when s % 10 = 3 and ${c} % 10 = 4 then 'past_due' else 'active' end,
  'created', 0, 'start_date', 0, 'ended_at', null, 'trial_start', null, 'trial_end', null, 'cancel_at', null,
  'cancel_at_period_end', s % 10 = 2 and ${c} % 10 = 7, 'cancellation_details', jsonb_build_object('reason', null, 'feedback', null), 'pause_collection', null,
  'discounts', case when s % 10 = 1 and ${c} < 30 then jsonb_build_array('di_' || s) else '[]'::jsonb end,
  'items', jsonb_build_object('data', jsonb_build_array(jsonb_build_object('id', 'si_' || s, 'quantity', 1 + (s * 7 + (${c}) * 13) % 20,
    'price', jsonb_build_object('id', 'price_' || ((${c}) % 3), 'product', 'prod_1', 'billing_scheme', 'per_unit', 'unit_amount_decimal', (900 + 1000 * ((${c}) % 3))::text,
      'transform_quantity', null, 'tiers_mode', null, 'tiers', null,
      'recurring', jsonb_build_object('interval', 'month', 'interval_count', 1, 'usage_type', 'licensed'))))))`;

const OBSERVATIONS = `
  insert into lantern.observations (account, livemode, event, subscription, customer, type, at, state, before)
  select $1, false, 'evt_' || s || '_' || c, 'sub_' || s, 'cus_' || s, case when c = 0 then 'customer.subscription.created' else 'customer.subscription.updated' end,
    $2::bigint - $4::bigint + (c::bigint * $4::bigint) / $3 + s % 86400, (${stateAt('c')})::text::json, case when c > 0 then (${stateAt('(c - 1)')})::text::json end
  from generate_series($5::int, $6::int) s, generate_series(0, $3::int - 1) c`;

const DISCOUNTS = `
  insert into lantern.discounts (account, livemode, id, customer, subscription, coupon, starts, ends)
  select $1, false, 'di_' || s, 'cus_' || s, 'sub_' || s, '{"duration": "repeating", "percent_off": 20}'::jsonb, 0, $2::bigint - $3::bigint / 2
  from generate_series(0, $4::int - 1) s where s % 10 = 1`;

/** Rows of the mirror, so that what a page counts is there to be counted. Twelve payments a customer, of about the size Stripe's have. */
const MIRRORED = [
  `insert into mirror.customers (account, livemode, id, created, lo, hi, changed_ms, data)
   select $1, false, 'cus_' || s, $2::bigint - $3::bigint, 0, 0, 0, jsonb_build_object('id', 'cus_' || s, 'object', 'customer', 'name', 'Customer ' || s, 'email', 'c' || s || '@example.com')
   from generate_series(0, $4::int - 1) s`,
  `insert into mirror.charges (account, livemode, id, created, lo, hi, changed_ms, data)
   select $1, false, 'ch_' || s || '_' || m, $2::bigint - m * 2592000 - s % 2592000, 0, 0, 0, jsonb_build_object('id', 'ch_' || s || '_' || m, 'object', 'charge', 'customer', 'cus_' || s,
     'currency', 'usd', 'amount', 900, 'status', 'succeeded', 'description', repeat('x', 1200), 'created', $2::bigint - $3::bigint)
   from generate_series(0, $4::int - 1) s, generate_series(0, 11) m`,
];

/** Fills the account: `subscriptions` of them, each with `changes`. */
export async function fillBooks(database, { now, subscriptions, changes }) {
  await database.query(
    `insert into annex.connections (account, livemode, kind, state, scope, connected_ms) values ($1, false, 'oauth', 'connected', 'read_only', 0)`,
    [ACCOUNT],
  );
  await database.query(
    `insert into annex.streams (account, livemode, object, state, priority) values ($1, false, 'subscription', 'done', 0), ($1, false, 'customer', 'done', 0)`,
    [ACCOUNT],
  );
  for (let from = 0; from < subscriptions; from += 500)
    await database.query(OBSERVATIONS, [ACCOUNT, now, changes, FIVE_YEARS, from, Math.min(subscriptions, from + 500) - 1]);
  await database.query(DISCOUNTS, [ACCOUNT, now, FIVE_YEARS, subscriptions]);
  for (const statement of MIRRORED) await database.query(statement, [ACCOUNT, now, FIVE_YEARS, subscriptions]);
  await database.query('analyze');
}
