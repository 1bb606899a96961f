import { createHmac, randomBytes } from 'node:crypto';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

/** An object of the model, whole: lists inside it are kept in full and cut when they are answered. */
export type Thing = { id: string; object: string; created?: number; [field: string]: unknown };

export interface FakeEvent {
  id: string;
  object: 'event';
  type: string;
  account: string;
  api_version: string;
  created: number;
  livemode: boolean;
  data: { object: Record<string, unknown> };
}

interface Account {
  things: Map<string, Thing>;
  /** Deleted ids, and what a GET of them says: a stub, or nothing. */
  gone: Map<string, Thing>;
  events: FakeEvent[];
}

const VERSION = '2026-10-28.endive';
const CUT = 10;

/**
 * A small model of the source: accounts with objects, lists, events and OAuth, over HTTP. It knows no behaviour; a test changes objects by
 * `put` and `remove`, which also record the events. What it has answered is counted in `requests`.
 */
export class FakeStripe {
  readonly requests: { method: string; path: string; account: string | undefined; query: URLSearchParams; body: string }[] = [];
  readonly accounts = new Map<string, Account>();
  readonly codes = new Map<string, { account: string; used: boolean }>();
  readonly connected = new Set<string>();
  readonly platform = 'acct_platform';
  readonly secret = 'whsec_test';
  /** Answers instead of the model, for a test of what goes wrong. Undefined goes on as usual. */
  intercept:
    | ((request: {
        method: string;
        path: string;
        account: string | undefined;
        query: URLSearchParams;
      }) => Promise<Reply | undefined> | Reply | undefined)
    | undefined;
  now: () => number = () => Math.floor(Date.now() / 1000);
  private server: Server | undefined;
  private serial = 0;

  async start(): Promise<string> {
    this.server = createServer((request, response) => void this.serve(request, response));
    await new Promise<void>((done) => this.server!.listen(0, '127.0.0.1', done));
    return `http://127.0.0.1:${(this.server.address() as AddressInfo).port}`;
  }

  async stop(): Promise<void> {
    this.server?.closeAllConnections();
    await new Promise((done) => this.server?.close(done));
  }

  account(id: string): Account {
    const found = this.accounts.get(id) ?? { things: new Map(), gone: new Map(), events: [] };
    this.accounts.set(id, found);
    return found;
  }

  /** Creates or changes an object, and records the event that tells of it. */
  put(account: string, thing: Thing, type?: string): FakeEvent {
    const { things, gone } = this.account(account);
    const known = things.has(keyOf(thing));
    things.set(keyOf(thing), thing);
    gone.delete(keyOf(thing));
    return this.record(account, type ?? `${eventName(thing.object)}.${known ? 'updated' : 'created'}`, thing);
  }

  remove(account: string, object: string, id: string, type?: string): FakeEvent {
    const { things, gone } = this.account(account);
    const thing = things.get(`${object}/${id}`)!;
    things.delete(`${object}/${id}`);
    gone.set(`${object}/${id}`, thing);
    return this.record(account, type ?? `${object}.deleted`, thing);
  }

  record(account: string, type: string, thing: Record<string, unknown>): FakeEvent {
    const event: FakeEvent = {
      id: `evt_${String(++this.serial).padStart(8, '0')}`,
      object: 'event',
      type,
      account,
      api_version: VERSION,
      created: this.now(),
      livemode: false,
      data: { object: structuredClone(answered(thing)) },
    };
    this.account(account).events.push(event);
    return event;
  }

  /** The request a webhook would make, signed. */
  webhook(event: unknown, signature: { secret?: string; at?: number } = {}): Request {
    const body = JSON.stringify(event);
    const at = signature.at ?? Math.floor(Date.now() / 1000);
    const v1 = createHmac('sha256', signature.secret ?? this.secret)
      .update(`${at}.${body}`)
      .digest('hex');
    return new Request('http://kit.test/webhook', { method: 'POST', body, headers: { 'stripe-signature': `t=${at},v1=${v1}` } });
  }

  code(account: string): string {
    const code = `ac_${randomBytes(12).toString('hex')}`;
    this.codes.set(code, { account, used: false });
    return code;
  }

