import type { StripeObject } from '../engine/index.ts';

/**
 * The platform's own records, stored beside Stripe's objects in the system world. Their kinds begin with `annex.`, so no
 * operation of the contract can reach them.
 */

/** A key of an account, or an OAuth access token that acts as one. Its id is the hash of the key. */
export interface KeyRecord extends StripeObject {
  object: 'annex.key';
  account: string;
  livemode: boolean;
  kind: 'secret' | 'restricted' | 'publishable' | 'access_token';
  /** The key itself, for an account's own keys, which its dashboard shows. Access tokens are kept as a hash alone. */
  key: string | null;
  masked: string;
  connection: string | null;
  /** The connection while the token stands; null once it is revoked, so that ending a connection finds only what is left. */
  standing: string | null;
  scope: Scope | null;
  /** Unix seconds; a revoked key answers that it has expired. */
  revoked_at: number | null;
  created: number;
}

export type Scope = 'read_only' | 'read_write';

/** An account lets an application act for it. One per application and account; a later grant replaces the earlier. */
export interface ConnectionRecord extends StripeObject {
  object: 'annex.connection';
  /** `ca_…` */
  application: string;
  /** The account that owns the application. */
  owner: string;
  account: string;
  livemode: boolean;
  scope: Scope;
  /** Hash of the authorization code that last made it: a second exchange of that code takes it back. */
  code: string | null;
  /** What the application wrote into the account's `metadata`; each application has its own. */
  metadata: Record<string, string>;
  /** Unix seconds: when it was last connected. */
  created: number;
  revoked_at: number | null;
}

/** An authorization code on its way: consent was given, nothing is connected yet. Its id is the hash of the code. */
export interface CodeRecord extends StripeObject {
  object: 'annex.code';
  application: string;
  account: string;
  livemode: boolean;
  scope: Scope;
  redirect_uri: string;
  /** Unix seconds of the platform's clock. */
  created: number;
  used_at: number | null;
  /** `connectionId` of what it may still connect; null once it is used or void. */
  open_for: string | null;
  /** Set when the owner took the consent back before the code was exchanged. */
  void: boolean;
}

/** Its id is the hash of the token. */
export interface RefreshTokenRecord extends StripeObject {
  object: 'annex.refresh_token';
  application: string;
  connection: string;
  standing: string | null;
  livemode: boolean;
  scope: Scope;
  created: number;
  revoked_at: number | null;
}

/** One `client_id`: an extension's settings in one mode. */
export interface ApplicationRecord extends StripeObject {
  object: 'annex.application';
  account: string;
  livemode: boolean;
  oauth_enabled: boolean;
  /** Exact strings; the first one is used where a request names none. */
  redirect_uris: string[];
  /** An extension may ask for read_only and connect any account; a platform asks for read_write alone (oauth 1.1). */
  kind: 'extension' | 'platform';
  /** What this application lets itself be asked for. */
  scopes: Scope[];
  created: number;
}

/** A person who can sign in; `accounts` are those that the person administers. */
export interface UserRecord extends StripeObject {
  object: 'annex.user';
  email: string;
  name: string;
  /** `scrypt$N$r$p$salt$key` */
  password: string;
  /** Demo users only: the password, which the sign-in page tells everybody. */
  known_password: string | null;
  accounts: string[];
  created: number;
}

/** A browser that is signed in. Its id is the hash of the cookie's token. */
export interface SessionRecord extends StripeObject {
  object: 'annex.session';
  user: string;
  /** The account and mode that were looked at last. */
  account: string | null;
  livemode: boolean;
  /** Unix seconds of real time, as is `created`. */
  expires_at: number;
  created: number;
}

export const connectionId = (application: string, account: string): string => `${application}/${account}`;
