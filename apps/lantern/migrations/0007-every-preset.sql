-- Books under every preset at once: a row says under which rules it stands (`under`, one bit each), so that other rules are another
-- look at the same rows. `lantern.movements`, `books` and `balance_changes` are views now: the account under the rules it has chosen.
-- Everything dropped here is derived, and is made again.

-- Text that is stored as it came is read three times faster than jsonb, which is written out anew at every reading.
alter table lantern.observations alter column state type json using state::json, alter column before type json using before::json;

insert into lantern.stale (account, livemode, customer)
  select account, livemode, customer from lantern.books union select account, livemode, customer from lantern.observations;

drop table lantern.movements;
drop table lantern.balance_changes;
drop table lantern.books;

alter table lantern.desks
  add column shown smallint not null default 1,      -- the bit of the rules that the account has chosen
  add column own jsonb,                              -- the account's own rules, if it ever had any
  add column made_for text not null default '';      -- the rules behind each bit when the books were made

create table lantern.counted_books (         -- one per customer and result: where it stands
  account text not null,
  livemode boolean not null,
  customer text not null,
  under smallint not null,
  minds smallint not null,                  -- which rules can make a difference to this customer, one bit each
  seal text not null,                       -- a day, and a hash of the customer's counted rows before it
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
  primary key (account, livemode, customer, under)
);
create index counted_books_mrr on lantern.counted_books (account, livemode, mrr desc, customer);
create index counted_books_next on lantern.counted_books (next_at) where next_at is not null;
create index counted_books_ending on lantern.counted_books (account, livemode) where ending > 0;
create index counted_books_reconstructed on lantern.counted_books (account, livemode, under) where reconstructed;

create table lantern.counted_movements (     -- what a customer's MRR did on a day
  account text not null,
  livemode boolean not null,
  customer text not null,
  day text not null,                        -- '2026-01-31', in the account's reporting time zone
  under smallint not null,
  kind text not null,                       -- new, reactivation, expansion, contraction, churn
  amount bigint not null,
  after bigint not null,
  reason text not null,
  because text,
  reconstructed boolean not null,
  at_start boolean not null,                -- the customer had MRR when the month began
  currency text,                            -- all of the customer's MRR is in it, and it is the reporting currency; null: look into counted_balances
  primary key (account, livemode, customer, day, under)
);
create index counted_movements_day on lantern.counted_movements (account, livemode, day desc, customer);

create table lantern.counted_balances (      -- of customers with MRR in other currencies: MRR per currency, so that months close at their own rates
  account text not null,
  livemode boolean not null,
  customer text not null,
  month text not null,
  currency text not null,
  under smallint not null,
  delta bigint not null,
  primary key (account, livemode, customer, month, currency, under)
);

create table lantern.month_sums (            -- counted_movements added up, so that a page need not
  account text not null,
  livemode boolean not null,
  month text not null,
  kind text not null,
  under smallint not null,
  amount bigint not null,
  n bigint not null,
  from_start bigint not null,               -- of customers who had MRR when the month began
  n_from_start bigint not null,
  appeared bigint not null,                 -- customers with MRR, gained less lost
  one_currency bigint not null,             -- of customers who have only the reporting currency
  primary key (account, livemode, month, kind, under)
);

create table lantern.month_balances (        -- counted_balances added up
  account text not null,
  livemode boolean not null,
  month text not null,
  currency text not null,
  under smallint not null,
  delta bigint not null,
  n bigint not null,
  primary key (account, livemode, month, currency, under)
);

create view lantern.movements as
  select m.account, m.livemode, m.customer, m.day, m.kind, m.amount, m.after - m.amount as before, m.after, m.reason, m.because, m.reconstructed, m.at_start
  from lantern.counted_movements m join lantern.desks d on d.account = m.account and d.livemode = m.livemode
  where m.under & d.shown <> 0;

create view lantern.books as
  select b.account, b.livemode, b.customer, b.through_ms, b.next_at, b.mrr, b.ending, b.ends_at, b.currencies, b.first_day, b.last_day, b.subscriptions, b.reconstructed
  from lantern.counted_books b join lantern.desks d on d.account = b.account and d.livemode = b.livemode
  where b.under & d.shown <> 0;

create view lantern.balance_changes as
  select c.account, c.livemode, c.customer, c.month, c.currency, c.delta
  from lantern.counted_balances c join lantern.desks d on d.account = c.account and d.livemode = c.livemode
  where c.under & d.shown <> 0
  union all
  select m.account, m.livemode, m.customer, substr(m.day, 1, 7), m.currency, sum(m.amount)::bigint
  from lantern.counted_movements m join lantern.desks d on d.account = m.account and d.livemode = m.livemode
  where m.under & d.shown <> 0 and m.currency is not null group by 1, 2, 3, 4, 5;

-- Only what was converted carries a rate: without this, every look for rates reads every payment.
create index if not exists balance_transactions_converted on mirror.balance_transactions (account, livemode, created) where data->>'exchange_rate' is not null;

comment on view lantern.movements is 'What a customer''s MRR did on a day of the account''s time zone, under the rules it has chosen; amounts in minor units of the reporting currency';
comment on view lantern.books is 'Where each customer stands under the rules the account has chosen: MRR now, and how much of it is about to end';
comment on view lantern.balance_changes is 'A customer''s MRR per month and currency, under the rules the account has chosen';
