import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createLanternWorld, type LanternWorld } from './lantern-world.ts';
import { connectFor, PASSWORD, signedUp, Visitor } from './visitor.ts';

let world: LanternWorld;
let owner: Visitor;
let account: string;
let base: string;

beforeAll(async () => {
  world = await createLanternWorld();
  owner = await signedUp(world, 'dana@acme.example');
  account = world.dana.accounts[0]!.account;
  base = `/a/${account}/test`;
  await connectFor(world, owner, account);
});
afterAll(() => world.close());

const invitation = async (role: 'owner' | 'member', note = 'Mia'): Promise<string> => {
  const answer = await owner.submit(`${base}/members/invite`, { note, role }, `${base}/members`);
  const link = /data-invitation[^>]*>([^<]+)</.exec(await answer.text())![1]!;
  return new URL(link).pathname;
};

const join = async (email: string, role: 'owner' | 'member'): Promise<Visitor> => {
  const link = await invitation(role, email);
  const visitor = await signedUp(world, email);
  expect((await visitor.submit(link, {})).headers.get('location')).toBe('/accounts');
  return visitor;
};

const idOf = async (email: string): Promise<string> =>
  (await world.lantern.lantern.kit.query<{ id: string }>('select id from lantern.people where email = $1', [email]))[0]!.id;

describe('invitations', () => {
  it('let somebody in once, in the role that was offered', async () => {
    const link = await invitation('member');
    const mia = await signedUp(world, 'mia@acme.example');
    expect((await mia.get(base)).status).toBe(404);
    expect(await mia.text(link)).toContain('As a member');
    await mia.submit(link, {});
    expect((await mia.get(base)).status).toBe(200);
    const late = await signedUp(world, 'late@acme.example');
    expect((await late.get(link)).status).toBe(404);
    expect((await late.submit(link, {}, '/accounts')).status).toBe(404);
    expect((await late.get(base)).status).toBe(404);
  });

  it('can be withdrawn', async () => {
    const link = await invitation('member', 'Withdrawn one');
    const page = await owner.text(`${base}/members`);
    const hash = /name="invitation" value="([^"]+)"/.exec(page)![1]!;
    await owner.submit(`${base}/members/withdraw`, { invitation: hash }, `${base}/members`);
    expect((await owner.get(link)).status).toBe(404);
  });

  it('are not used up by being looked at without an account', async () => {
    const link = await invitation('member', 'Looks first');
    const nobody = new Visitor(world.origin);
    expect(await nobody.text(link)).toContain('Create an account');
    expect((await nobody.submit(link, {}, '/sign-in')).headers.get('location')).toMatch(/^\/sign-in/);
    expect((await nobody.get(link)).status).toBe(200);
  });
});

describe('a password', () => {
  const NEW = 'another long password';
  const sent = { current: PASSWORD, password: NEW, again: NEW };
  const change = (visitor: Visitor, fields: Partial<typeof sent> = {}) => visitor.submit('/password', { ...sent, ...fields });
  const signingIn = async (email: string, password: string): Promise<number> =>
    (await new Visitor(world.origin).submit('/sign-in', { email, password })).status;

  it('is changed by whoever knows it: only the new one signs in, and every other session ends', async () => {
    const email = 'changes@acme.example';
    const [here, there] = [await signedUp(world, email), new Visitor(world.origin)];
    await there.submit('/sign-in', { email, password: PASSWORD });
    const session = here.cookies.get('lantern_session');
    const answer = await change(here);
    expect([answer.status, answer.headers.get('location')]).toEqual([303, '/accounts?changed=password']);
    expect(await here.text('/accounts?changed=password')).toContain('Your password was changed');
    expect((await there.get('/accounts')).status).toBe(303);
    expect(here.cookies.get('lantern_session')).not.toBe(session);
    expect([await signingIn(email, PASSWORD), await signingIn(email, NEW)]).toEqual([401, 303]);
  });

  it.each([
    ['current', { current: 'not the password' }, 401, 'This is not your password. Write the one you sign in with now.'],
    ['password', { password: 'short', again: 'short' }, 422, 'The password needs at least 10 characters.'],
    ['password', { password: PASSWORD, again: PASSWORD }, 422, 'This is the password you have. Choose another one.'],
    ['again', { again: 'another long passwort' }, 422, 'The two new passwords differ. Write the same one twice.'],
  ] as const)('is not changed when ‘%s’ is wrong, and the page says beside it what to do: %j', async (field, fields, status, sentence) => {
    const email = `keeps-${status}-${sentence.length}@acme.example`;
    const visitor = await signedUp(world, email);
    const answer = await change(visitor, fields);
    const wrong = new RegExp(`id="${field}"[^>]*aria-invalid="true"[^>]*aria-describedby="[^"]*${field}-error"`);
    expect(answer.status).toBe(status);
    const page = await answer.text();
    expect(page).toMatch(wrong);
    expect(page).toContain(`id="${field}-error">${sentence}`);
    expect(await signingIn(email, PASSWORD)).toBe(303);
  });

  it('cannot be guessed there more often than at the sign-in, with which the guesses are counted together', async () => {
    const email = 'held@acme.example';
    const visitor = await signedUp(world, email);
    for (let n = 0; n < 5; n++) expect((await change(visitor, { current: `wrong guess ${n}` })).status).toBe(401);
    for (let n = 0; n < 5; n++) expect(await signingIn(email, `wrong guess ${n}`)).toBe(401);
    const answer = await change(visitor);
    expect([answer.status, await answer.text()]).toEqual([429, expect.stringContaining('Wait 15 minutes')]);
    expect(await signingIn(email, PASSWORD)).toBe(429);
  });

  it('of two changes at once is that of one', async () => {
    const email = 'races@acme.example';
    const [one, other] = [await signedUp(world, email), new Visitor(world.origin)];
    await other.submit('/sign-in', { email, password: PASSWORD });
    const answers = await Promise.all([change(one), change(other, { password: 'a third long one', again: 'a third long one' })]);
    expect(answers.map(({ status }) => status).toSorted()).toEqual([303, expect.any(Number)]);
    const fits = [await signingIn(email, NEW), await signingIn(email, 'a third long one'), await signingIn(email, PASSWORD)];
    expect(fits.toSorted()).toEqual([303, 401, 401]);
  });

  it('is not there for a guest, who is led to where one is chosen, nor for nobody', async () => {
    const guest = new Visitor(world.origin);
    await connectFor(world, guest, world.dana.accounts[1]!.account);
    expect((await guest.get('/password')).headers.get('location')).toBe('/sign-up');
    expect((await guest.submit('/password', sent, '/sign-up')).headers.get('location')).toBe('/sign-up');
    expect((await new Visitor(world.origin).get('/password')).headers.get('location')).toBe('/sign-in?next=%2Fpassword');
  });

  it('that was changed is told in the audit trail of every account of that person, and the password is not', async () => {
    const member = await join('told@acme.example', 'member');
    await change(member);
    const page = await owner.text(`${base}/audit`);
    expect(page).toMatch(/told@acme\.example<\/strong> changed their own password/);
    expect(page).not.toContain(NEW);
  });
});

