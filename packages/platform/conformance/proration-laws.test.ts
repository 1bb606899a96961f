import fc from 'fast-check';
import type Stripe from 'stripe';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { Shop } from './event-tables/shop.ts';
import { type TestPlatform, testPlatform } from './world.ts';

let world: TestPlatform;
beforeAll(async () => {
  world = await testPlatform({ unlimitedClocks: true });
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
    // Of what came to nothing there is nothing to credit.
    const credits = mode === 'flexible' && debit.amount === 0 ? [] : [credit + 0];
    debit = { amount: charge, from: step.at };
    quantity = step.quantity;
    return [...credits, charge];
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
      { numRuns: 8 },
    );
  },
);

/** One change of a life: which price from then on, how many, and whether it is billed at once. */
interface Change {
  readonly hour: number;
  readonly price: 'small' | 'large' | 'long';
  readonly quantity: number;
  readonly coupon: boolean;
  readonly always: boolean;
}

const DAYS = { small: 30, large: 30, long: 60 } as const;
const UNIT = { small: 1999, large: 4321, long: 5003 } as const;
const PERCENT_OFF = 15;
const TAX = 7.25;

interface Life {
  readonly mode: 'classic' | 'flexible';
  readonly coupon: boolean;
  readonly changes: readonly Change[];
  readonly ends: number;
}

async function live(shop: Shop, life: Life) {
  const { stripe } = shop;
  const clock = await shop.clock();
  const customer = await shop.customer('tok_visa', { test_clock: clock.id });
  const coupon = await stripe.coupons.create({ percent_off: PERCENT_OFF, duration: 'forever' });
  const tax = await stripe.taxRates.create({ display_name: 'VAT', percentage: TAX, inclusive: false });
  const priceOf = async (name: Change['price']) =>
    (await shop.price(UNIT[name], { recurring: { interval: 'day', interval_count: DAYS[name] } })).id;
  const prices = { small: await priceOf('small'), large: await priceOf('large'), long: await priceOf('long') };
  const made = await stripe.subscriptions.create({
    customer: customer.id,
    items: [{ price: prices.small, quantity: 1 }],
    billing_mode: { type: life.mode },
    default_tax_rates: [tax.id],
    ...(life.coupon && { discounts: [{ coupon: coupon.id }] }),
  });
  let hour = 0;
  const to = async (wanted: number): Promise<void> => {
    if (wanted > hour) await shop.advance(clock.id, (wanted - hour) * 3600);
    hour = wanted;
  };
  for (const change of life.changes) {
    await to(change.hour);
    await stripe.subscriptions.update(made.id, {
      items: [{ id: made.items.data[0]!.id, price: prices[change.price], quantity: change.quantity }],
      proration_behavior: change.always ? 'always_invoice' : 'create_prorations',
      // A classic credit goes by the last invoice's discounts, whatever was billed: there the coupon stays as it is.
      ...(life.mode === 'flexible' && { discounts: change.coupon ? [{ coupon: coupon.id }] : '' }),
    });
  }
  await to(life.ends);
  await stripe.subscriptions.cancel(made.id, { invoice_now: true, prorate: true });
  const invoices = (await stripe.invoices.list({ customer: customer.id, limit: 100 })).data;
  const charges = (await stripe.charges.list({ customer: customer.id, limit: 100 })).data;
  const { balance } = (await stripe.customers.retrieve(customer.id)) as Stripe.Customer;
  return { invoices, charges, balance };
}

/** What the life costs without tax, if seconds were sold one by one: from one change that is priced to the next. */
function ideal({ mode, coupon, changes, ends }: Life): number {
  let now: { price: Change['price']; quantity: number; coupon: boolean } = { price: 'small', quantity: 1, coupon };
  let since = 0;
  let sum = 0;
  let net = now;
  const spend = (until: number): void => {
    const amount = UNIT[net.price] * net.quantity * (net.coupon ? 1 - PERCENT_OFF / 100 : 1);
    sum += (amount * (until - since)) / (DAYS[net.price] * 24);
    since = until;
  };
  for (const change of changes) {
    const next = { ...change, coupon: mode === 'flexible' ? change.coupon : coupon };
    // A coupon alone changes nothing that has been billed.
    const isPriced = next.price !== now.price || next.quantity !== now.quantity;
    if (isPriced) {
      spend(change.hour);
      net = next;
    }
    now = next;
  }
  spend(ends);
  return sum;
}

const amounts = (parts: readonly { amount: number }[] | null | undefined): number => sum((parts ?? []).map((part) => part.amount));

test.each(['classic', 'flexible'] as const)(
  'whatever price, interval, quantity and coupon change when, a %s life costs what its time did, tax with it, and the books hold',
  async (mode) => {
    const shop = new Shop(world.client());
    const change = fc.record({
      hour: fc.integer({ min: 0, max: 700 }),
      price: fc.constantFrom('small' as const, 'large' as const, 'long' as const),
      quantity: fc.integer({ min: 1, max: 5 }),
      coupon: fc.boolean(),
      always: fc.boolean(),
    });
    const lives = fc.record({
      coupon: fc.boolean(),
      changes: fc.array(change, { minLength: 1, maxLength: 4 }).map((list) => [...list].sort((a, b) => a.hour - b.hour)),
      ends: fc.integer({ min: 701, max: 719 }),
    });
    await fc.assert(
      fc.asyncProperty(lives, async (given) => {
        const life = { mode, ...given };
        const { invoices, charges, balance } = await live(shop, life);
        for (const invoice of invoices) {
          const { data: lines } = invoice.lines;
          expect(invoice.subtotal).toBe(sum(lines.map((line) => line.amount)));
          const off = amounts(invoice.total_discount_amounts);
          expect(invoice.total).toBe(invoice.subtotal - off + amounts(invoice.total_taxes));
          expect(amounts(invoice.total_taxes)).toBe(sum(lines.map((line) => amounts(line.taxes))));
          expect(off).toBe(sum(lines.map((line) => amounts(line.discount_amounts))));
        }
        expect(sum(charges.map((charge) => charge.amount_captured)) + balance).toBe(sum(invoices.map((invoice) => invoice.total)));
        const lines = sum(invoices.map((invoice) => invoice.lines.data.length));
        const net = sum(invoices.map((invoice) => invoice.subtotal - amounts(invoice.total_discount_amounts)));
        expect(Math.abs(net - ideal(life))).toBeLessThanOrEqual(lines);
        expect(Math.abs(sum(invoices.map((invoice) => amounts(invoice.total_taxes))) - (net * TAX) / 100)).toBeLessThanOrEqual(lines);
      }),
      { numRuns: 10 },
    );
  },
  30_000,
);
