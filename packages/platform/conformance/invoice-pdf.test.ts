import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { Shop } from './event-tables/shop.ts';
import { readPdf } from './read-pdf.ts';
import { type TestPlatform, testPlatform } from './world.ts';

let world: TestPlatform;
beforeAll(async () => {
  world = await testPlatform();
});
afterAll(() => world.platform.close());

async function fetchPdf(url: string | null | undefined): Promise<Buffer> {
  const answer = await fetch(url!);
  expect([answer.status, answer.headers.get('content-type')]).toEqual([200, 'application/pdf']);
  return Buffer.from(await answer.arrayBuffer());
}

describe('the PDF of an invoice', () => {
  test('opens, and says what the invoice says in text that can be selected', async () => {
    const shop = new Shop(world.client());
    const rate = await shop.stripe.taxRates.create({ display_name: 'VAT', percentage: 19, inclusive: false });
    const customer = await shop.customer(undefined, {
      name: 'Zoë (Çelik) \\ Söhne',
      email: 'zoe@example.com',
      address: { city: 'Köln', country: 'DE' },
    });
    const open = await shop.open(customer.id, 12_345, {
      default_tax_rates: [rate.id],
      description: 'Thank you.',
      footer: 'Pay soon.',
      custom_fields: [{ name: 'Order', value: 'A-77' }],
      rendering: { pdf: { page_size: 'a4' } },
    });
    expect(open.invoice_pdf!.startsWith(world.platform.url)).toBe(true);
    const pdf = readPdf(await fetchPdf(open.invoice_pdf));
    expect([pdf.title, pdf.pages, pdf.size]).toEqual([`Invoice ${open.number}`, 1, [595, 842]]);
    for (const text of [
      open.number!,
      'Zoë (Çelik) \\ Söhne',
      'Köln',
      '$123.45',
      'VAT (19%)',
      '$23.46',
      '$146.91',
      'Amount due',
      'Thank you.',
      'Pay soon.',
      'Order',
      'A-77',
    ])
      expect(pdf.text).toContain(text);
  });

  test('goes over several sheets, each line whole, and is the same bytes each time', async () => {
    const shop = new Shop(world.client());
    const draft = await shop.draft((await shop.customer()).id, 0);
    const lines = Array.from({ length: 60 }, (_, index) => ({ amount: 100 + index, description: `Line number ${index}` }));
    await shop.stripe.invoices.addLines(draft.id, { lines });
    const { invoice_pdf: url } = await shop.stripe.invoices.finalizeInvoice(draft.id);
    const [first, second] = [await fetchPdf(url), await fetchPdf(url)];
    expect(first.equals(second)).toBe(true);
    const pdf = readPdf(first);
    expect(pdf.pages).toBeGreaterThan(1);
    for (const { description } of lines) expect(pdf.text.split('\n').filter((text) => text === description)).toHaveLength(1);
    expect(pdf.text).toContain(`Page ${pdf.pages} of ${pdf.pages}`);
  });

  test('is nobody’s who does not have the whole address', async () => {
    const shop = new Shop(world.client());
    const open = await shop.open((await shop.customer()).id, 1000);
    const guessed = open.invoice_pdf!.replace(/.{8}\/pdf$/, 'AAAAAAAA/pdf');
    expect((await fetch(guessed)).status).toBe(404);
  });
});

test('the PDF of a credit note names its invoice and what was given back', async () => {
  const shop = new Shop(world.client());
  const paid = await shop.paid((await shop.customer('tok_visa')).id, 5000);
  const note = await shop.stripe.creditNotes.create({
    invoice: paid.id,
    amount: 1500,
    refund_amount: 1000,
    credit_amount: 500,
    memo: 'Sorry.',
  });
  const pdf = readPdf(await fetchPdf(note.pdf));
  for (const text of [note.number, paid.number!, 'Refunded', '$10.00', "Added to the customer's balance", '$5.00', 'Sorry.'])
    expect(pdf.text).toContain(text);
});
