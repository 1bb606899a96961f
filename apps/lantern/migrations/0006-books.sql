-- From what was seen of subscriptions to movements of MRR. Everything here is erased with the account, and everything but
-- observations and discounts can be rebuilt from the mirror and from these two.

create table lantern.observations (          -- a subscription as an event showed it; append-only
  account text not null,
  livemode boolean not null,
  event text not null,
  subscription text not null,
  customer text not null,
  type text not null,
  at bigint not null,                       -- seconds, Stripe's clock
  state jsonb not null,                     -- what MRR depends on, see history/compact.ts
  before jsonb,                             -- the same before the event, where the event tells it
  primary key (account, livemode, event)
);
create index observations_customer on lantern.observations (account, livemode, customer);
create index observations_at on lantern.observations (account, livemode, at desc);

create table lantern.discounts (             -- every discount that was ever seen whole; Stripe shows it no longer once it ended
  account text not null,
  livemode boolean not null,
  id text not null,
  customer text,
  subscription text,
  coupon jsonb not null,
  starts bigint,
  ends bigint,
  gone_at bigint,                           -- taken away before its end
  primary key (account, livemode, id)
);
create index discounts_customer on lantern.discounts (account, livemode, customer);

create table lantern.desks (                 -- one per account and mode: how it is to be counted, and how far that is
  account text not null,
  livemode boolean not null,
  rules jsonb not null default '{}',
  currency text,                            -- null: the account's own
  time_zone text,                           -- null: the account's own
  scanned_ms bigint not null default 0,
  settled boolean not null default false,   -- the books have been made again since the import ended
  version bigint not null default 0,
  primary key (account, livemode)
);

create table lantern.stale (                 -- customers whose books must be made again
  account text not null,
  livemode boolean not null,
  n bigint generated always as identity,
  customer text not null,
  primary key (account, livemode, n)
);

create table lantern.books (                 -- one per customer: where it stands
  account text not null,
  livemode boolean not null,
  customer text not null,
  through_ms bigint not null,               -- subscriptions that changed until then are in it
  next_at bigint,                           -- seconds: when it changes by itself (a discount ends)
  mrr bigint not null,                      -- reporting currency, minor units
  ending bigint not null,                   -- of it: from subscriptions whose end is scheduled
  ends_at bigint,                           -- the soonest of these ends
  currencies text[] not null,
  first_day text,                           -- the first day with MRR
  last_day text,                            -- the day of the last movement
  subscriptions integer not null,
  reconstructed boolean not null,
  primary key (account, livemode, customer)
);
create index books_mrr on lantern.books (account, livemode, mrr desc, customer);
create index books_next on lantern.books (next_at) where next_at is not null;

create table lantern.movements (             -- what a customer's MRR did on a day
  account text not null,
  livemode boolean not null,
  customer text not null,
  day text not null,                        -- '2026-01-31', in the account's reporting time zone
  kind text not null,                       -- new, reactivation, expansion, contraction, churn
  amount bigint not null,
  before bigint not null,
  after bigint not null,
  reason text not null,
  because text,
  reconstructed boolean not null,
  at_start boolean not null,                -- the customer had MRR when the month began
  primary key (account, livemode, customer, day)
);
create index movements_day on lantern.movements (account, livemode, day desc, customer);

create table lantern.balance_changes (       -- MRR per currency, so that months close at their own rates
  account text not null,
  livemode boolean not null,
  customer text not null,
  month text not null,
  currency text not null,
  delta bigint not null,
  primary key (account, livemode, customer, month, currency)
);
create index balance_changes_month on lantern.balance_changes (account, livemode, month);

create table lantern.rates (                 -- exchange rates that an owner has set
  account text not null,
  livemode boolean not null,
  currency text not null,
  day text not null,
  rate text not null,                       -- one major unit of it in the reporting currency
  primary key (account, livemode, currency, day)
);

create index if not exists subscriptions_changed on mirror.subscriptions (account, livemode, changed_ms);

comment on table lantern.movements is 'What a customer''s MRR did on a day of the account''s time zone; amounts in minor units of the reporting currency';
comment on table lantern.books is 'Where each customer stands: MRR now, and how much of it is about to end';
