import { expectNoSeriousAxe } from '@annex/testkit/browser';
import type Stripe from 'stripe';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { button, CARDS, fillCard } from './hosted-world.ts';
import { inBrowser } from './in-browser.ts';
import { type TestPlatform, testPlatform } from './world.ts';

/* The page of an invoice, as its customer pays it. */

let world: TestPlatform;
beforeAll(async () => {
  world = await testPlatform();
});
afterAll(() => world.platform.close());

/** A finalised invoice over 100.00 less 10 %, with 19 % tax on top, and due in 30 days. */
async function sent(stripe: Stripe): Promise<Stripe.Invoice> {
  const customer = await stripe.customers.create({ name: 'Ada Lovelace', email: 'ada@example.com' });
  const rate = await stripe.taxRates.create({ display_name: 'VAT', percentage: 19, inclusive: false });
  const coupon = await stripe.coupons.create({ name: 'Friends', percent_off: 10 });
  const invoice = await stripe.invoices.create({
    customer: customer.id,
    currency: 'eur',
    collection_method: 'send_invoice',
    days_until_due: 30,
    default_tax_rates: [rate.id],
    discounts: [{ coupon: coupon.id }],
    description: 'Thank you for your trust.',
  });
  await stripe.invoiceItems.create({ customer: customer.id, invoice: invoice.id, amount: 10_000, currency: 'eur', description: 'Design' });
  return stripe.invoices.finalizeInvoice(invoice.id);
}

inBrowser('The page of an invoice', (given) => {
  test('says what it comes to, and is paid by a card after another one was declined', async () => {
    const stripe = world.client();
    const invoice = await sent(stripe);
    const page = await given.page({ javaScript: false, width: 390 });
    await page.goto(invoice.hosted_invoice_url!);
    const text = await page.locator('main').textContent();
    for (const part of ['Design', 'Friends', '−€10.00', 'VAT 19 %', '€17.10', '€107.10', 'Due on', 'Thank you for your trust.'])
      expect(text).toContain(part);
    await fillCard(page, CARDS.declined);
    await button(page, 'Pay €107.10').click();
    expect(await page.getByRole('alert').textContent()).toBe('Your card was declined.');
    await fillCard(page, CARDS.good);
    await button(page, 'Pay €107.10').click();
    await page.getByRole('heading', { name: 'This invoice is paid' }).waitFor();
    expect(await stripe.invoices.retrieve(invoice.id)).toMatchObject({ status: 'paid', amount_paid: 10_710, amount_remaining: 0 });
  });

  test('a bank that asks is asked, and leads back to the paid invoice', async () => {
    const stripe = world.client();
    const invoice = await sent(stripe);
    const page = await given.page();
    await page.goto(invoice.hosted_invoice_url!);
    await expectNoSeriousAxe(page);
    await fillCard(page, CARDS.asks);
    await button(page, /^Pay/).click();
    await button(page, 'Fail the authentication').click();
    await page.getByRole('alert').waitFor();
    await fillCard(page, CARDS.asks);
    await button(page, /^Pay/).click();
    await button(page, 'Approve').click();
    await page.getByRole('heading', { name: 'This invoice is paid' }).waitFor();
    await expectNoSeriousAxe(page);
    expect((await stripe.invoices.retrieve(invoice.id)).status).toBe('paid');
  });

  test('a voided invoice asks for nothing', async () => {
    const stripe = world.client();
    const invoice = await stripe.invoices.voidInvoice((await sent(stripe)).id);
    const page = await given.page();
    await page.goto(invoice.hosted_invoice_url!);
    await page.getByRole('heading', { name: 'This invoice was voided' }).waitFor();
    expect(await page.getByLabel('Card number').count()).toBe(0);
  });
});
