import { connect as connectSocket } from 'node:net';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { registerApplications } from '../src/accounts/applications.ts';
import { NOBODY, SYSTEM } from '../src/engine/index.ts';
import { createPlatform } from '../src/index.ts';
import { NOT_STRIPE } from '../src/pages/layout.tsx';
import { type Crawled, crawl, postForms } from './crawl.ts';
import {
  api,
  authorizePath,
  CALLBACK,
  connected,
  consent,
  type ExtensionWorld,
  extensionWorld,
  oauthPost,
  PASSWORD,
  userOf,
  Visitor,
} from './extension-world.ts';
import { png } from './pictures.ts';

const compared = vi.hoisted(() => ({ times: 0 }));
vi.mock('node:crypto', async (original) => {
  const crypto = await original<typeof import('node:crypto')>();
  const timingSafeEqual: typeof crypto.timingSafeEqual = (a, b) => {
    compared.times += 1;
    return crypto.timingSafeEqual(a, b);
  };
  return { ...crypto, timingSafeEqual, default: { ...crypto, timingSafeEqual } };
});

const HOSTILE = `"><script>alert(1)</script><img src=x onerror=alert(1)>'`;
const TEAM = 'team@lantern.example';

/** The pages that Acme shows its customers, with hostile names all over. */
async function hostedPaths(): Promise<string[]> {
  const key = world.owner.acme.testKey;
  const post = async (path: string, form: Record<string, string>) => (await api(world, { key, path, form })).body;
  const product = (await post('/v1/products', { name: HOSTILE })).id as string;
  const recurring = { product, currency: 'eur', unit_amount: '900', 'recurring[interval]': 'month' };
  const price = (await post('/v1/prices', recurring)).id as string;
  const named = { name: HOSTILE, email: 'x@example.com', payment_method: 'pm_card_visa' };
  const customer = (await post('/v1/customers', { ...named, 'invoice_settings[default_payment_method]': 'pm_card_visa' })).id as string;
  await post('/v1/payment_methods/pm_card_mastercard/attach', { customer });
  const subscription = (await post('/v1/subscriptions', { customer, 'items[0][price]': price })).id as string;
  const invoice = (await post('/v1/invoices', { customer, description: HOSTILE, footer: HOSTILE })).id as string;
  await post('/v1/invoiceitems', { customer, invoice, amount: '900', currency: 'eur', description: HOSTILE });
  const { hosted_invoice_url: address } = await post(`/v1/invoices/${invoice}/finalize`, {});
  const back = { success_url: 'https://shop.example/done', cancel_url: 'https://shop.example/back' };
  const items = { 'line_items[0][price]': price, 'line_items[0][quantity]': '2', 'line_items[0][adjustable_quantity][enabled]': 'true' };
  const session = await post('/v1/checkout/sessions', { mode: 'subscription', allow_promotion_codes: 'true', ...items, ...back });
  const link = await post('/v1/payment_links', { 'line_items[0][price]': price, 'line_items[0][quantity]': '1' });
  const portal = await post('/v1/billing_portal/sessions', { customer, return_url: 'https://shop.example/account' });
  const at = new URL(portal.url).pathname;
  return [
    ...[session.url, link.url, address].map((url: string) => new URL(url).pathname),
    ...[at, `${at}/subscriptions/${subscription}/update`, `${at}/subscriptions/${subscription}/confirm?price=${price}&quantity=3`],
  ];
}

let world: ExtensionWorld;
let pages: Crawled[];

/** A world in which everything that can be named has a hostile name. */
beforeAll(async () => {
  world = await extensionWorld();
  const { platform, extension, owner } = world;
  userOf(platform, TEAM, [extension]);
  const picture = png(128, 128).toString('base64');
  await platform.control.configureExtension({
    account: extension.id,
    name: HOSTILE,
    primary_color: '#0f766e',
    icon: picture,
    logo: picture,
  });
  await connected(world);
  const hook = { url: `${platform.url}/nowhere?${encodeURIComponent(HOSTILE)}`, connect: 'true', 'enabled_events[0]': '*' };
  await api(world, { key: extension.testKey, path: '/v1/webhook_endpoints', form: hook });
  const named = { name: HOSTILE, email: 'x@example.com', description: HOSTILE, 'metadata[a]': HOSTILE };
  await api(world, { key: owner.acme.testKey, path: '/v1/customers', form: named });
  await api(world, { key: owner.acme.testKey, path: `/v1/customers/${encodeURIComponent(HOSTILE)}` });
  await api(world, { key: extension.testKey, account: owner.acme.id, path: `/v1/customers?email=${encodeURIComponent(HOSTILE)}` });
  pages = [...(await crawl(world, owner.email, await hostedPaths())), ...(await crawl(world, TEAM))];
});
afterAll(() => world.platform.close());

