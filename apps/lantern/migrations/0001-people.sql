-- Lantern's own tables. Times are milliseconds since 1970. Nothing of Stripe's is kept here: that is the mirror's.

create table lantern.people (
  id text primary key,
  email text unique,                        -- null: a guest, who connected an account and has not chosen an e-mail yet
  name text,
  password text,                            -- scrypt, see people/passwords.ts
  created_ms bigint not null
);

create table lantern.sessions (
  token_hash text primary key,              -- the browser has the token, the database only its hash
  person text not null,
  created_ms bigint not null,
  expires_ms bigint not null
);
create index sessions_person on lantern.sessions (person);

create table lantern.members (
  account text not null,
  person text not null,
  role text not null,                       -- 'owner' or 'member'
  since_ms bigint not null,
  primary key (account, person)
);
create index members_person on lantern.members (person);

create table lantern.invitations (
  account text not null,
  token_hash text not null,
  role text not null,
  note text not null,                       -- for whom, in the words of who invited
  by_person text not null,
  created_ms bigint not null,
  expires_ms bigint not null,
  used_ms bigint,
  primary key (account, token_hash)
);
create index invitations_token on lantern.invitations (token_hash);

create table lantern.callbacks (            -- a callback opened again must not give again what was taken away since
  state_hash text primary key,
  person text not null,
  account text not null,
  livemode boolean not null,
  used_ms bigint not null
);

create table lantern.attempts (             -- failed sign-ins, to slow guessing down
  key text not null,
  at_ms bigint not null
);
create index attempts_key on lantern.attempts (key, at_ms);

create table lantern.audit (
  account text not null,
  id bigint generated always as identity,
  livemode boolean,
  at_ms bigint not null,
  person text,                              -- null: Lantern itself, or Stripe
  actor text not null,                      -- as it should be read later, when the person may be gone
  action text not null,                     -- see people/audit.ts
  facts jsonb not null default '{}',
  primary key (account, id)
);
