-- Tax that a price includes is taken out of MRR by what invoices show, so that an invoice that comes or changes makes books anew.

create index if not exists invoices_changed on mirror.invoices (account, livemode, changed_ms);
-- Empty for accounts that sell without tax, or with tax on top.
create index if not exists invoices_included_tax on mirror.invoices (account, livemode, customer)
  where data->'total_taxes' @> '[{"tax_behavior": "inclusive"}]';

alter table lantern.counted_books
  add column invoices_ms bigint not null default -1,       -- invoices that changed until then are in it
  add column tax_unknown boolean not null default false;   -- a price includes tax, and no invoice shows how much: it is in the MRR
create index counted_books_tax_unknown on lantern.counted_books (account, livemode, under) where tax_unknown;

create or replace view lantern.books as
  select b.account, b.livemode, b.customer, b.through_ms, b.next_at, b.mrr, b.ending, b.ends_at, b.currencies, b.first_day, b.last_day, b.subscriptions, b.reconstructed, b.tax_unknown
  from lantern.counted_books b join lantern.desks d on d.account = b.account and d.livemode = b.livemode
  where b.under & d.shown <> 0;

insert into lantern.stale (account, livemode, customer)
  select distinct account, livemode, customer from lantern.counted_books order by 1, 2, 3;
