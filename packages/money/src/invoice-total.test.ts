import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { classicCredit, creditLine, flexibleCredits, minimumCharge, settleInvoice, totalInvoice } from './index.ts';

const sum = (values: readonly number[]): number => values.reduce((all, value) => all + value, 0);
const vat = { id: 'vat', percentage: 20, inclusive: true };
const sales = { id: 'sales', percentage: 10, inclusive: false };
const line = (amount: number, rates: readonly (typeof vat)[] = []) => ({ amount, discountable: true, rates });
const off = (id: string, amount_off: number) => ({ id, amount_off, percent_off: null });
const percent = (id: string, percent_off: number) => ({ id, percent_off, amount_off: null });

describe('worked examples of totals', () => {
  test('two lines at 15 % are rounded each on its own: 5.27 and 0.79 are 6.06 (documented)', () => {
    const rate = { id: 'txr', percentage: 15, inclusive: false };
    const total = totalInvoice({ lines: [line(43, [rate]), line(484, [rate])], discounts: [], exempt: false });
    expect([total.subtotal, total.taxes[0]!.amount, total.total, total.total_excluding_tax]).toEqual([527, 79, 606, 527]);
  });
  test('tax is taken of what the discounts left', () => {
    const total = totalInvoice({ lines: [line(10_000, [sales])], discounts: [percent('di', 25)], exempt: false });
    expect([total.subtotal, total.discount_amounts, total.taxes[0]!.amount, total.total]).toEqual([
      10_000,
      [{ amount: 2500, discount: 'di' }],
      750,
      8250,
    ]);
  });
  test('of an inclusive price subtotal and total hold the tax, the other two do not', () => {
    const total = totalInvoice({ lines: [line(12_000, [vat])], discounts: [percent('di', 50)], exempt: false });
    expect([total.subtotal, total.subtotal_excluding_tax, total.total, total.total_excluding_tax]).toEqual([12_000, 10_000, 6000, 5000]);
  });
  test("a line's own discount comes before the invoice's", () => {
    const lines = [{ ...line(1000), discounts: [off('own', 500)] }, line(1000)];
    const total = totalInvoice({ lines, discounts: [percent('all', 10)], exempt: false });
    expect(total.lines.map((each) => each.discount_amounts)).toEqual([
      [
        { amount: 500, discount: 'own' },
        { amount: 50, discount: 'all' },
      ],
      [{ amount: 100, discount: 'all' }],
    ]);
    expect(total.total).toBe(1350);
  });
  test('shipping is taxed and never discounted', () => {
    const total = totalInvoice({
      lines: [line(1000)],
      discounts: [percent('all', 100)],
      shipping: { amount: 500, rates: [sales] },
      exempt: false,
    });
    expect([total.total, total.total_excluding_tax, total.shipping.amount_tax, total.shipping.amount_total]).toEqual([550, 500, 50, 550]);
  });
  test('taxes that were reckoned elsewhere are taken as they are', () => {
    const given = { rate: 'txr', inclusive: false, amount: 7 as never, taxable_amount: 1000 as never };
    expect(totalInvoice({ lines: [{ ...line(1000, [sales]), taxes: [given] }], discounts: [], exempt: false }).total).toBe(1007);
  });
});

test('whatever the lines, discounts and rates: an invoice is the sum of its parts', () => {
  const rates = fc.subarray([
    vat,
    sales,
    { id: 'gst', percentage: 9.975, inclusive: false },
    { id: 'city', percentage: 0.5, inclusive: true },
  ]);
  const discount = fc.oneof(
    fc.integer({ min: 1, max: 10_000 }).map((part) => ({ percent_off: part / 100, amount_off: null })),
    fc.integer({ min: 1, max: 100_000 }).map((part) => ({ percent_off: null, amount_off: part })),
  );
  const given = fc.record({
    amount: fc.integer({ min: -100_000, max: 1_000_000 }),
    discountable: fc.boolean(),
    rates,
    own: fc.array(discount, { maxLength: 2 }),
  });
  const named = (list: readonly { percent_off: number | null; amount_off: number | null }[], prefix: string) =>
    list.map((each, index) => ({ id: `${prefix}${index}`, ...each }));
  const shipping = fc.option(fc.record({ amount: fc.integer({ min: 0, max: 5000 }), rates }), { nil: undefined });
  fc.assert(
    fc.property(
      fc.array(given, { maxLength: 6 }),
      fc.array(discount, { maxLength: 3 }),
      shipping,
      fc.boolean(),
      (parts, shared, shipped, exempt) => {
        const lines = parts.map((part, index) => ({ ...part, discounts: named(part.own, `own${index}_`) }));
        const total = totalInvoice({ lines, discounts: named(shared, 'all_'), shipping: shipped, exempt });
        const taxes = total.lines.flatMap((each) => each.taxes);
        const tax = sum(total.taxes.map((each) => each.amount));
        expect(total.subtotal).toBe(sum(lines.map((each) => each.amount)));
        expect(sum(total.discount_amounts.map((each) => each.amount))).toBe(
          sum(total.lines.flatMap((each) => each.discount_amounts.map((part) => part.amount))),
        );
        expect(tax).toBe(sum(taxes.map((each) => each.amount)) + total.shipping.amount_tax);
        expect(total.total - tax).toBe(total.total_excluding_tax);
        expect(total.total_excluding_tax).toBe(
          sum(total.lines.map((each) => each.excluding_tax)) + total.shipping.amount_total - total.shipping.amount_tax,
        );
        if (exempt) expect(tax).toBe(0);
      },
    ),
  );
});

