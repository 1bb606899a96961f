import { afterAll, beforeAll, expect, it } from 'vitest';
import { onEachDatabase } from '../../conformance/databases.ts';
import { type MirroredWorld, mirroredWorld } from '../../conformance/mirrored-world.ts';

onEachDatabase('the doctor', (opened) => {
  let world: MirroredWorld;
  const acct = { account: 'acct_doc', livemode: false };
  beforeAll(async () => {
    world = await mirroredWorld(opened.current, { objects: ['customer', 'invoice', 'coupon'] });
    for (let n = 0; n < 230; n++)
      world.stripe.put('acct_doc', { id: `cus_${n}`, object: 'customer', created: 1_690_000_000 + n * 86_400, email: `${n}@x.test` });
    const lines = Array.from({ length: 14 }, (_, n) => ({ id: `il_${n}`, object: 'line_item', amount: n }));
    world.stripe.put('acct_doc', { id: 'in_1', object: 'invoice', created: 1_700_000_000, lines: { object: 'list', data: lines } });
    world.kit.work.start();
    await world.connect('acct_doc');
    await world.caughtUp('acct_doc');
  });
  afterAll(() => world.close());

  const objectsOf = async (options = {}) => {
    const report = await world.kit.doctor(acct, options);
    return { clean: report.clean, of: Object.fromEntries(report.objects.map((one) => [one.object, one])) };
  };

  it('finds nothing in a mirror that is right, month by month', async () => {
    const { clean, of } = await objectsOf();
    expect(clean).toBe(true);
    expect(of.customer).toMatchObject({ source: 230, mirror: 230, drift: [], more: 0 });
    expect(of.customer!.months.length).toBeGreaterThan(6);
    expect(of.customer!.months.every(({ equal }) => equal)).toBe(true);
    expect(of.invoice).toMatchObject({ source: 1, mirror: 1, drift: [] });
  });

  it('names what is missing, too much or different, field by field, and repairs it', async () => {
    await opened.current.query("delete from mirror.customers where id = 'cus_5'");
    await opened.current.query(`update mirror.customers set data = data || '{"email": "wrong", "left": 1}' where id = 'cus_6'`);
    await opened.current.query(`update mirror.invoices set data = jsonb_set(data, '{lines,data,12,amount}', '99') where id = 'in_1'`);
    await opened.current.query(
      `insert into mirror.coupons (account, livemode, id, lo, hi, changed_ms, data) values ('acct_doc', false, 'GHOST', 0, 0, 0, '{"id": "GHOST", "object": "coupon"}')`,
    );
    const { clean, of } = await objectsOf();
    expect(clean).toBe(false);
    expect(of.customer!.drift).toEqual([
      {
        id: 'cus_6',
        kind: 'differs',
        repaired: false,
        fields: [
          { path: 'email', mirror: 'wrong', source: '6@x.test' },
          { path: 'left', mirror: 1, source: undefined },
        ],
      },
      { id: 'cus_5', kind: 'missing', fields: [], repaired: false },
    ]);
    expect(of.customer!.months.filter(({ equal }) => !equal).length).toBeGreaterThan(0);
    expect(of.invoice!.drift).toMatchObject([{ kind: 'differs', fields: [{ path: 'lines.data.12.amount', mirror: 99, source: 12 }] }]);
    expect(of.coupon!.drift).toMatchObject([{ id: 'GHOST', kind: 'extra' }]);

    const repair = await objectsOf({ repair: true });
    expect(Object.values(repair.of).flatMap(({ drift }) => drift.map(({ repaired }) => repaired))).toEqual([true, true, true, true]);
    expect((await objectsOf()).clean).toBe(true);
    expect(await world.differences('acct_doc')).toEqual([]);
  });

  it('reads only the newest pages of a long list when told, and says so', async () => {
    const { of } = await objectsOf({ pages: 1, objects: ['customer'] });
    expect(of.customer).toMatchObject({ source: 100, months: [], note: 'only the newest 100 were compared' });
  });

  it('does not call a mirror right that it could not compare', async () => {
    world.stripe.intercept = ({ path }) => (path === '/v1/coupons' ? { status: 500, body: {} } : undefined);
    const { clean, of } = await objectsOf({ objects: ['customer', 'coupon'] });
    world.stripe.intercept = undefined;
    expect(clean).toBe(false);
    expect([of.customer?.drift, of.coupon]).toMatchObject([
      [],
      { drift: [], unanswered: true, note: expect.stringMatching(/^cannot be read/) },
    ]);
  });

  it('does not call drift what changes while it looks', async () => {
    const reply = world.stripe.intercept;
    // The list is old by the time it is compared: the event has already come.
    world.stripe.intercept = async (about) => {
      const answer = world.stripe.answer(about);
      if (about.path !== '/v1/customers') return answer;
      const event = world.stripe.put('acct_doc', {
        id: 'cus_7',
        object: 'customer',
        created: 1_690_604_800,
        email: `now ${Math.random()}`,
      });
      await world.kit.receive(world.stripe.webhook(event));
      return answer;
    };
    expect((await objectsOf({ objects: ['customer'] })).clean).toBe(true);
    world.stripe.intercept = reply;
  });
});
