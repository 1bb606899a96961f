import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { DeliveryRecord } from '../webhooks/records.ts';
import { Faults } from './faults.ts';
import { type AccountRate, RateLimiter } from './rate.ts';
import { readRecipe } from './recipe.ts';

const delivery = (type: string, account = 'acct_1'): DeliveryRecord =>
  ({ id: `${type}.we_1`, type, account, livemode: false, endpoint: 'we_1' }) as DeliveryRecord;

describe('chance', () => {
  const recipe = (seed: number) =>
    readRecipe({
      seed,
      rules: [
        { fault: 'drop', share: 0.3 },
        { fault: 'duplicate', share: 0.2, type: 'customer.*' },
        { fault: 'delay', from: 0, to: 2, share: 0.5 },
      ],
    });
  const fates = (seed: number, types: readonly string[]) => {
    const faults = new Faults();
    faults.set(recipe(seed));
    return types.map((type) => faults.delivery(delivery(type)));
  };
  const types = fc.array(fc.constantFrom('customer.created', 'customer.updated', 'invoice.paid'), { minLength: 40, maxLength: 80 });

  test('the same seed meets the same sequence in the same way, another seed in another', () => {
    fc.assert(
      fc.property(types, fc.integer({ min: 1, max: 1000 }), (sequence, seed) => {
        expect(fates(seed, sequence)).toEqual(fates(seed, sequence));
        expect(fates(seed, sequence)).not.toEqual(fates(seed + 1, sequence));
      }),
    );
  });

  test('strikes about as often as its share says, within its scope alone, and no more often than its count', () => {
    const faults = new Faults();
    faults.set(
      readRecipe({
        rules: [
          { fault: 'drop', share: 0.25, account: 'acct_1' },
          { fault: 'duplicate', count: 3 },
        ],
      }),
    );
    const drops = Array.from({ length: 4000 }, () => faults.delivery(delivery('a.b')).drop).filter(Boolean).length;
    expect(drops).toBeGreaterThan(900);
    expect(drops).toBeLessThan(1100);
    expect(Array.from({ length: 100 }, () => faults.delivery(delivery('a.b', 'acct_2')).drop)).not.toContain(true);
    expect(faults.state.rules).toMatchObject([
      { seen: 4000, hits: drops },
      { seen: 4100, hits: 3 },
    ]);
  });
});

describe('a recipe', () => {
  test('is the same in YAML and in JSON', () => {
    const yaml =
      'seed: 7\nrules:\n  - fault: duplicate\n    share: 0.2\n  - fault: error\n    operation: POST /v1/customers\n    when: after\n';
    const rules = [
      { fault: 'duplicate', share: 0.2 },
      { fault: 'error', operation: 'POST /v1/customers', when: 'after' },
    ];
    expect(readRecipe({ yaml })).toEqual(readRecipe({ seed: 7, rules }));
  });

  test.each([
    [{ rules: [{ fault: 'melt' }] }, '\'fault\' is "melt", but must be one of: duplicate'],
    [{ rules: [{}] }, "'fault' is missing"],
    [{ rules: [{ fault: 'drop', share: 2 }] }, "'share' is 2 in rules[0]"],
    [{ rules: [{ fault: 'drop', share: '0.2' }] }, '\'share\' is "0.2", but must be a number'],
    [{ rules: [{ fault: 'drop', operation: 'GET /v1/x' }] }, "'operation' is no member of rules[0]"],
    [{ rules: [{ fault: 'slow' }, { fault: 'delay', to: -1 }] }, "'to' is -1 in rules[1]"],
    [{ rules: ['drop'] }, 'rules[0] is "drop"'],
    [{ seed: 1 }, "'rules' is missing"],
    [{ seed: 0.5, rules: [] }, "'seed' is 0.5"],
    [{ yaml: 'rules: [' }, 'The recipe is no YAML'],
    [{ yaml: 'rulez: []' }, "'rulez' is no member of a recipe"],
  ])('%j is refused with what is wrong', (given, sentence) => {
    expect(() => readRecipe(given as Parameters<typeof readRecipe>[0])).toThrow(sentence);
  });
});

test('the rate of an account is the fullest window that slides over its requests', () => {
  fc.assert(
    fc.property(fc.array(fc.record({ pause: fc.nat(400), operation: fc.constantFrom('a', 'b') }), { maxLength: 120 }), (steps) => {
      const rates = new RateLimiter();
      rates.set({ test: 5, live: 100, endpoint: 100, window: 1000, enforce: true });
      let now = 0;
      const times: number[] = [];
      const refused: boolean[] = [];
      for (const { pause, operation } of steps) {
        now += pause;
        times.push(now);
        refused.push(rates.ask({ account: 'acct_1', livemode: false, operation }, now) !== undefined);
      }
      const within = (at: number, end: number): number => times.slice(0, end + 1).filter((time) => time > at - 1000).length;
      const counts = times.map(within);
      expect(refused).toEqual(counts.map((count) => count > 5));
      const [rate] = rates.rates() as [AccountRate | undefined];
      if (steps.length > 0) expect(rate).toMatchObject({ requests: steps.length, peak: Math.max(...counts) });
    }),
  );
});
