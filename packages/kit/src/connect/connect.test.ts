import { randomBytes } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { onEachDatabase } from '../../conformance/databases.ts';
import { type MirroredWorld, mirroredWorld, SESSION } from '../../conformance/mirrored-world.ts';
import { httpHandlers } from '../http/handlers.ts';
import { open, seal, sealedByOldKey } from './secrets.ts';

const keys = [1, 2].map((id) => ({ id: `k${id}`, key: randomBytes(32).toString('base64') }));

onEachDatabase('connecting an account', (opened) => {
  let world: MirroredWorld;
  beforeAll(async () => {
    world = await mirroredWorld(opened.current, { objects: ['customer'], sealingKeys: keys });
  });
  afterAll(() => world.close());

  const start = async (reference?: string) =>
    world.kit.connect.start({ session: SESSION, ...(reference === undefined ? {} : { reference }) });
  const finish = (query: Record<string, string>, session = SESSION) =>
    world.kit.connect.finish({ query: new URLSearchParams(query), session });
  const exchanges = (): number => world.stripe.requests.filter(({ path }) => path === '/oauth/token').length;

  it('sends the browser to the consent page with an explicit scope and a state of 256 bits', async () => {
    const { url, state } = await start();
    expect(Object.fromEntries(new URL(url).searchParams)).toEqual({
      response_type: 'code',
      client_id: 'ca_test',
      scope: 'read_only',
      redirect_uri: 'http://kit.test/callback',
      state,
    });
    expect(url.startsWith(`${world.origin}/oauth/authorize?`)).toBe(true);
    expect(Buffer.from(state, 'base64url')).toHaveLength(32);
  });

  it('exchanges once when the callback is opened twice at the same moment, and both visits say connected', async () => {
    const { state } = await start('org_7');
    const before = exchanges();
    const code = world.stripe.code('acct_twice');
    const visits = await Promise.all([finish({ state, code }), finish({ state, code })]);
    visits.push(await finish({ state, code }));
    for (const visit of visits) expect(visit).toMatchObject({ kind: 'connected', account: 'acct_twice', reference: 'org_7' });
    expect(exchanges() - before).toBe(1);
    expect(world.stripe.connected.has('acct_twice')).toBe(true);
  });

  it('refuses a state that is unknown, foreign or expired, and exchanges nothing', async () => {
    const before = exchanges();
    const code = world.stripe.code('acct_no');
    expect(await finish({ state: 'made-up', code })).toMatchObject({ kind: 'refused', code: 'state_unknown' });
    const { state } = await start();
    expect(await finish({ state, code }, 'the session of another browser')).toMatchObject({ kind: 'refused', code: 'state_foreign' });
    await opened.current.query('update annex.oauth_states set created_ms = created_ms - 901000 where used_ms is null');
    expect(await finish({ state, code })).toMatchObject({ kind: 'refused', code: 'state_expired' });
    expect(exchanges()).toBe(before);
  });

  it('looks at the error before the code, and checks the state of a denial too', async () => {
    const before = exchanges();
    const { state } = await start('org_8');
    const denied = { error: 'access_denied', error_description: 'The user denied your request', code: world.stripe.code('acct_no') };
    expect(await finish({ ...denied, state: 'made-up' })).toMatchObject({ kind: 'refused', code: 'state_unknown' });
    expect(await finish({ ...denied, state })).toMatchObject({ kind: 'denied', reference: 'org_8' });
    expect(exchanges()).toBe(before);
  });

  it('does not repeat the code it was refused for', async () => {
    const { state } = await start();
    const outcome = await finish({ state, code: 'ac_SECRETSECRETSECRET' });
    expect(outcome).toMatchObject({ kind: 'refused', code: 'invalid_grant' });
    expect(JSON.stringify(outcome)).not.toContain('SECRET');
  });

  it('asks once and says so when no answer comes', async () => {
    const before = exchanges();
    const { state } = await start();
    world.stripe.intercept = ({ path }) => (path === '/oauth/token' ? { status: 500, body: {} } : undefined);
    expect(await finish({ state, code: world.stripe.code('acct_no') })).toMatchObject({ kind: 'unclear' });
    world.stripe.intercept = undefined;
    expect(exchanges() - before).toBe(1);
  });

  it('keeps tokens sealed, and connecting again gives one connection', async () => {
    for (const reference of ['first', 'second']) {
      const { state } = await start(reference);
      expect(await finish({ state, code: world.stripe.code('acct_again') })).toMatchObject({ kind: 'connected' });
    }
    const rows = await opened.current.query("select sealed, reference from annex.connections where account = 'acct_again'");
    expect(rows).toMatchObject([{ reference: 'second' }]);
    expect(rows[0]!.sealed).not.toContain('rt_');
    expect(await world.kit.connect.tokens({ account: 'acct_again', livemode: false })).toMatchObject({ refresh_token: 'rt_abcdefgh' });
  });

  it('seals tokens again under the newest key, so that the old one can go', async () => {
    const old = seal([keys[1]!], '{"refresh_token":"rt_old"}', 'acct_again');
    await opened.current.query("update annex.connections set sealed = $1 where account = 'acct_again'", [old]);
    expect(await world.kit.connect.reseal()).toBe(1);
    const [row] = await opened.current.query("select sealed from annex.connections where account = 'acct_again'");
    expect(open([keys[0]!], row!.sealed, 'acct_again')).toBe('{"refresh_token":"rt_old"}');
  });

  it('disconnecting counts as done when the account was not connected any more', async () => {
    const { state } = await start();
    await finish({ state, code: world.stripe.code('acct_left') });
    world.stripe.connected.delete('acct_left');
    await world.kit.connect.disconnect({ account: 'acct_left', livemode: false });
    const rows = await opened.current.query("select state, sealed from annex.connections where account = 'acct_left'");
    expect(rows).toEqual([{ state: 'leaving', sealed: null }]);
  });

  it('disconnecting fails, and changes nothing, when Stripe cannot be told', async () => {
    const { state } = await start();
    await finish({ state, code: world.stripe.code('acct_stays') });
    world.stripe.intercept = ({ path }) => (path === '/oauth/deauthorize' ? { status: 503, body: {} } : undefined);
    await expect(world.kit.connect.disconnect({ account: 'acct_stays', livemode: false })).rejects.toMatchObject({ name: 'Refusal' });
    world.stripe.intercept = undefined;
    expect(await opened.current.query("select state from annex.connections where account = 'acct_stays'")).toEqual([
      { state: 'connected' },
    ]);
  });

  it('through the handlers, the browser that began is the one that may finish', async () => {
    const http = httpHandlers(world.kit, { reference: () => 'org_9' });
    const gone = await http.connect(new Request('http://kit.test/connect'));
    expect(gone.status).toBe(302);
    const cookie = gone.headers.get('set-cookie')!;
    expect(cookie).toMatch(/HttpOnly; SameSite=Lax/);
    const state = new URL(gone.headers.get('location')!).searchParams.get('state')!;
    const back = `http://kit.test/callback?state=${state}&code=${world.stripe.code('acct_http')}`;
    expect((await http.callback(new Request(back))).status).toBe(400);
    const done = await http.callback(new Request(back, { headers: { cookie: `theme=dark; ${cookie.split(';')[0]}` } }));
    expect([done.status, await done.text()]).toEqual([200, 'acct_http is connected.\n']);
    const status = await http.status(new Request('http://kit.test/status?account=acct_http&mode=test'));
    expect(await status.json()).toMatchObject({ account: 'acct_http', state: 'running' });
  });
});

describe('sealed secrets', () => {
  it('open with any of the keys, and only with the account they were sealed for', () => {
    const sealed = seal([keys[1]!], 'token', 'acct_1')!;
    expect(open(keys, sealed, 'acct_1')).toBe('token');
    expect(sealedByOldKey(keys, sealed)).toBe(true);
    expect(() => open(keys, sealed, 'acct_2')).toThrow();
    expect(() => open([keys[0]!], sealed, 'acct_1')).toThrow('k2');
    expect(seal([], 'token', 'acct_1')).toBeUndefined();
  });
});
