import fc from 'fast-check';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { onEachDatabase } from '../../conformance/databases.ts';
import type { FakeEvent } from '../../conformance/fake-stripe.ts';
import { type MirroredWorld, mirroredWorld } from '../../conformance/mirrored-world.ts';

/** One change of an account. `late` moves its event behind others, `copies` is how often the webhook comes (0: never). */
interface Step {
  readonly what: 'put' | 'remove';
  readonly object: 'customer' | 'subscription' | 'invoice' | 'coupon';
  readonly which: number;
  readonly inside: number;
  readonly copies: number;
  readonly late: number;
  readonly elsewhere: boolean;
}

const step: fc.Arbitrary<Step> = fc.record({
  what: fc.constantFrom('put', 'put', 'put', 'remove'),
  object: fc.constantFrom('customer', 'subscription', 'invoice', 'coupon'),
  which: fc.integer({ min: 0, max: 2 }),
  inside: fc.constantFrom(1, 9, 10, 11, 13),
  copies: fc.constantFrom(0, 1, 1, 1, 2),
  late: fc.integer({ min: 0, max: 6 }),
  elsewhere: fc.boolean(),
});

onEachDatabase('the mirror is never wrong', (opened, kind) => {
  let world: MirroredWorld;
  beforeAll(async () => {
    world = await mirroredWorld(opened.current, { objects: ['customer', 'subscription', 'invoice', 'coupon'] });
    // A page is read at one moment and arrives at a later one, when it may already be old.
    let turn = 0;
    world.stripe.intercept = async (about) => {
      const reply = world.stripe.answer(about);
      await new Promise((done) => setTimeout(done, (turn++ * 7) % 20));
      return reply;
    };
    world.kit.work.start();
  });
  afterAll(() => world.close());

  let serial = 0;
  let value = 0;

  const perform = ({ what, object, which, inside }: Step, account: string): FakeEvent | undefined => {
    // Coupons have ids that merchants choose: the same in every account.
    const id = object === 'coupon' ? `SUMMER${which}` : `${object}_${account}_${which}`;
    const known = world.stripe.account(account).things.get(`${object}/${id}`);
    if (what === 'remove') return known === undefined || object === 'subscription' ? undefined : world.stripe.remove(account, object, id);
    const list = { object: 'list', data: Array.from({ length: inside }, (_, n) => ({ id: `${id}_${n}`, object: 'item', value })) };
    const lists = object === 'subscription' ? { items: list } : object === 'invoice' ? { lines: list } : {};
    return world.stripe.put(account, {
      id,
      object,
      created: known?.created ?? 1_700_000_000 + which,
      livemode: false,
      value: value++,
      ...lists,
    });
  };

  it('after catch-up it equals the source, field for field, whatever was lost, doubled, late or out of order', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(step, { minLength: 1, maxLength: 25 }), fc.integer({ min: 0, max: 25 }), async (steps, connectAt) => {
        const accounts = [`acct_${++serial}a`, `acct_${serial}b`] as const;
        const queue: { event: FakeEvent; at: number }[] = [];
        const deliver = async (upTo: number): Promise<void> => {
          const due = queue.filter(({ at }) => at <= upTo);
          queue.splice(0, queue.length, ...queue.filter(({ at }) => at > upTo));
          for (const { event } of due.sort((a, b) => a.at - b.at))
            expect((await world.kit.receive(world.stripe.webhook(event))).status).toBe(200);
        };
        for (const [n, one] of steps.entries()) {
          // The import races with what follows: nobody waits for it.
          if (n === Math.min(connectAt, steps.length - 1)) for (const account of accounts) await world.connect(account);
          const event = perform(one, one.elsewhere ? accounts[1] : accounts[0]);
          for (let copy = 0; event !== undefined && copy < one.copies; copy++) queue.push({ event, at: n + one.late * (copy + 1) });
          await deliver(n);
        }
        await deliver(Number.POSITIVE_INFINITY);
        for (const account of accounts) {
          await world.caughtUp(account);
          await world.kit.reconcile({ account, livemode: false });
          await world.caughtUp(account);
          expect(await world.differences(account)).toEqual([]);
        }
      }),
      { numRuns: kind === 'server' ? 25 : 12 },
    );
  }, 120_000);
});