describe("the customer's balance", () => {
  test.each([
    ['a credit pays the invoice', 1000, -300, 700, 0],
    ['what is left of a credit stays', 1000, -2500, 0, -1500],
    ['a debt is collected with the next invoice', 1000, 300, 1300, 0],
    ['an invoice below zero becomes a credit', -500, 0, 0, -500],
    ['too little to charge waits on the balance', 20, 0, 0, 20],
    ['with what has gathered it is enough', 40, 20, 60, 0],
  ])('%s', (_name, total, starting, due, ending) => {
    expect(settleInvoice(total, starting, 'usd')).toMatchObject({ due, ending });
  });
  test('what is due and the balance after it are the total and the balance before it', () => {
    const value = fc.integer({ min: -1e6, max: 1e6 });
    fc.assert(
      fc.property(value, value, fc.constantFrom('usd', 'jpy', 'czk', 'xxx'), (total, starting, currency) => {
        const { due, ending, applied, tooSmall } = settleInvoice(total, starting, currency);
        expect(due + ending).toBe(total + starting);
        expect(starting + applied + tooSmall).toBe(ending);
        expect(due === 0 || due >= minimumCharge(currency)).toBe(true);
      }),
    );
  });
});

describe('classic and flexible credits (documented)', () => {
  const month = { start: 0, end: 30 };
  test('10 to 20 unbilled on day 10, back on day 20: classic credits 6.67, flexible the 3.33 that were paid', () => {
    expect(classicCredit({ price: 2000, discount: 0 }, month, 20)).toBe(-667);
    expect(flexibleCredits([{ amount: 1000, span: month }], 20)).toEqual([-333]);
  });
  test('5 off over 10 and 20, the 10 removed half way: classic −2.50, flexible −4.17', () => {
    expect(classicCredit({ price: 1000, discount: 500 }, month, 15)).toBe(-250);
    expect(flexibleCredits([{ amount: 1000 - 166, span: month }], 15)).toEqual([-417]);
  });
});

describe('a credit of a line', () => {
  test('half of 10.00 less 1.00 with 20 % gives back half of each', () => {
    const line = { amount: 1000, discounts: [100], taxes: [{ amount: 180, taxable_amount: 900 }] };
    expect(creditLine(line, 0, 500)).toEqual({ discounts: [50], taxes: [{ amount: 90, taxable_amount: 450 }] });
  });
  test('bit by bit comes to the whole line, to the cent', () => {
    const whole = fc.integer({ min: 0, max: 1e6 });
    fc.assert(
      fc.property(
        fc.array(fc.integer({ min: 1, max: 1e5 }), { minLength: 1, maxLength: 8 }),
        whole,
        whole,
        whole,
        (bits, off, tax, base) => {
          const line = { amount: sum(bits), discounts: [off], taxes: [{ amount: tax, taxable_amount: base }] };
          let before = 0;
          const credits = bits.map((bit) => {
            const credit = creditLine(line, before, bit);
            before += bit;
            return credit;
          });
          expect(sum(credits.map((each) => each.discounts[0]!))).toBe(off);
          expect(sum(credits.map((each) => each.taxes[0]!.amount))).toBe(tax);
          expect(sum(credits.map((each) => each.taxes[0]!.taxable_amount))).toBe(base);
        },
      ),
    );
  });
});
