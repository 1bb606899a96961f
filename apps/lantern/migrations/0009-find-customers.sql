-- Customers are found by what they have subscribed to and by where they are. The text of the expressions is that of
-- figures/find-customers.ts: PostgreSQL uses an index only for what is written the same way.

create index if not exists subscriptions_plans on mirror.subscriptions using gin
  ((jsonb_path_query_array(data, '$.items.data[*].price.id') || jsonb_path_query_array(data, '$.items.data[*].price.product')));

create index if not exists customers_country on mirror.customers (account, livemode, (data->'address'->>'country'));
