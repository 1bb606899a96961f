-- Who is charged for the extension. What they have bought is in the mirror of our own account; only who is who is kept here, and it
-- outlives the connection, so that an account that comes back is the same customer.

create table annex.subscribers (
  account text not null,                    -- the connected account
  livemode boolean not null,
  own text not null,                        -- our own account, which charges
  customer text,                            -- on our own account; null until it is made
  generation integer not null default 0,    -- grows when the customer was deleted and another one has to be made
  trial_ends_ms bigint not null,
  connected boolean not null,               -- as the last look found it; a difference to the connection is work to do
  checkout text,                            -- the checkout session that is open, if any
  checkouts integer not null default 0,
  standing text,                            -- what was last told of it
  due_ms bigint,                            -- when it changes by itself
  version bigint not null default 0,        -- grows whenever its standing changed
  primary key (account, livemode)
);
create index subscribers_customer on annex.subscribers (account, livemode, customer);

create table annex.billing_scans (          -- how far our own account's changes have been looked at
  account text not null,
  livemode boolean not null,
  scanned_ms bigint not null default 0,
  primary key (account, livemode)
);
