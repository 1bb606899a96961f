import { type StripeObject, valueAt, type World } from '../engine/index.ts';
import type { Platform } from '../platform.ts';
import { callAsOwner, type OwnCall } from './own-call.ts';
import { decimalsOf } from './values.tsx';

/** Things that happen to a business, each made of real API requests, so that an extension has something to see. */
export interface Recipe {
  readonly name: string;
  readonly label: string;
  readonly sentence: string;
  readonly fields: readonly RecipeField[];
  readonly run: (kitchen: Kitchen, given: Given) => StripeObject;
}

type Given = Readonly<Record<string, string>>;

export interface RecipeField {
  readonly name: string;
  readonly label: string;
  readonly value?: string;
  readonly options?: readonly (readonly [value: string, label: string])[];
}

/** A recipe that could not be finished: what was done before stays done. */
export class Spoiled extends Error {}

/** Makes requests for a recipe and remembers them. */
export class Kitchen {
  readonly requests: string[] = [];
  private readonly platform: Platform;
  private readonly world: World;

  constructor(platform: Platform, world: World) {
    this.platform = platform;
    this.world = world;
  }

  call(call: OwnCall): StripeObject {
    const answer = callAsOwner(this.platform, this.world, call);
    this.requests.push(answer.requestId);
    if (answer.refusal !== undefined) throw new Spoiled(`${call.method} ${call.path}: ${answer.refusal}`);
    return answer.body;
  }

  post(path: string, form: OwnCall['form'] = {}): StripeObject {
    return this.call({ method: 'POST', path, form });
  }

  /** The newest object with these values, or a sentence that says there is none. */
  newest(kind: string, words: string, where: readonly (readonly [path: string, value: unknown])[]): StripeObject {
    const filter = (object: StripeObject): boolean => where.every(([path, value]) => valueAt(object, path) === value);
    const row = this.platform.store.page(this.world, kind, { filter, limit: 1 }).rows[0];
    if (row === undefined) throw new Spoiled(`There is no ${words} yet. Make one first.`);
    return JSON.parse(row.text) as StripeObject;
  }

  pick(list: readonly string[]): string {
    return list[Number.parseInt(Buffer.from(this.platform.ids.random(4)).toString('hex'), 16) % list.length]!;
  }

  /** `29.00` in the account's currency, in its minor unit. */
  minor(amount: string | undefined): string {
    const number = Number((amount ?? '').replace(',', '.'));
    if (!Number.isFinite(number) || number <= 0) throw new Spoiled(`'${amount}' is no amount. Write it as 29.00.`);
    return String(Math.round(number * 10 ** decimalsOf(this.currency)));
  }

  get currency(): string {
    return this.platform.accounts.account(this.world.account)?.default_currency ?? 'usd';
  }
}

const FIRST = [
  'Ada',
  'Basil',
  'Clara',
  'Dario',
  'Edith',
  'Farid',
  'Greta',
  'Hugo',
  'Ines',
  'Jonas',
  'Kaya',
  'Lena',
  'Mira',
  'Nico',
  'Oona',
  'Pavel',
];
const LAST = [
  'Abel',
  'Brandt',
  'Castro',
  'Dumont',
  'Eriksen',
  'Falk',
  'Garnier',
  'Hansen',
  'Ito',
  'Jensen',
  'Keller',
  'Lopez',
  'Moreau',
  'Novak',
  'Okafor',
  'Petit',
];

const CARD: RecipeField = {
  name: 'card',
  label: 'Card',
  options: [
    ['pm_card_visa', 'a card that works'],
    ['pm_card_chargeCustomerFail', 'a card that fails when it is charged'],
    ['pm_card_visa_chargeDeclinedInsufficientFunds', 'a card without funds'],
  ],
};

const AMOUNT: RecipeField = { name: 'amount', label: 'Amount', value: '29.00' };

const INTERVAL: RecipeField = {
  name: 'interval',
  label: 'Every',
  options: [
    ['month', 'month'],
    ['year', 'year'],
    ['week', 'week'],
  ],
};

