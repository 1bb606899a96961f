import type Stripe from 'stripe';
import type { ExtensionWorld } from '../extension-world.ts';
import { clientOf, inventKey } from '../world.ts';

const DAY = 86_400;

/** An account of its own with an official SDK client, and short ways to what most rows need. */
export class Shop {
  readonly stripe: Stripe;

  constructor(stripe: Stripe) {
    this.stripe = stripe;
  }

  /** A customer; with a `tok_…` it has that card as its default. */
  async customer(card?: string, params: Stripe.CustomerCreateParams = {}): Promise<Stripe.Customer> {
    if (card === undefined) return this.stripe.customers.create(params);
    const method = await this.stripe.paymentMethods.create({ type: 'card', card: { token: card } });
    return this.stripe.customers.create({
      ...params,
      payment_method: method.id,
      invoice_settings: { default_payment_method: method.id },
    });
  }

  /** A price of a product of its own: monthly, or once. */
  async price(amount: number, params: Partial<Stripe.PriceCreateParams> = { recurring: { interval: 'month' } }): Promise<Stripe.Price> {
    const product = await this.stripe.products.create({ name: 'Pro' });
    return this.stripe.prices.create({ product: product.id, currency: 'usd', unit_amount: amount, ...params });
  }

  /** A draft invoice with one line of an amount in US cents. */
  async draft(customer: string, amount: number, params: Stripe.InvoiceCreateParams = {}): Promise<Stripe.Invoice> {
    const made = await this.stripe.invoices.create({ customer, currency: 'usd', ...params });
    if (amount !== 0) await this.stripe.invoiceItems.create({ customer, invoice: made.id, amount, currency: 'usd', description: 'Work' });
    return this.stripe.invoices.retrieve(made.id);
  }

  /** A finalised invoice with one line. */
  async open(customer: string, amount: number, params: Stripe.InvoiceCreateParams = {}): Promise<Stripe.Invoice> {
    return this.stripe.invoices.finalizeInvoice((await this.draft(customer, amount, params)).id);
  }

  /** A paid invoice with one line; the customer needs a card. */
  async paid(customer: string, amount: number, params: Stripe.InvoiceCreateParams = {}): Promise<Stripe.Invoice> {
    return this.stripe.invoices.pay((await this.draft(customer, amount, params)).id);
  }

  /** A test clock that stands at 1 January 2026, noon. */
  clock(): Promise<Stripe.TestHelpers.TestClock> {
    return this.stripe.testHelpers.testClocks.create({ frozen_time: Date.UTC(2026, 0, 1, 12) / 1000 });
  }

  /** Moves a clock by so many seconds and waits until it has arrived. */
  async advance(clock: string, seconds: number): Promise<void> {
    const { frozen_time: now } = await this.stripe.testHelpers.testClocks.retrieve(clock);
    await this.stripe.testHelpers.testClocks.advance(clock, { frozen_time: now + seconds });
    while ((await this.stripe.testHelpers.testClocks.retrieve(clock)).status !== 'ready');
  }

  advanceDays(clock: string, days: number): Promise<void> {
    return this.advance(clock, days * DAY);
  }

  /** The account's events, oldest first. */
  async events(): Promise<Stripe.Event[]> {
    const events: Stripe.Event[] = [];
    for await (const event of this.stripe.events.list({ limit: 100 })) events.unshift(event);
    return events;
  }
}

/** A shop on a platform that its rows may move in time, and whose accounts they may connect. */
export class StagedShop extends Shop {
  readonly stage: ExtensionWorld;
  private readonly key: string;

  constructor(stage: ExtensionWorld, key = inventKey(), account?: string) {
    super(clientOf(stage.platform, key, account === undefined ? {} : { stripeAccount: account }));
    this.stage = stage;
    this.key = key;
  }

  /** The same key, acting for a connected account. */
  for(account: string): StagedShop {
    return new StagedShop(this.stage, this.key, account);
  }

  /** Moves the platform's own clock. */
  days(count: number): void {
    const { clock } = this.stage.platform;
    clock.set(clock.nowMs() + count * DAY * 1000);
  }
}
