-- What the doctor found, one row per check. Erased with the account.

create table lantern.checks (
  account text not null,
  livemode boolean not null,
  started_ms bigint not null,
  seen_ms bigint not null,                  -- the last sign of life: a check that is not heard of was interrupted
  finished_ms bigint,
  repair boolean not null,
  by_actor text not null,
  reports jsonb not null default '[]',      -- one per object type, as the kit's doctor gives them
  error text,
  primary key (account, livemode, started_ms)
);
