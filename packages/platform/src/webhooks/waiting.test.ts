import fc from 'fast-check';
import { expect, test } from 'vitest';
import { Waiting } from './waiting.ts';

test('what waits is taken when it is due, soonest first, and nothing is lost', () => {
  fc.assert(
    fc.property(fc.array(fc.oneof(fc.nat(50), fc.record({ takeBy: fc.nat(60) })), { maxLength: 200 }), (steps) => {
      const waiting = new Waiting();
      let model: { at: number; id: string }[] = [];
      for (const [i, step] of steps.entries()) {
        if (typeof step === 'number') {
          waiting.add({ at: step, id: `d${i}` });
          model.push({ at: step, id: `d${i}` });
          continue;
        }
        const taken = waiting.take(step.takeBy);
        expect(taken.map((due) => due.at)).toEqual(
          model
            .filter((due) => due.at <= step.takeBy)
            .map((due) => due.at)
            .sort((a, b) => a - b),
        );
        model = model.filter((due) => !taken.some((one) => one.id === due.id));
        expect([waiting.size, waiting.soonest?.at]).toEqual([
          model.length,
          model.length ? Math.min(...model.map((due) => due.at)) : undefined,
        ]);
      }
    }),
  );
});
