import fc from 'fast-check';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { Shop } from './event-tables/shop.ts';
import { type TestPlatform, testPlatform } from './world.ts';

let world: TestPlatform;
beforeAll(async () => {
  world = await testPlatform();
});
afterAll(() => world.platform.close());

const PERIOD = 30 * 86_400;

/** `value × over / under`, rounded half away from zero: written here on its own, so that it can disagree. */
function rounded(value: number, over: number, under: number): number {
  const sign = value < 0 ? -1 : 1;
  const [top, bottom] = [BigInt(Math.abs(value)) * BigInt(over) * 2n, BigInt(under) * 2n];
  return sign * Number((top + BigInt(under)) / bottom) + 0;
}

interface Step {
  readonly at: number;
  readonly quantity: number;
}

/** What a sequence of changes of quantity must leave waiting, by the words of the documentation. */
function expected(mode: 'classic' | 'flexible', unit: number, first: number, steps: readonly Step[]): number[] {
  let debit = { amount: unit * first, from: 0 };
  let quantity = first;
  return steps.flatMap((step) => {
    if (step.quantity === quantity) return [];
    const left = PERIOD - step.at;
    const credit = mode === 'classic' ? -rounded(unit * quantity, left, PERIOD) : -rounded(debit.amount, left, PERIOD - debit.from);
    const charge = rounded(unit * step.quantity, left, PERIOD);
    debit = { amount: charge, from: step.at };
    quantity = step.quantity;
    return [credit + 0, charge];
  });
}

const sum = (values: readonly number[]): number => values.reduce((all, value) => all + value, 0);

test.each(['classic', 'flexible'] as const)(
  'whatever is changed when within a period, %s prorations are what the shares of time say, and add up on the next invoice',
  async (mode) => {
    const shop = new Shop(world.client());
    const { stripe } = shop;
    const step = fc.record({ at: fc.integer({ min: 0, max: PERIOD - 1 }), quantity: fc.integer({ min: 1, max: 9 }) });
    const steps = fc.array(step, { minLength: 1, maxLength: 4 }).map((list) => [...list].sort((a, b) => a.at - b.at));
    await fc.assert(
      fc.asyncProperty(fc.integer({ min: 1, max: 99_999 }), fc.integer({ min: 1, max: 9 }), steps, async (unit, first, changes) => {
        const price = await shop.price(unit, { recurring: { interval: 'day', interval_count: 30 } });
        const customer = await stripe.customers.create({});
        const made = await stripe.subscriptions.create({
          customer: customer.id,
          items: [{ price: price.id, quantity: first }],
          billing_mode: { type: mode },
          collection_method: 'send_invoice',
          days_until_due: 30,
        });
        const item = made.items.data[0]!;
        for (const { at, quantity } of changes) {
          await stripe.subscriptions.update(made.id, {
            items: [{ id: item.id, quantity }],
            proration_date: item.current_period_start + at,
          });
        }
        const waiting = (await stripe.invoiceItems.list({ customer: customer.id, pending: true, limit: 100 })).data.reverse();
        const amounts = waiting.map((each) => each.amount);
        expect(amounts).toEqual(expected(mode, unit, first, changes));
        // Each credit and each charge is rounded alone, so that the sum may be off by half a cent for each of them.
        const ideal = changes.reduce(
          (all, each, index) => all + (unit * (each.quantity - (changes[index - 1]?.quantity ?? first)) * (PERIOD - each.at)) / PERIOD,
          0,
        );
        expect(Math.abs(sum(amounts) - ideal)).toBeLessThanOrEqual(amounts.length);
        const bill = await stripe.subscriptions.update(made.id, {
          billing_cycle_anchor: { type: 'now' },
          proration_behavior: 'none',
          expand: ['latest_invoice'],
        });
        const next = bill.latest_invoice as unknown as { subtotal: number };
        expect(next.subtotal).toBe(sum(amounts) + unit * (changes.at(-1)?.quantity ?? first));
      }),
      { numRuns: 12 },
    );
  },
);
