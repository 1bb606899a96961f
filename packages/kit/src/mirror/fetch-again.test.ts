import { afterAll, beforeAll, expect, it } from 'vitest';
import { onEachDatabase } from '../../conformance/databases.ts';
import { type MirroredWorld, mirroredWorld } from '../../conformance/mirrored-world.ts';

onEachDatabase('an object that is fetched again', (opened) => {
  let world: MirroredWorld;
  const acct = { account: 'acct_again', livemode: false };
  beforeAll(async () => {
    world = await mirroredWorld(opened.current, { objects: ['customer', 'coupon'] });
    for (const id of ['cus_1', 'cus_2'])
      world.stripe.put('acct_again', { id, object: 'customer', created: 1_700_000_000, email: `${id}@x.test` });
    world.kit.work.start();
    await world.connect('acct_again');
    await world.caughtUp('acct_again');
  });
  afterAll(() => world.close());

  const again = (id: string, object = 'customer') => world.kit.fetchAgain(acct, object, id);
  const stored = (id: string) =>
    opened.current.query('select deleted, dirty, data from mirror.customers where account = $1 and id = $2', [acct.account, id]);

  it('is said to be the same where nothing changed', async () => {
    expect(await again('cus_1')).toEqual({ outcome: 'same', fields: [] });
  });

  it('is put right where the mirror differs, and told field by field', async () => {
    await opened.current.query(
      `update mirror.customers set data = data || '{"email": "wrong", "left": 1}', dirty = true where id = 'cus_1'`,
    );
    expect(await again('cus_1')).toEqual({
      outcome: 'changed',
      fields: [
        { path: 'email', mirror: 'wrong', source: 'cus_1@x.test' },
        { path: 'left', mirror: 1, source: undefined },
      ],
    });
    expect(await stored('cus_1')).toMatchObject([{ deleted: false, dirty: false, data: { email: 'cus_1@x.test' } }]);
    expect(await world.differences('acct_again')).toEqual([]);
  });

  it('is found where the mirror did not have it, and gone where Stripe does not; what neither has leaves no trace', async () => {
    await opened.current.query("delete from mirror.customers where id = 'cus_2'");
    expect(await again('cus_2')).toEqual({ outcome: 'found', fields: [] });
    expect(await stored('cus_2')).toMatchObject([{ data: { email: 'cus_2@x.test' } }]);
    await opened.current.query(
      `insert into mirror.customers (account, livemode, id, lo, hi, changed_ms, data) values ('acct_again', false, 'cus_ghost', 0, 0, 0, '{"id": "cus_ghost"}')`,
    );
    expect(await again('cus_ghost')).toEqual({ outcome: 'gone', fields: [] });
    expect(await stored('cus_ghost')).toMatchObject([{ deleted: true }]);
    expect(await again('cus_ghost')).toEqual({ outcome: 'same', fields: [] });
    expect(await again('cus_never')).toEqual({ outcome: 'unknown', fields: [] });
    expect(await stored('cus_never')).toEqual([]);
  });

  it('stays as it was where Stripe refuses, and the refusal says of which kind it is', async () => {
    await opened.current.query(`update mirror.customers set data = data || '{"email": "wrong"}' where id = 'cus_1'`);
    for (const [status, code, kind] of [
      [429, 'rate_limit', 'rate'],
      [403, 'more_permissions_required', 'forbidden'],
      [500, 'api_error', 'server'],
    ] as const) {
      world.stripe.intercept = ({ path }) =>
        path === '/v1/customers/cus_1' ? { status, body: { error: { code, message: 'No.' } } } : undefined;
      await expect(again('cus_1')).rejects.toMatchObject({ facts: { kind } });
    }
    world.stripe.intercept = undefined;
    expect(await stored('cus_1')).toMatchObject([{ data: { email: 'wrong' } }]);
  });

  it('gives way to what is observed meanwhile', async () => {
    world.stripe.intercept = async ({ path }) => {
      if (path === '/v1/customers/cus_1') await opened.current.query("update mirror.customers set seen = seen + 1 where id = 'cus_1'");
      return undefined;
    };
    const seen = async () =>
      (await opened.current.query<{ seen: number }>("select seen from mirror.customers where id = 'cus_1'"))[0]!.seen;
    const before = await seen();
    const { outcome } = await again('cus_1');
    world.stripe.intercept = undefined;
    expect([outcome, (await seen()) - before]).toEqual(['overtaken', 3]);
    expect((await again('cus_1')).outcome).toBe('changed');
  });

  it('must be of a type that is mirrored', async () => {
    await expect(again('in_1', 'invoice')).rejects.toThrow('invoice is not mirrored. These are: customer, coupon.');
  });
});
