-- Keys to the JSON API, one account and mode each. Erased with the account.

create table lantern.api_keys (
  account text not null,
  livemode boolean not null,
  key_hash text not null,
  name text not null,
  last_four text not null,
  created_ms bigint not null,
  used_ms bigint,
  primary key (account, livemode, key_hash)
);
create index api_keys_hash on lantern.api_keys (key_hash);