const state = (): string => JSON.stringify(world.platform.store.snapshot().rows.map(({ world: key, row }) => [key, row.id, row.text]));

describe('every page', () => {
  test('is reached by the crawl', () => {
    expect(pages.length).toBeGreaterThan(45);
    expect(pages.filter((page) => page.status !== 200).map((page) => `${page.path} ${page.status}`)).toEqual([]);
  });

  test('says what this is', () => {
    expect(pages.filter((page) => !page.html.includes(NOT_STRIPE)).map((page) => page.path)).toEqual([]);
  });

  test('has no inline script, no inline style and no handler, and a policy that would stop them', () => {
    for (const { path, html, headers } of pages) {
      expect(html.match(/<script(?![^>]*\ssrc=)[^>]*>/), path).toBeNull();
      expect(html.match(/<style\b|<[a-z][^>]*\sstyle="|<[a-z][^>]*\son[a-z]+="/), path).toBeNull();
      const csp = headers.get('content-security-policy') ?? '';
      expect(csp, path).toMatch(/^default-src 'none'; script-src 'self'; style-src 'self';/);
      expect(csp, path).not.toMatch(/unsafe|\*/);
    }
  });

  test('cannot be framed, sniffed or cached', () => {
    for (const { path, headers } of pages) {
      expect(headers.get('content-security-policy'), path).toContain("frame-ancestors 'none'");
      expect([headers.get('x-frame-options'), headers.get('x-content-type-options'), headers.get('cache-control')], path).toEqual([
        'DENY',
        'nosniff',
        'no-store',
      ]);
    }
  });

  test('shows hostile names as text', () => {
    expect(pages.filter((page) => page.html.includes('&lt;script&gt;alert(1)')).length).toBeGreaterThan(5);
    // Quoted attribute values are text too; what is left of the tags must have no handler.
    const markup = (page: Crawled): string => page.html.replaceAll(/"[^"]*"/g, '""');
    expect(pages.filter((page) => /<script>|<img src=x|<[a-z][^>]*\sonerror=/.test(markup(page))).map((page) => page.path)).toEqual([]);
  });

  test('links to nothing that runs', () => {
    for (const { path, html } of pages) expect(html.match(/\b(?:href|src|action)="\s*(?:javascript|data|vbscript):/i), path).toBeNull();
  });
});

describe('forms', () => {
  test('all carry the token of their browser', () => {
    const forms = pages.flatMap(postForms);
    expect(forms.length).toBeGreaterThan(60);
    expect(forms.filter((form) => (form.fields.csrf ?? '').length < 40).map((form) => `${form.page} -> ${form.action}`)).toEqual([]);
  });

  test('without the token do nothing', async () => {
    const visitor = new Visitor(world.platform.url);
    await visitor.signIn(world.owner.email);
    const team = new Visitor(world.platform.url);
    await team.signIn(TEAM);
    const before = state();
    for (const form of pages.flatMap(postForms)) {
      const { csrf, ...fields } = form.fields;
      const who = form.action.includes(world.extension.id) ? team : visitor;
      for (const token of [undefined, '', 'x', csrf!]) {
        // The tokens on the pages belong to the sessions of the crawl; these are other sessions.
        const response = await who.post(form.action, token === undefined ? fields : { ...fields, csrf: token });
        expect(response.status, `${form.page} -> ${form.action}`).toBe(403);
      }
    }
    expect(state()).toBe(before);
  });

  test('of another account than one’s own are as if they did not exist', async () => {
    const visitor = new Visitor(world.platform.url);
    await visitor.signIn(world.owner.email);
    const csrf = await visitor.csrf(`/${world.owner.acme.id}/test`);
    const before = state();
    for (const form of pages.flatMap(postForms).filter((candidate) => candidate.action.includes(world.extension.id))) {
      const response = await visitor.post(form.action, { ...form.fields, csrf });
      expect(response.status, form.action).toBe(404);
    }
    expect((await visitor.get(`/${world.extension.id}/test/settings/keys`)).status).toBe(404);
    expect(state()).toBe(before);
  });
});

describe('what belongs to others', () => {
  /** A person with an account and an extension of their own, and nothing to do with Acme or Lantern. */
  const outsider = async () => {
    const email = `outsider${Math.random()}@example.com`;
    userOf(world.platform, email, [world.stranger]);
    const visitor = new Visitor(world.platform.url);
    await visitor.signIn(email);
    const base = `/${world.stranger.id}/test`;
    return { visitor, base, csrf: await visitor.csrf(base) };
  };

  test('is not connected by consent', async () => {
    const { visitor, csrf } = await outsider();
    const path = authorizePath({ client_id: world.extension.test.id });
    const response = await visitor.post(path, { csrf, decision: 'allow', account: world.owner.acme.id });
    expect([response.status, response.headers.get('location')]).toEqual([400, null]);
    expect(await response.text()).toContain('This account is not one of yours.');
  });

  test('is not let go of from either side', async () => {
    await connected(world);
    const { visitor, base, csrf } = await outsider();
    const connection = `${world.extension.test.id}/${world.owner.acme.id}`;
    await visitor.post(`${base}/settings/apps/revoke`, { csrf, connection });
    await visitor.post(`${base}/connected-accounts/remove`, { csrf, connection });
    const call = await api(world, { key: world.extension.testKey, account: world.owner.acme.id, path: '/v1/customers' });
    expect(call.status).toBe(200);
  });

  test('is not read: objects, events, deliveries, requests', async () => {
    const { visitor, base } = await outsider();
    const { data: customers } = (await api(world, { key: world.owner.acme.testKey, path: '/v1/customers' })).body;
    const { data: events } = (await api(world, { key: world.owner.acme.testKey, path: '/v1/events' })).body;
    const { data: sent } = await world.platform.control.deliveries({ account: world.owner.acme.id });
    const request = world.platform.log.entries().find((entry) => entry.account === world.owner.acme.id)!;
    const paths = [
      `${base}/data/customer/${customers[0].id}`,
      `${base}/events/${events[0].id}`,
      `${base}/deliveries/${sent[0]!.id}`,
      `${base}/logs/${request.id}`,
      `${base}/find?id=${customers[0].id}`,
      `/${world.owner.acme.id}/test/data/customer/${customers[0].id}`,
      `${base}/data/annex.key`,
      `${base}/data/annex.user`,
    ];
    for (const path of paths) expect((await visitor.get(path)).status, path).toBe(404);
  });

  test('is not sent again', async () => {
    const { visitor, base, csrf } = await outsider();
    const { data } = await world.platform.control.deliveries({ account: world.owner.acme.id });
    const before = data[0]!;
    await visitor.post(`${base}/deliveries/${before.id}/resend`, { csrf });
    await visitor.post(`${base}/events/${before.event}/resend`, { csrf, endpoint: before.endpoint });
    const after = await world.platform.control.delivery({ id: before.id });
    expect(after.asked + after.attempts.filter((attempt) => attempt.manual).length).toBe(0);
  });
});

describe('redirects', () => {
  test('after signing in lead to this origin alone', async () => {
    const hostile = [
      'https://evil.example/',
      '//evil.example/',
      '/\\evil.example/',
      'javascript:alert(1)',
      '/\t/evil.example',
      '\\\\evil.example',
    ];
    for (const next of hostile) {
      const visitor = new Visitor(world.platform.url);
      const response = await visitor.submit('/sign-in', { email: world.owner.email, password: PASSWORD, next });
      const target = new URL(response.headers.get('location')!, world.platform.url);
      expect(target.origin, next).toBe(world.platform.url);
    }
  });

  test('from consent lead to registered URIs alone, whatever the form says', async () => {
    const visitor = new Visitor(world.platform.url);
    await visitor.signIn(world.owner.email);
    const good = authorizePath({ client_id: world.extension.test.id });
    const csrf = await visitor.csrf(`${good}&always_prompt=true`);
    for (const uri of ['https://evil.example/', `${CALLBACK}/`, CALLBACK.toUpperCase(), `${CALLBACK}#x`, `${CALLBACK}@evil.example`]) {
      for (const decision of ['allow', 'deny']) {
        const path = authorizePath({ client_id: world.extension.test.id, redirect_uri: uri });
        const response = await visitor.post(path, { csrf, decision, account: world.owner.acme.id, redirect_uri: uri });
        expect([response.status, response.headers.get('location')], uri).toEqual([400, null]);
      }
    }
  });

  test('a form may leave for the registered redirect URI and nowhere else', async () => {
    const consentPage = pages.find((page) => page.path.startsWith('/oauth/'))!;
    expect(consentPage.headers.get('content-security-policy')).toContain("form-action 'self' http://localhost:4010;");
    const other = pages.find((page) => page.path.endsWith('/make'))!;
    expect(other.headers.get('content-security-policy')).toContain("form-action 'self';");
  });

  test('a redirect URI cannot carry a script, credentials, a fragment or a wildcard', async () => {
    const bad = [
      'javascript:alert(1)',
      'data:text/html,x',
      'https://a:b@evil.example/',
      'https://x.example/#f',
      'https://*.example/',
      'https://x.example/\n',
      '/relative',
    ];
    for (const uri of bad) {
      const given = { account: world.extension.id, test: { redirect_uris: [uri] } };
      await expect(world.platform.control.configureExtension(given), uri).rejects.toThrow();
    }
    await expect(world.platform.control.configureExtension({ account: world.extension.id, site: 'javascript:alert(1)' })).rejects.toThrow();
  });
});

describe('secrets', () => {
  test('codes, access tokens, refresh tokens, sessions and passwords are stored as hashes alone', async () => {
    const visitor = new Visitor(world.platform.url);
    await visitor.signIn(world.owner.email);
    const session = /annex_platform=([^;]+)/.exec(visitor.cookie)![1]!;
    const code = (await consent(world, { client_id: world.extension.test.id })).searchParams.get('code')!;
    const unused = (await consent(world, { client_id: world.extension.test.id })).searchParams.get('code')!;
    const { body } = await oauthPost(world, 'token', { grant_type: 'authorization_code', code }, world.extension.testKey);
    await api(world, { key: body.access_token, path: '/v1/account' });
    const stored = state();
    const exchange = world.platform.log.entries().find((entry) => entry.path === '/oauth/token')!;
    expect([exchange.status, exchange.account]).toEqual([200, world.extension.id]);
    expect(exchange.form).toMatch(/code=ac_\w{8}%2A|code=ac_\w{8}\*/);
    for (const secret of [session, code, unused, body.access_token, body.refresh_token, PASSWORD]) {
      expect(secret.length).toBeGreaterThan(10);
      expect(stored).not.toContain(secret);
      expect(JSON.stringify(world.platform.log.entries())).not.toContain(secret);
    }
  });

  test('keys are masked in the log and in messages', async () => {
    const { status, body } = await api(world, { key: world.extension.testKey, account: 'acct_none', path: '/v1/customers' });
    expect(status).toBe(403);
    expect(JSON.stringify([body, world.platform.log.entries()])).not.toContain(world.extension.testKey);
  });

  test('are compared in constant time', async () => {
    const count = async (what: () => Promise<unknown>): Promise<number> => {
      const before = compared.times;
      await what();
      return compared.times - before;
    };
    const code = (await consent(world, { client_id: world.extension.test.id })).searchParams.get('code')!;
    const fields = { grant_type: 'authorization_code', code };
    let refreshToken = '';
    const exchanged = await count(async () => {
      refreshToken = (await oauthPost(world, 'token', fields, world.extension.testKey)).body.refresh_token;
    });
    expect(exchanged).toBeGreaterThan(0);
    const refresh = { grant_type: 'refresh_token', refresh_token: refreshToken };
    expect(await count(() => oauthPost(world, 'token', refresh, world.extension.testKey))).toBeGreaterThan(0);
    const visitor = new Visitor(world.platform.url);
    const csrf = await visitor.csrf('/sign-in');
    expect(await count(() => visitor.post('/sign-in', { csrf, email: world.owner.email, password: PASSWORD }))).toBeGreaterThanOrEqual(2);
  });
});

describe('sessions', () => {
  const cookieOf = (response: Response): string => response.headers.getSetCookie().find((line) => line.startsWith('annex_platform='))!;

  test('are HttpOnly and SameSite, and rotated at sign-in', async () => {
    const visitor = new Visitor(world.platform.url);
    const before = cookieOf(await visitor.get('/sign-in'));
    const after = cookieOf(await visitor.signIn(world.owner.email));
    for (const cookie of [before, after]) expect(cookie).toMatch(/; Path=\/; HttpOnly; SameSite=Lax$/);
    expect(after.split(';')[0]).not.toBe(before.split(';')[0]);
    const old = new Visitor(world.platform.url);
    old.setCookie('annex_platform', before.split(';')[0]!.slice('annex_platform='.length));
    expect((await old.get('/')).headers.get('location')).toMatch(/^\/sign-in/);
  });

  test('end at sign-out, also for a cookie that somebody kept', async () => {
    const visitor = new Visitor(world.platform.url);
    await visitor.signIn(world.owner.email);
    const kept = new Visitor(world.platform.url);
    kept.setCookie('annex_platform', /annex_platform=([^;]+)/.exec(visitor.cookie)![1]!);
    expect((await kept.get(`/${world.owner.acme.id}/test`)).status).toBe(200);
    await visitor.submit('/sign-out', {}, `/${world.owner.acme.id}/test`);
    expect((await kept.get(`/${world.owner.acme.id}/test`)).status).toBe(303);
  });

  test('a wrong password and an unknown user are answered alike', async () => {
    const answers = [];
    for (const email of [world.owner.email, 'nobody@example.com']) {
      const visitor = new Visitor(world.platform.url);
      const response = await visitor.submit('/sign-in', { email, password: 'wrong' });
      answers.push([response.status, (await response.text()).includes('do not belong together')]);
    }
    expect(answers).toEqual([
      [401, true],
      [401, true],
    ]);
  });
});

describe('uploads', () => {
  const upload = async (name: string, bytes: Buffer, type: string): Promise<Response> => {
    const visitor = new Visitor(world.platform.url);
    await visitor.signIn(TEAM);
    const path = `/${world.extension.id}/test/settings/branding`;
    const body = new FormData();
    for (const [field, value] of Object.entries({
      csrf: await visitor.csrf(path),
      name: 'Lantern',
      site: '',
      primary_color: '',
      secondary_color: '',
    }))
      body.set(field, value);
    body.set('icon', new File([new Uint8Array(bytes)], name, { type }));
    return fetch(world.platform.url + path, { method: 'POST', body, redirect: 'manual', headers: { Cookie: visitor.cookie } });
  };
  const html = Buffer.from('<html><script>alert(1)</script></html>'.padEnd(400));

  const REFUSED: readonly (readonly [title: string, bytes: Buffer, why: RegExp])[] = [
    ['HTML under the name of a picture', html, /neither a PNG nor a JPEG/],
    [
      'an SVG',
      Buffer.from('<svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>'.padEnd(200)),
      /neither a PNG nor a JPEG/,
    ],
    ['a picture of 100 × 100', png(100, 100), /at least 128 × 128/],
    ['an icon that is not square', png(200, 128), /must be square/],
    ['512 kB', Buffer.concat([png(128, 128), Buffer.alloc(512 * 1024)]), /smaller than 512 kB/],
  ];
  for (const [title, bytes, why] of REFUSED) {
    test(`${title} is refused`, async () => {
      const response = await upload('icon.png', bytes, 'image/png');
      expect(response.status).toBe(400);
      expect(await response.text()).toMatch(why);
    });
  }

  test('a picture with HTML behind it is served as a picture and nothing else', async () => {
    expect((await upload('x.html', Buffer.concat([png(128, 128), html]), 'text/html')).status).toBe(303);
    const { data } = await world.platform.control.extensions({ account: world.extension.id });
    const response = await fetch(`${world.platform.url}/assets/image/${data[0]!.icon}`);
    expect(response.headers.get('content-type')).toBe('image/png');
    expect(response.headers.get('x-content-type-options')).toBe('nosniff');
    expect(response.headers.get('content-security-policy')).toBe("default-src 'none'; sandbox");
  });

  test('a form beyond its limit is refused unread', async () => {
    expect((await upload('big.png', Buffer.alloc(1300 * 1024), 'image/png')).status).toBe(413);
    const visitor = new Visitor(world.platform.url);
    const response = await visitor.post('/sign-in', { csrf: await visitor.csrf('/sign-in'), email: 'x'.repeat(70 * 1024) });
    expect(response.status).toBe(413);
  });
});

describe('limits', () => {
  test('an OAuth body beyond its limit is refused', async () => {
    const { status, body } = await oauthPost(world, 'token', { grant_type: 'x'.repeat(70 * 1024) }, world.extension.testKey);
    expect([status, body.error]).toEqual([413, 'invalid_request']);
  });

  test('headers beyond their limit are refused', async () => {
    const response = await fetch(`${world.platform.url}/sign-in`, { headers: { 'X-Large': 'x'.repeat(40 * 1024) } });
    expect(response.status).toBe(431);
  });

  test('a client that never finishes its request is cut off', async () => {
    const platform = await createPlatform({ clientTimeout: 200 });
    const { port } = new URL(platform.url);
    for (const start of ['GET / HTTP/1.1\r\nHost: x\r\n', 'POST /oauth/token HTTP/1.1\r\nHost: x\r\nContent-Length: 100\r\n\r\nabc']) {
      const said = await new Promise<string>((resolve, reject) => {
        let text = '';
        const socket = connectSocket(Number(port), '127.0.0.1', () => socket.write(start));
        socket.setEncoding('utf8').on('data', (chunk) => {
          text += chunk;
        });
        socket.on('close', () => resolve(text)).on('error', reject);
      });
      expect(said).toMatch(/^HTTP\/1\.1 408 /);
    }
    await platform.close();
  });

  test('the platform listens on this machine alone unless it is told otherwise', async () => {
    const { hostname } = new URL(world.platform.url);
    expect(hostname).toBe('127.0.0.1');
  });

  test('an application of another account is not touched by settings of one’s own', () => {
    const draft = world.platform.engine.draft(SYSTEM, world.platform.clock.now(), NOBODY);
    const made = registerApplications(draft, { account: world.owner.acme.id });
    expect(made.test.oauth_enabled).toBe(false);
  });
});

describe('hosted pages', () => {
  const found = (start: string): Crawled => pages.find((page) => page.path.startsWith(start))!;

  test('a form may leave for the addresses of the session and nowhere else', () => {
    expect(found('/c/pay/').headers.get('content-security-policy')).toContain("form-action 'self' https://shop.example;");
    expect(found('/p/session/').headers.get('content-security-policy')).toContain("form-action 'self';");
    expect(found('/i/').headers.get('content-security-policy')).toContain("form-action 'self';");
  });

  test('are opened by their whole address alone', async () => {
    for (const start of ['/c/pay/', '/p/session/', '/i/']) {
      const { path } = found(start);
      const other = path.slice(0, -1) + (path.endsWith('x') ? 'y' : 'x');
      expect((await fetch(world.platform.url + other)).status, other).toBe(404);
      expect((await fetch(world.platform.url + path.replace('/test', '/live'))).status, path).toBe(404);
    }
  });

  test('a session cannot lead to what is no web address', async () => {
    const key = world.owner.acme.testKey;
    for (const url of ['javascript:alert(1)', 'data:text/html,x', '//evil.example', 'https://', 'https://a:b@evil.example/']) {
      const form = { mode: 'setup', currency: 'eur', success_url: url };
      const { status, body } = await api(world, { key, path: '/v1/checkout/sessions', form });
      expect([status, body.error.param], url).toEqual([400, 'success_url']);
    }
  });
});
