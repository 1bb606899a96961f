-- The kit's own tables. Times are milliseconds since 1970 on the database's clock, unless a comment says otherwise.
-- Every key begins with (account, livemode) and no constraint crosses accounts, so that the tables distribute by account.

create schema if not exists mirror;
create schema if not exists stripe;

comment on schema annex is 'What the kit keeps for itself: connections, inbox, imports, receipts';
comment on schema mirror is 'One table per Stripe object type: the object as Stripe gave it, and what is needed to keep it current';
comment on schema stripe is 'One typed view per Stripe object type; columns never disappear';

create table annex.connections (
  account text not null,
  livemode boolean not null,
  kind text not null,                       -- 'oauth': a connected account; 'own': the platform's own account
  state text not null,                      -- 'connected', 'leaving' (being erased), 'kept' (left, erased later)
  scope text not null,
  platform text,                            -- the platform's account id, against which a refusal is judged
  reference text,                           -- whatever the extension wants to find again: its own user or organisation
  sealed text,                              -- tokens, sealed (see connect/secrets); null when not kept
  connected_ms bigint not null,
  erase_after_ms bigint,                    -- with a retention policy: when what is kept is erased
  reason text,                              -- why it left
  primary key (account, livemode)
);

create table annex.oauth_states (           -- no account is known yet, so this one is not distributed
  state_hash text primary key,
  session_hash text not null,
  livemode boolean not null,
  scope text not null,
  redirect_uri text not null,
  reference text,
  created_ms bigint not null,
  used_ms bigint,
  outcome jsonb
);

create table annex.inbox (
  account text not null,
  livemode boolean not null,
  id text not null,
  type text not null,
  object text,                              -- the object the event is about
  object_id text,
  created bigint not null,                  -- seconds, Stripe's clock
  api_version text,
  received_ms bigint not null,
  source text not null,                     -- 'webhook' or 'reconcile'
  state text not null default 'new',        -- 'new', 'applied', 'aside'
  attempts integer not null default 0,
  due_ms bigint not null,
  settled_ms bigint,
  error text,
  body jsonb,                               -- null once retention has blanked it; the id stays for de-duplication
  primary key (account, livemode, id)
);
create index inbox_new on annex.inbox (due_ms) where state = 'new';
create index inbox_aside on annex.inbox (account, livemode) where state = 'aside';
create index inbox_created on annex.inbox (account, livemode, created desc);

create table annex.imports (
  account text not null,
  livemode boolean not null,
  state text not null,                      -- 'running', 'paused', 'cancelled', 'done'
  reason text,
  started_ms bigint not null,
  finished_ms bigint,
  events_from bigint not null,              -- seconds, Stripe's clock: events since then are or will be in the inbox
  reconciled_ms bigint not null,
  gap text,                                 -- set when events were missed for longer than Stripe keeps them
  lease_until_ms bigint not null default 0,
  primary key (account, livemode)
);

create table annex.streams (
  account text not null,
  livemode boolean not null,
  object text not null,
  state text not null,                      -- 'open', 'done', 'refused'
  reason text,
  priority integer not null,
  version bigint not null default 0,        -- grows whenever something in the mirror's table changed
  primary key (account, livemode, object)
);

create table annex.ranges (
  account text not null,
  livemode boolean not null,
  object text not null,
  number integer not null,
  state text not null default 'open',       -- 'open', 'done', 'refused'
  priority integer not null,
  created_gte bigint,                       -- seconds
  created_lt bigint,
  cursor text,
  pages integer not null default 0,
  rows integer not null default 0,
  estimate integer,                         -- how many rows are still expected
  attempts integer not null default 0,
  error text,
  due_ms bigint not null default 0,
  owner text,
  lease_until_ms bigint not null default 0,
  primary key (account, livemode, object, number)
);
create index ranges_open on annex.ranges (account, livemode, priority) where state = 'open';

create table annex.refetch (
  account text not null,
  livemode boolean not null,
  object text not null,
  id text not null,
  due_ms bigint not null,
  owner text,
  lease_until_ms bigint not null default 0,
  attempts integer not null default 0,
  error text,
  primary key (account, livemode, object, id)
);
create index refetch_due on annex.refetch (due_ms);

create table annex.buckets (
  account text not null,
  livemode boolean not null,
  bucket text not null,                     -- 'all', or one endpoint: '/v1/customers'
  next_ms bigint not null,                  -- the next request may start then
  pace double precision not null default 1, -- share of the configured rate, lowered by refusals, recovering by itself
  pace_ms bigint not null,
  refused bigint not null default 0,        -- how often Stripe said: too many requests
  primary key (account, livemode, bucket)
);

create table annex.receipts (
  account text not null,
  livemode boolean not null,
  started_ms bigint not null,
  finished_ms bigint,
  reason text not null,
  reference text,
  counts jsonb not null default '{}',       -- rows erased, per table
  primary key (account, livemode, started_ms)
);

create table annex.shapes (                 -- what the mirror's tables and views were last built from
  name text primary key,
  fingerprint text not null
);
