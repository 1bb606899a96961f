-- For thousands of accounts: what changed, and what is old, is found by an index and not by reading everything.

alter table annex.streams add column moved_ms bigint not null default 0; -- when version last grew
create index streams_moved on annex.streams (moved_ms);
create index inbox_received on annex.inbox (received_ms);
alter table annex.connections add column lease_until_ms bigint not null default 0; -- who erases it holds it until then
