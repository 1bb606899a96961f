-- A role that may read the views of schema `stripe` and the tables of `mirror`, and nothing else: for BI tools and analysts.
-- Run once, as the owner of the database: psql "$DATABASE_URL" -v password="'…'" -f read-only-role.sql
-- It does not restrict which accounts are seen. Events and tokens (schema `annex`) stay closed, except through the view stripe.events.

create role annex_reader login password :password;
grant usage on schema stripe, mirror to annex_reader;
grant select on all tables in schema stripe, mirror to annex_reader;
alter default privileges in schema stripe, mirror grant select on tables to annex_reader;
alter role annex_reader set default_transaction_read_only = on;
alter role annex_reader set statement_timeout = '60s';
