-- What happened on an account since it was connected, as the live feed shows it. Erased with the account.

create table lantern.feed (
  account text not null,
  livemode boolean not null,
  event text not null,
  type text not null,
  created bigint not null,                  -- seconds, Stripe's clock
  object text not null,
  object_id text not null,
  customer text,
  amount bigint,                            -- minor units, where the event has one
  currency text,
  facts jsonb not null default '{}',
  primary key (account, livemode, event)
);
create index feed_created on lantern.feed (account, livemode, created desc, event desc);
create index feed_customer on lantern.feed (account, livemode, customer, created desc);