describe('roles', () => {
  it('a member sees figures, and can change nothing and nobody', async () => {
    const member = await join('member@acme.example', 'member');
    for (const page of ['', '/feed', '/import', '/settings', '/members']) expect((await member.get(base + page)).status).toBe(200);
    expect((await member.get(`${base}/audit`)).status).toBe(403);
    const refused = ['/disconnect', '/import', '/members/invite', '/members/withdraw', '/erase'];
    for (const action of refused) expect((await member.submit(base + action, { sure: 'yes' }, '/accounts')).status).toBe(403);
    const change = { person: await idOf('dana@acme.example'), to: 'remove' };
    expect((await member.submit(`${base}/members/change`, change, `${base}/members`)).status).toBe(403);
    expect((await owner.get(base)).status).toBe(200);
  });

  it('the only owner can neither leave nor become a member; a second owner changes that', async () => {
    const self = await idOf('dana@acme.example');
    for (const to of ['remove', 'member']) {
      const answer = await owner.submit(`${base}/members/change`, { person: self, to }, `${base}/members`);
      expect([answer.status, await answer.text()]).toEqual([409, expect.stringContaining('This is the only owner')]);
    }
    const second = await join('second@acme.example', 'owner');
    await second.submit(`${base}/members/change`, { person: self, to: 'member' }, `${base}/members`);
    expect((await owner.get(`${base}/audit`)).status).toBe(403);
    await second.submit(`${base}/members/change`, { person: self, to: 'owner' }, `${base}/members`);
    expect((await owner.get(`${base}/audit`)).status).toBe(200);
  });

  it('two owners who remove each other at the same instant leave one', async () => {
    const one = await join('one@acme.example', 'owner');
    const others = ['dana@acme.example', 'second@acme.example'];
    const page = `${base}/members`;
    await Promise.all(
      [...others, 'one@acme.example'].map(async (email, n) =>
        (n === 0 ? one : owner).submit(`${base}/members/change`, { person: await idOf(email), to: 'remove' }, page),
      ),
    );
    const left = await world.lantern.lantern.kit.query("select person from lantern.members where account = $1 and role = 'owner'", [
      account,
    ]);
    expect(left.length).toBeGreaterThan(0);
  });
});

describe('the audit trail', () => {
  it('tells who connected, invited, joined and changed roles', async () => {
    const lines = await world.lantern.lantern.kit.query<{ actor: string; action: string }>(
      'select actor, action from lantern.audit where account = $1 order by id',
      [account],
    );
    const told = lines.map(({ actor, action }) => `${actor} ${action}`);
    expect(told).toContain('dana@acme.example connected');
    expect(told).toContain('dana@acme.example invited');
    expect(told).toContain('mia@acme.example joined');
    expect(told).toContain('second@acme.example role_changed');
  });
});
