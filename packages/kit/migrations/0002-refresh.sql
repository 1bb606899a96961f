-- Object types whose events do not tell every change are listed again now and then; those ranges are no part of an import.

alter table annex.ranges add column kind text not null default 'import'; -- 'import' or 'refresh'
alter table annex.imports add column refreshed_ms bigint not null default 0; -- when the newest of them were last listed
alter table annex.imports add column relisted_ms bigint not null default 0;  -- when they were last listed further back
alter table annex.imports add column sweep boolean not null default false;   -- after this import, look for what is gone
