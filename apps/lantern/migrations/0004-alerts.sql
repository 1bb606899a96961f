-- What Lantern tells owners' own servers. Secrets are derived, never stored. Erased with the account.

create table lantern.alert_urls (
  account text not null,
  livemode boolean not null,
  id text not null,
  url text not null,
  kinds text[] not null,
  secret_version integer not null default 1,
  created_ms bigint not null,
  primary key (account, livemode, id)
);

create table lantern.alerts (
  account text not null,
  livemode boolean not null,
  id text not null,                         -- the same cause gives the same id: told once
  url_id text not null,
  kind text not null,
  body jsonb not null,
  created_ms bigint not null,
  due_ms bigint not null,
  attempts integer not null default 0,
  state text not null default 'new',        -- 'new', 'sent', 'gave_up'
  answer text,                              -- the last status, or why there was none
  sent_ms bigint,
  primary key (account, livemode, url_id, id)
);
create index alerts_new on lantern.alerts (due_ms) where state = 'new';
