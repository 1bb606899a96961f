import { openAccount } from '../src/accounts/accounts.ts';
import { type NewApplications, registerApplications } from '../src/accounts/applications.ts';
import { hashPasswordNow } from '../src/accounts/passwords.ts';
import type { ApplicationRecord } from '../src/accounts/records.ts';
import { addUser } from '../src/accounts/users.ts';
import { NOBODY, SYSTEM } from '../src/engine/index.ts';
import { type AnnexPlatform, createPlatform, type PlatformOptions } from '../src/index.ts';

// biome-ignore lint/suspicious/noExplicitAny: tests look into answers of many shapes
export type Body = Record<string, any>;

/** An extension with both client_ids, and the owner of two accounts: what every test about OAuth begins with. */
export interface ExtensionWorld {
  readonly platform: AnnexPlatform;
  readonly extension: Party & { readonly test: ApplicationRecord; readonly live: ApplicationRecord };
  readonly owner: { readonly email: string; readonly password: string; readonly acme: Party; readonly bolt: Party };
  /** Another extension, with keys of its own. */
  readonly stranger: Party & { readonly test: ApplicationRecord; readonly live: ApplicationRecord };
}

export interface Party {
  readonly id: string;
  readonly testKey: string;
  readonly liveKey: string;
}

export const CALLBACK = 'http://localhost:4010/oauth/callback';
export const LIVE_CALLBACK = 'https://app.lantern.example/oauth/callback';
export const PASSWORD = 'correct horse battery';

const HASH = hashPasswordNow(PASSWORD);

/** Opens an account with both keys known. */
export function party(platform: AnnexPlatform, name: string, email: string): Party {
  const draft = platform.engine.draft(SYSTEM, platform.clock.now(), NOBODY);
  const { id } = openAccount(draft, { name, email });
  platform.commit(draft);
  return { id, testKey: platform.accounts.secretKey(id, false)!, liveKey: platform.accounts.secretKey(id, true)! };
}

export function extensionOf(platform: AnnexPlatform, owner: Party, given: Omit<NewApplications, 'account'> = {}) {
  const draft = platform.engine.draft(SYSTEM, platform.clock.now(), NOBODY);
  const made = registerApplications(draft, {
    account: owner.id,
    test: { oauth_enabled: true, redirect_uris: [CALLBACK, 'http://localhost:4010/second'] },
    live: { oauth_enabled: true, redirect_uris: [LIVE_CALLBACK] },
    ...given,
  });
  platform.commit(draft);
  return { ...owner, ...made };
}

export function userOf(platform: AnnexPlatform, email: string, accounts: readonly Party[]): void {
  const draft = platform.engine.draft(SYSTEM, platform.clock.now(), NOBODY);
  addUser(draft, { email, name: email.split('@')[0]!, password: HASH, accounts: accounts.map((account) => account.id) });
  platform.commit(draft);
}

export async function extensionWorld(options: PlatformOptions = {}): Promise<ExtensionWorld> {
  const platform = await createPlatform(options);
  const extension = extensionOf(platform, party(platform, 'Lantern Analytics', 'team@lantern.example'));
  const stranger = extensionOf(platform, party(platform, 'Stranger', 'team@stranger.example'));
  const acme = party(platform, 'Acme GmbH', 'billing@acme.example');
  const bolt = party(platform, 'Bolt Ltd', 'billing@bolt.example');
  const email = 'dana@acme.example';
  userOf(platform, email, [acme, bolt]);
  return { platform, extension, stranger, owner: { email, password: PASSWORD, acme, bolt } };
}

/** A browser without a screen: keeps cookies, follows nothing by itself, finds the tokens of forms. */
export class Visitor {
  private readonly cookies = new Map<string, string>();
  readonly url: string;

  constructor(url: string) {
    this.url = url;
  }

  get cookie(): string {
    return [...this.cookies].map(([name, value]) => `${name}=${value}`).join('; ');
  }

  setCookie(name: string, value: string): void {
    this.cookies.set(name, value);
  }

  async get(path: string, headers: Record<string, string> = {}): Promise<Response> {
    return this.keep(await fetch(new URL(path, this.url), { redirect: 'manual', headers: { Cookie: this.cookie, ...headers } }));
  }