  private async serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    let body = '';
    for await (const chunk of request) body += chunk;
    const url = new URL(request.url ?? '/', 'http://fake');
    const about = {
      method: request.method ?? 'GET',
      path: url.pathname,
      account: request.headers['stripe-account'] as string | undefined,
      query: url.searchParams,
      body,
    };
    this.requests.push(about);
    const reply = (await this.intercept?.(about)) ?? this.answer(about);
    response.writeHead(reply.status ?? 200, {
      'content-type': 'application/json',
      'request-id': `req_${this.requests.length}`,
      ...reply.headers,
    });
    response.end(JSON.stringify(reply.body));
  }

  /** The model's own answer. */
  answer(about: { method: string; path: string; account: string | undefined; query: URLSearchParams; body?: string }): Reply {
    if (about.path === '/oauth/token') return this.token(new URLSearchParams(about.body));
    if (about.path === '/oauth/deauthorize') return this.deauthorize(new URLSearchParams(about.body));
    if (about.account !== undefined && !this.connected.has(about.account))
      return refusal(403, 'account_invalid', 'The provided key does not have access to account.');
    const id = about.account ?? this.platform;
    if (about.path === '/v1/account') return { body: { id, object: 'account', created: 1_500_000_000, email: `${id}@example.com` } };
    if (about.path === '/v1/events') return this.list(this.account(id).events as unknown as Thing[], about.query);
    return this.resource(this.account(id), about.path, about.query);
  }

  private resource({ things, gone }: Account, path: string, query: URLSearchParams): Reply {
    const parts = path.slice('/v1/'.length).split('/');
    const object = OBJECTS[parts[0]!];
    if (object === undefined) return refusal(404, undefined, `Unrecognized request URL (GET: ${path}).`);
    const all = [...things.values()].filter((one) => one.object === object);
    if (object === 'subscription_item')
      return this.list(inside(things.get(`subscription/${query.get('subscription')}`), 'items'), query, false);
    if (parts.length === 1) return this.list(all, query);
    const thing = things.get(`${object}/${parts[1]}`);
    if (parts.length === 3) return this.list(inside(thing, parts[2]!), query, false);
    if (thing !== undefined) return { body: answered(thing) };
    if (gone.has(`${object}/${parts[1]}`) && object === 'customer') return { body: { id: parts[1], object, deleted: true } };
    return refusal(404, 'resource_missing', `No such ${object}: '${parts[1]}'`);
  }

  private list(all: readonly Thing[], query: URLSearchParams, newestFirst = true): Reply {
    let found = [...all];
    if (newestFirst) found.sort((a, b) => (b.created ?? 0) - (a.created ?? 0) || (a.id < b.id ? 1 : -1));
    const gte = query.get('created[gte]');
    const lt = query.get('created[lt]');
    if (gte !== null) found = found.filter(({ created = 0 }) => created >= Number(gte));
    if (lt !== null) found = found.filter(({ created = 0 }) => created < Number(lt));
    const after = query.get('starting_after');
    if (after !== null) {
      const at = found.findIndex(({ id }) => id === after);
      if (at < 0) return refusal(400, 'resource_missing', `No such object: '${after}'`);
      found = found.slice(at + 1);
    }
    const limit = Number(query.get('limit') ?? 10);
    return { body: { object: 'list', data: found.slice(0, limit).map(answered), has_more: found.length > limit, url: '/v1/x' } };
  }

  private token(form: URLSearchParams): Reply {
    const found = this.codes.get(form.get('code') ?? '');
    if (found === undefined)
      return { status: 400, body: { error: 'invalid_grant', error_description: `Authorization code does not exist: ${form.get('code')}` } };
    if (found.used) {
      this.connected.delete(found.account);
      return {
        status: 400,
        body: {
          error: 'invalid_grant',
          error_description: 'This authorization code has already been used. All tokens issued with this code have been revoked.',
        },
      };
    }
    found.used = true;
    this.connected.add(found.account);
    return {
      body: {
        stripe_user_id: found.account,
        livemode: false,
        scope: 'read_only',
        token_type: 'bearer',
        access_token: 'sk_test_abcdefgh',
        refresh_token: 'rt_abcdefgh',
      },
    };
  }

  private deauthorize(form: URLSearchParams): Reply {
    const account = form.get('stripe_user_id') ?? '';
    if (!this.connected.delete(account)) {
      return {
        status: 401,
        body: {
          error: 'invalid_client',
          error_description: `This application is not connected to stripe account ${account}, or that account does not exist.`,
        },
      };
    }
    this.record(account, 'account.application.deauthorized', { id: 'ca_test', object: 'application', name: null });
    return { body: { stripe_user_id: account } };
  }
}

export interface Reply {
  status?: number;
  headers?: Record<string, string>;
  body: unknown;
}

const OBJECTS: Record<string, string> = {
  customers: 'customer',
  subscriptions: 'subscription',
  subscription_items: 'subscription_item',
  invoices: 'invoice',
  prices: 'price',
  products: 'product',
  coupons: 'coupon',
  charges: 'charge',
  payment_intents: 'payment_intent',
};

const eventName = (object: string): string => (object === 'subscription' ? 'customer.subscription' : object);
const keyOf = ({ object, id }: Thing): string => `${object}/${id}`;
const refusal = (status: number, code: string | undefined, message: string): Reply => ({
  status,
  body: { error: { type: 'invalid_request_error', code, message } },
});

/** As the API shows it: lists inside cut at 10. */
function answered(thing: Record<string, unknown>): Record<string, unknown> {
  const shown = { ...thing };
  for (const field of ['items', 'lines']) {
    const list = shown[field] as { data?: Thing[] } | undefined;
    if (list?.data === undefined) continue;
    shown[field] = { object: 'list', data: list.data.slice(0, CUT), has_more: list.data.length > CUT, url: `/v1/${field}` };
  }
  return shown;
}

/** The same object as the mirror should hold it: lists inside whole. */
export function whole(thing: Thing): Record<string, unknown> {
  const shown = answered(thing);
  for (const field of ['items', 'lines']) {
    const list = thing[field] as { data?: Thing[] } | undefined;
    if (list?.data !== undefined) shown[field] = { ...(shown[field] as object), data: list.data, has_more: false };
  }
  return shown;
}

const inside = (thing: Thing | undefined, field: string): Thing[] => (thing?.[field] as { data?: Thing[] } | undefined)?.data ?? [];
