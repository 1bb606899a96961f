import fc from 'fast-check';
import { expect, it } from 'vitest';
import { inOrder, type Link, needBefore } from './chain.ts';

const link = (event: string, before: string | null, after: string, type = 'x.updated', at = 1): Link => ({
  event,
  type,
  at,
  before,
  after,
});

it('events of one second follow the states that they replaced', () => {
  const chain = [
    link('evt_9', null, 'a', 'x.created'),
    link('evt_3', 'a', 'b'),
    link('evt_7', 'b', 'c'),
    link('evt_1', 'c', 'd', 'x.deleted'),
  ];
  fc.assert(
    fc.property(fc.shuffledSubarray(chain, { minLength: 4 }), (shuffled) => {
      expect(inOrder(shuffled).map(({ event }) => event)).toEqual(['evt_9', 'evt_3', 'evt_7', 'evt_1']);
    }),
  );
});

it('a state that comes back is still told apart', () => {
  const chain = [link('evt_b', 'a', 'b'), link('evt_a', 'b', 'a'), link('evt_c', 'a', 'c')];
  fc.assert(
    fc.property(fc.shuffledSubarray(chain, { minLength: 3 }), (shuffled) => {
      const before = link('evt_0', null, 'a', 'x.created', 0);
      expect(inOrder([before, ...shuffled]).at(-1)?.after).toBe(inOrder([before, ...chain]).at(-1)?.after);
    }),
  );
});

it('whatever states come and go within a second, each event follows the state that it replaced', () => {
  const walk = fc
    .array(fc.constantFrom('a', 'b', 'c', 'd'), { minLength: 2, maxLength: 9 })
    .map((states) => states.filter((state, n) => state !== states[n - 1]));
  fc.assert(
    fc.property(walk, fc.infiniteStream(fc.nat({ max: 1_000 })), (states, chance) => {
      const begun = link('evt_0', null, states[0]!, 'x.created', 0);
      const changes = states.slice(1).map((after, n) => link(`evt_${chance.next().value}_${n}`, states[n]!, after));
      const ordered = inOrder([begun, ...changes]);
      for (const [n, { before }] of ordered.slice(1).entries()) expect(before).toBe(ordered[n]!.after);
    }),
  );
});

it('an event that changes nothing comes while its state stands, not after', () => {
  const before = link('evt_0', null, 'trialing', 'x.created', 0);
  const chain = [
    link('evt_9', null, 'trialing', 'x.trial_will_end'),
    link('evt_1', 'trialing', 'active'),
    link('evt_2', 'active', 'paused'),
  ];
  fc.assert(
    fc.property(fc.shuffledSubarray(chain, { minLength: 3 }), (shuffled) => {
      expect(inOrder([before, ...shuffled]).map(({ event }) => event)).toEqual(['evt_0', 'evt_9', 'evt_1', 'evt_2']);
    }),
  );
});

it('the order does not depend on the order of arrival, whatever the events say', () => {
  const any = fc.array(
    fc.record({
      event: fc.uuid(),
      type: fc.constantFrom('x.created', 'x.updated', 'x.deleted'),
      at: fc.integer({ min: 1, max: 3 }),
      after: fc.constantFrom('a', 'b', 'c'),
      before: fc.constantFrom('a', 'b', 'c', null),
    }),
    { maxLength: 8 },
  );
  fc.assert(
    fc.property(any, fc.infiniteStream(fc.nat()), (links, chance) => {
      const shuffled = [...links].sort(() => (chance.next().value % 2 === 0 ? 1 : -1));
      expect(inOrder(shuffled)).toEqual(inOrder(links));
    }),
  );
});

it('what was before an event is needed of those that share their second, and of a first one that began nothing', () => {
  const of = (subscription: string, event: string, at: number, type = 'x.updated') => ({ subscription, event, type, at });
  const alone = [
    of('sub_1', 'evt_2', 2),
    of('sub_1', 'evt_1', 1, 'x.created'),
    of('sub_1', 'evt_3', 3),
    of('sub_2', 'evt_4', 2, 'x.created'),
  ];
  expect(needBefore(alone)).toEqual([]);
  expect(needBefore([...alone, of('sub_1', 'evt_5', 3)])).toEqual(['evt_3', 'evt_5']);
  expect(needBefore([...alone, of('sub_2', 'evt_6', 1)])).toEqual(['evt_6']);
});
