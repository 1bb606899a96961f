-- How far the bar of an import has been seen. What is left is an estimate and may grow; a bar that goes back helps nobody.

alter table annex.imports add column seen double precision not null default 0;
