import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { routes } from '../src/index.ts';
import { createLanternWorld, type LanternWorld } from './lantern-world.ts';
import { connectFor, consented, PASSWORD, signedUp, until, Visitor } from './visitor.ts';

let world: LanternWorld;
let dana: Visitor;
let ben: Visitor;
let acme: string;
let bolt: string;

beforeAll(async () => {
  world = await createLanternWorld();
  dana = await signedUp(world, 'dana@acme.example');
  ben = await signedUp(world, 'ben@bolt.example');
  acme = world.dana.accounts[0]!.account;
  bolt = world.ben.accounts[0]!.account;
  await connectFor(world, dana, acme);
  await connectFor(world, dana, world.dana.accounts[1]!.account);
  await connectFor(world, ben, bolt);
});
afterAll(() => world.close());

/** Every route of an account, with its holes filled for this account. */
const pathsOf = (account: string) =>
  routes
    .filter(({ path }) => path.startsWith('/a/'))
    .map(({ method, path }) => ({
      method,
      path: path.replace(':account', account).replace(':mode', 'test').replaceAll(/:\w+/g, 'some_id'),
    }));

describe('an account that is not yours', () => {
  const unknown = 'acct_0000000000000000';

  it.each(pathsOf('ACCOUNT'))('$method $path answers 404, exactly as if there were no such account', async ({ method, path }) => {
    const at = (account: string): string => path.replace('ACCOUNT', account);
    const [theirs, nowhere] = await Promise.all(
      [acme, unknown].map((account) => (method === 'GET' ? ben.get(at(account)) : ben.post(at(account), {}))),
    );
    expect(theirs!.status).toBe(404);
    expect((await theirs!.text()).replaceAll(acme, unknown)).toBe(await nowhere!.text());
    const signed = await ben.submit(at(acme), {}, `/a/${bolt}/test/settings`);
    expect(signed.status).toBe(404);
  });

  it('has no door beside that table: every other route names no account', () => {
    const inside = routes.filter(({ access }) => access === 'owner' || access === 'member');
    expect(inside.length).toBeGreaterThan(40);
    expect(inside.filter(({ path }) => !path.startsWith('/a/:account/:mode'))).toEqual([]);
    expect(routes.filter((route) => !inside.includes(route) && /^\/a\/|:account/.test(route.path))).toEqual([]);
  });

  it('lends its ids to nobody: under an account of one’s own they answer 404', async () => {
    const { id } = await world.api(world.dana.accounts[0]!.testKey, 'POST /v1/customers', { name: 'Theirs' });
    const { kit } = world.lantern.lantern;
    const event = 'select id from annex.inbox where account = $1 and object_id = $2';
    await until(async () => (await dana.get(`/a/${acme}/test/customers/${id}`)).status === 200);
    const [told] = await kit.query<{ id: string }>(event, [acme, id]);
    for (const path of [`customers/${id}`, `objects/customer/${id}`, `events/${told!.id}`]) {
      expect([path, (await dana.get(`/a/${acme}/test/${path}`)).status, (await ben.get(`/a/${bolt}/test/${path}`)).status]).toEqual([
        path,
        200,
        404,
      ]);
    }
  });

  it('is not named on the other owner’s list', async () => {
    const list = await ben.text('/accounts');
    expect(list).toContain('Bolt Ltd');
    expect(list).not.toContain(acme);
    expect(list).not.toContain('Acme');
  });

  it('is asked to sign in before anything else, whether the account exists or not', async () => {
    const nobody = new Visitor(world.origin);
    for (const account of [acme, unknown]) {
      const answer = await nobody.get(`/a/${account}/test`);
      expect([answer.status, answer.headers.get('location')]).toEqual([303, `/sign-in?next=${encodeURIComponent(`/a/${account}/test`)}`]);
    }
  });

  it('shows its pages to its own owner', async () => {
    for (const page of ['', '/feed', '/import', '/settings']) expect((await dana.get(`/a/${acme}/test${page}`)).status).toBe(200);
    expect((await dana.get(`/a/${acme}/live`)).status).toBe(303);
    expect((await dana.get(`/a/${acme}/other`)).status).toBe(404);
  });
});

describe('forms', () => {
  it('are refused without the token of this browser and session', async () => {
    for (const fields of [{}, { csrf: 'x' }, { csrf: 'a'.repeat(43) }]) {
      expect((await dana.post(`/a/${acme}/test/disconnect`, { sure: 'yes', ...fields })).status).toBe(403);
    }
    const answer = await ben.submit(`/a/${bolt}/test/import`, { move: 'pause' }, `/a/${bolt}/test/import`);
    expect(answer.status).toBe(303);
    expect((await dana.get(`/a/${acme}/test`)).status).toBe(200);
  });

  it('of one session do not work in the next one', async () => {
    const visitor = await signedUp(world, 'rotates@acme.example');
    const before = /name="csrf" value="([^"]+)"/.exec(await visitor.text('/accounts'))![1]!;
    const session = visitor.cookies.get('lantern_session');
    await visitor.post('/sign-out', { csrf: before });
    await visitor.submit('/sign-in', { email: 'rotates@acme.example', password: PASSWORD });
    expect(visitor.cookies.get('lantern_session')).not.toBe(session);
    expect((await visitor.post('/sign-out', { csrf: before })).status).toBe(403);
  });

  it('that are too large or no forms are refused', async () => {
    expect((await dana.post('/sign-in', { email: 'x'.repeat(100_000) })).status).toBe(403);
    const answer = await fetch(`${world.origin}/sign-in`, { method: 'POST', body: '{}', headers: { 'content-type': 'application/json' } });
    expect(answer.status).toBe(403);
  });
});

