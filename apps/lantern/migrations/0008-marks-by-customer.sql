-- A customer that is marked several times is made once: all its marks are found at once.
create index stale_customer on lantern.stale (account, livemode, customer);
