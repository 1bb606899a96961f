import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createLanternWorld, type LanternWorld } from './lantern-world.ts';
import { connectFor, signedUp, Visitor } from './visitor.ts';

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