describe('signing in', () => {
  it('answers the same for a wrong password and an unknown e-mail', async () => {
    const visitor = new Visitor(world.origin);
    const texts: string[] = [];
    for (const email of ['dana@acme.example', 'nobody@acme.example']) {
      const answer = await visitor.submit('/sign-in', { email, password: 'wrong wrong wrong' });
      expect(answer.status).toBe(401);
      texts.push((await answer.text()).replaceAll(email, 'E').replaceAll(/value="[\w-]{43}"/g, ''));
    }
    expect(texts[0]).toBe(texts[1]);
  });

  it('is slowed down after ten wrong guesses, also for the right password', async () => {
    await signedUp(world, 'guessed@acme.example');
    const guesser = new Visitor(world.origin);
    const guess = (password: string) => guesser.submit('/sign-in', { email: 'guessed@acme.example', password });
    for (let n = 0; n < 10; n++) expect((await guess(`wrong guess ${n}`)).status).toBe(401);
    expect((await guess(PASSWORD)).status).toBe(429);
  });

  it('keeps its cookie from scripts and other sites, and goes on only inside Lantern', async () => {
    await signedUp(world, 'cookie@acme.example');
    const visitor = new Visitor(world.origin);
    for (const next of ['https://evil.example/', '//evil.example', '/\\evil.example']) {
      const answer = await visitor.submit('/sign-in', { email: 'cookie@acme.example', password: PASSWORD, next });
      expect(answer.headers.get('location')).toBe('/');
      expect(answer.headers.getSetCookie().find((line) => line.startsWith('lantern_session='))).toMatch(/; HttpOnly; SameSite=Lax; /);
    }
  });

  it('is ended in every other browser of the same person when asked, and in nobody else’s', async () => {
    const [here, there] = [await signedUp(world, 'twice@acme.example'), new Visitor(world.origin)];
    await there.submit('/sign-in', { email: 'twice@acme.example', password: PASSWORD });
    expect(await here.text('/accounts')).toContain('data-sessions="2"');
    await here.submit('/sign-out-elsewhere', {}, '/accounts');
    expect([(await here.get('/accounts')).status, (await there.get('/accounts')).status]).toEqual([200, 303]);
    expect((await ben.get('/accounts')).status).toBe(200);
  });

  it('tells what is wrong with a new password or e-mail, and takes no e-mail twice', async () => {
    const visitor = new Visitor(world.origin);
    const trying = async (email: string, password: string) => (await visitor.submit('/sign-up', { email, password })).text();
    expect(await trying('no-at-sign', PASSWORD)).toContain('is not an e-mail address');
    expect(await trying('new@acme.example', 'short')).toContain('at least 10 characters');
    expect(await trying('DANA@acme.example', PASSWORD)).toContain('Sign in instead');
  });
});

describe('connecting', () => {
  it('exchanges once and keeps the connection, however often the callback is opened', async () => {
    const guest = new Visitor(world.origin);
    const url = new URL(await consented(world, guest, bolt));
    const answers = await Promise.all([1, 2, 3].map(() => guest.get(url.pathname + url.search)));
    expect(answers.map(({ status }) => status)).toEqual([303, 303, 303]);
    const exchanges = await world.platform.control.requests({ path: '/v1/customers', account: bolt });
    expect(exchanges.data.every(({ status }) => status === 200)).toBe(true);
    expect((await guest.get(`/a/${bolt}/test`)).status).toBe(200);
    expect(await world.lantern.lantern.kit.query('select count(*)::int as n from annex.connections where account = $1', [bolt])).toEqual([
      { n: 1 },
    ]);
  });

  it('refuses a state of another browser, an unknown one, and says kindly that nothing was connected on denial', async () => {
    const [one, other] = [new Visitor(world.origin), new Visitor(world.origin)];
    const url = new URL(await consented(world, one, bolt));
    await other.get('/');
    const foreign = await other.get(url.pathname + url.search);
    expect([foreign.status, await foreign.text()]).toEqual([400, expect.stringContaining('another browser')]);
    expect((await other.get('/callback?code=ac_x&state=nothing')).status).toBe(400);
    const start = await one.get('/connect');
    const state = new URL(start.headers.get('location')!).searchParams.get('state');
    const denied = await one.get(`/callback?error=access_denied&state=${state}`);
    expect([denied.status, await denied.text()]).toEqual([200, expect.stringContaining('Nothing was connected')]);
  });

  it('gives nothing back to somebody whose membership ended, when the old address is opened again', async () => {
    const carl = await signedUp(world, 'carl@bolt.example');
    const url = new URL(await consented(world, carl, bolt));
    await carl.get(url.pathname + url.search);
    expect((await carl.get(`/a/${bolt}/test`)).status).toBe(200);
    const { kit } = world.lantern.lantern;
    await kit.query(
      "delete from lantern.members where account = $1 and person = (select id from lantern.people where email = 'carl@bolt.example')",
      [bolt],
    );
    await carl.get(url.pathname + url.search);
    expect((await carl.get(`/a/${bolt}/test`)).status).toBe(404);
  });

  it('makes a guest an owner who signs in later, with what the guest had', async () => {
    const guest = new Visitor(world.origin);
    const [, labs] = world.dana.accounts;
    await connectFor(world, guest, labs!.account);
    await guest.submit('/sign-in', { email: 'ben@bolt.example', password: PASSWORD });
    expect((await guest.get(`/a/${labs!.account}/test`)).status).toBe(200);
    expect((await ben.get(`/a/${labs!.account}/test`)).status).toBe(200);
  });
});
