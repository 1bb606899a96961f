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
  /** Unix seconds: when it was last connected. */
  created: number;
  revoked_at: number | null;
}

/** One `client_id`: an extension's settings in one mode. */
export interface ApplicationRecord extends StripeObject {
  object: 'annex.application';
  account: string;
  livemode: boolean;
  oauth_enabled: boolean;
  redirect_uris: string[];
  created: number;
}

/** A person who can sign in; `accounts` are those that the person administers. */
export interface UserRecord extends StripeObject {
  object: 'annex.user';
  email: string;
  name: string;
  password: string;
  accounts: string[];
  created: number;
}

export const connectionId = (application: string, account: string): string => `${application}/${account}`;
