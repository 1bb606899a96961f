-- An account whose billing fails waits, longer each time, so that it never holds up those behind it.

alter table annex.subscribers
  add column tries integer not null default 0,
  add column retry_ms bigint not null default 0;
