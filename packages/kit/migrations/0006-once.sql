-- How often an event was applied, counted in the transaction that applies it: anything but once would be a defect, and is shown.

alter table annex.inbox add column times smallint not null default 0;
-- What was applied before this was counted.
update annex.inbox set times = 1 where state = 'applied';
