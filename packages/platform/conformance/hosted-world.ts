import type { Locator, Page } from 'playwright-core';
import type Stripe from 'stripe';

/* What the tests of the hosted pages share: things to sell, cards, and a person who fills in forms. */

export const CARDS = {
  good: '4242 4242 4242 4242',
  other: '5555 5555 5555 4444',
  declined: '4000 0000 0000 0002',
  asks: '4000 0027 6000 3184',
} as const;

/** Fills in the card form of the page. */
export async function fillCard(page: Page, number: string): Promise<void> {
  await page.getByLabel('Card number').fill(number);
  await page.getByLabel('Expiry').fill('12 / 34');
  await page.getByLabel('CVC').fill('123');
  const name = page.getByLabel('Name on card');
  if (await name.isVisible()) await name.fill('Ada Lovelace');
}

export const button = (page: Page, name: string | RegExp): Locator => page.getByRole('button', { name });

/** A product with a price a month, in euro cents. */
export async function monthly(stripe: Stripe, name: string, amount: number): Promise<Stripe.Price> {
  return stripe.prices.create({ currency: 'eur', unit_amount: amount, recurring: { interval: 'month' }, product_data: { name } });
}

/** The types of an account's events, oldest first. */
export async function eventTypes(stripe: Stripe): Promise<string[]> {
  const { data } = await stripe.events.list({ limit: 100 });
  return data.map((event) => event.type).reverse();
}