function newCustomer(kitchen: Kitchen, name: string): StripeObject {
  const called = name === '' ? `${kitchen.pick(FIRST)} ${kitchen.pick(LAST)}` : name;
  const mailbox =
    called
      .toLowerCase()
      .replace(/[^a-z0-9]+/g, '.')
      .replace(/^\.|\.$/g, '') || 'customer';
  return kitchen.post('/v1/customers', { name: called, email: `${mailbox}@example.com` });
}

function subscribe(kitchen: Kitchen, given: Given): StripeObject {
  const customer = newCustomer(kitchen, given.name ?? '');
  const method = kitchen.post(`/v1/payment_methods/${given.card}/attach`, { customer: customer.id });
  kitchen.post(`/v1/customers/${customer.id}`, { 'invoice_settings[default_payment_method]': method.id });
  const price = kitchen.post('/v1/prices', {
    currency: kitchen.currency,
    unit_amount: kitchen.minor(given.amount),
    'recurring[interval]': given.interval ?? 'month',
    'product_data[name]': `Plan at ${given.amount} a ${given.interval}`,
  });
  return kitchen.post('/v1/subscriptions', { customer: customer.id, 'items[0][price]': price.id });
}

const pay = (kitchen: Kitchen, given: Given, card: string): StripeObject =>
  kitchen.post('/v1/payment_intents', {
    amount: kitchen.minor(given.amount),
    currency: kitchen.currency,
    payment_method: card,
    confirm: 'true',
    'automatic_payment_methods[enabled]': 'true',
    'automatic_payment_methods[allow_redirects]': 'never',
    description: 'Made on the dashboard',
  });

const itemOf = (subscription: StripeObject): { id: string; quantity: number } => subscription.items.data[0];

export const RECIPES: readonly Recipe[] = [
  {
    name: 'subscriber',
    label: 'A customer subscribes',
    sentence: 'A customer with a card, a price, and a subscription that is paid at once.',
    fields: [{ name: 'name', label: 'Name (made up if empty)' }, AMOUNT, INTERVAL, CARD],
    run: subscribe,
  },
  {
    name: 'customer',
    label: 'A customer signs up',
    sentence: 'A customer, and nothing else.',
    fields: [{ name: 'name', label: 'Name (made up if empty)' }],
    run: (kitchen, given) => newCustomer(kitchen, given.name ?? ''),
  },
  {
    name: 'payment',
    label: 'A payment succeeds',
    sentence: 'One payment by a card that works.',
    fields: [AMOUNT],
    run: (kitchen, given) => pay(kitchen, given, 'pm_card_visa'),
  },
  {
    name: 'decline',
    label: 'A payment fails',
    sentence: 'One payment by a card that is declined. The refusal is what happens.',
    fields: [AMOUNT],
    run: (kitchen, given) => pay(kitchen, given, 'pm_card_chargeDeclined'),
  },
  {
    name: 'upgrade',
    label: 'A subscription grows',
    sentence: 'The newest active subscription gets one more seat.',
    fields: [],
    run: (kitchen) => {
      const subscription = kitchen.newest('subscription', 'active subscription', [['status', 'active']]);
      const { id, quantity } = itemOf(subscription);
      return kitchen.post(`/v1/subscriptions/${subscription.id}`, {
        'items[0][id]': id,
        'items[0][quantity]': String((quantity ?? 1) + 1),
      });
    },
  },
  {
    name: 'cancel',
    label: 'A subscriber leaves',
    sentence: 'The newest active subscription is canceled now.',
    fields: [],
    run: (kitchen) => {
      const subscription = kitchen.newest('subscription', 'active subscription', [['status', 'active']]);
      return kitchen.call({ method: 'DELETE', path: `/v1/subscriptions/${subscription.id}` });
    },
  },
  {
    name: 'refund',
    label: 'A payment is refunded',
    sentence: 'The newest payment that succeeded and was not refunded yet.',
    fields: [],
    run: (kitchen) => {
      const charge = kitchen.newest('charge', 'payment to refund', [
        ['status', 'succeeded'],
        ['refunded', false],
      ]);
      return kitchen.post('/v1/refunds', { charge: charge.id });
    },
  },
];