  async post(path: string, fields: Record<string, string>, headers: Record<string, string> = {}): Promise<Response> {
    const body = new URLSearchParams(fields);
    return this.keep(
      await fetch(new URL(path, this.url), { method: 'POST', redirect: 'manual', body, headers: { Cookie: this.cookie, ...headers } }),
    );
  }

  /** The token that the forms of a page carry. */
  async csrf(path: string): Promise<string> {
    const text = await (await this.get(path)).text();
    return /name="csrf" value="([^"]+)"/.exec(text)?.[1] ?? '';
  }

  async submit(path: string, fields: Record<string, string>, page = path): Promise<Response> {
    return this.post(path, { csrf: await this.csrf(page), ...fields });
  }

  async signIn(email: string, password = PASSWORD): Promise<Response> {
    return this.submit('/sign-in', { email, password });
  }

  private keep(response: Response): Response {
    for (const line of response.headers.getSetCookie()) {
      const [pair] = line.split(';', 1);
      const at = pair!.indexOf('=');
      this.cookies.set(pair!.slice(0, at), pair!.slice(at + 1));
    }
    return response;
  }
}

export const authorizePath = (query: Record<string, string>): string =>
  `/oauth/authorize?${new URLSearchParams({ response_type: 'code', ...query })}`;

export interface Consent {
  readonly client_id: string;
  readonly account?: string;
  readonly scope?: string;
  readonly state?: string;
  readonly redirect_uri?: string;
  readonly decision?: string;
}

/** Walks through consent as the owner and answers where the browser is sent. */
export async function consent(world: ExtensionWorld, given: Consent): Promise<URL> {
  const { account = world.owner.acme.id, decision = 'allow', ...query } = given;
  const visitor = new Visitor(world.platform.url);
  await visitor.signIn(world.owner.email);
  const path = authorizePath({ ...(query as Record<string, string>), always_prompt: 'true' });
  const response = await visitor.submit(path, { account, decision });
  const location = response.headers.get('location');
  if (location === null) throw new Error(`consent answered ${response.status}: ${(await response.text()).slice(0, 500)}`);
  return new URL(location);
}

export async function oauthPost(
  world: ExtensionWorld,
  path: 'token' | 'deauthorize',
  fields: Record<string, string>,
  key?: string,
): Promise<{ status: number; body: Body; headers: Headers }> {
  const response = await fetch(`${world.platform.url}/oauth/${path}`, {
    method: 'POST',
    body: new URLSearchParams(fields),
    headers: key === undefined ? {} : { Authorization: `Bearer ${key}` },
  });
  return { status: response.status, body: (await response.json()) as Body, headers: response.headers };
}

/** Consent and exchange: a connected account. */
export async function connected(world: ExtensionWorld, given: Partial<Consent> & { live?: boolean } = {}) {
  const { live = false, ...rest } = given;
  const client_id = rest.client_id ?? (live ? world.extension.live.id : world.extension.test.id);
  const back = await consent(world, { ...rest, client_id });
  const key = live ? world.extension.liveKey : world.extension.testKey;
  const { status, body } = await oauthPost(world, 'token', { grant_type: 'authorization_code', code: back.searchParams.get('code')! }, key);
  if (status !== 200) throw new Error(`exchange answered ${status}: ${JSON.stringify(body)}`);
  return body as {
    access_token: string;
    refresh_token: string;
    stripe_user_id: string;
    scope: string;
    livemode: boolean;
    stripe_publishable_key: string;
  };
}

export interface ApiAnswer {
  readonly status: number;
  readonly body: Body;
  readonly headers: Headers;
}

/** One API call, with `Stripe-Account` where an account is given. */
export async function api(
  world: ExtensionWorld,
  call: { key: string; path: string; method?: string; account?: string; form?: Record<string, string> },
): Promise<ApiAnswer> {
  const { key, path, account, form, method = form === undefined ? 'GET' : 'POST' } = call;
  const response = await fetch(`${world.platform.url}${path}`, {
    method,
    headers: { Authorization: `Bearer ${key}`, ...(account !== undefined && { 'Stripe-Account': account }) },
    ...(form !== undefined && { body: new URLSearchParams(form) }),
  });
  return { status: response.status, body: (await response.json()) as Body, headers: response.headers };
}
