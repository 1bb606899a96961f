import { connected, consent, oauthPost } from '../extension-world.ts';
import { pay } from './money.ts';
import { type EventRow, row } from './row.ts';
import { StagedShop } from './shop.ts';

/** An account that this one has made, and can pay and be paid. */
const made = async (shop: StagedShop): Promise<string> => (await shop.stripe.accounts.create({ country: 'US' })).id;

/** The account whose owner gives consent, as itself. */
const owner = ({ stage }: StagedShop): StagedShop => new StagedShop(stage, stage.owner.acme.testKey);

const letGo = ({
  stage: {
    extension,
    owner: { acme },
  },
  stage,
}: StagedShop) => oauthPost(stage, 'deauthorize', { client_id: extension.test.id, stripe_user_id: acme.id }, extension.testKey);

const direct = (shop: StagedShop, account: string) => pay(shop.for(account), 'pm_card_visa', { application_fee_amount: 123 });

/** A direct charge whose fee is there. */
async function withFee(shop: StagedShop): Promise<string> {
  await direct(shop, await made(shop));
  for (;;) {
    const [fee] = (await shop.stripe.applicationFees.list()).data;
    if (fee !== undefined) return fee.id;
  }
}

/** What happens between accounts: by OAuth, by a platform to the accounts it made, and with the fees it keeps of them. */
export const connect: readonly EventRow[] = [
  row({
    operation: 'connect an account by OAuth',
    given: async ({ stage }) =>
      (await consent(stage, { client_id: stage.extension.test.id, scope: 'read_only' })).searchParams.get('code')!,
    when: ({ stage }, code) => oauthPost(stage, 'token', { grant_type: 'authorization_code', code }, stage.extension.testKey),
    heardBy: owner,
    tells: ['account.application.authorized'],
  }),
  row({
    operation: 'disconnect an account',
    given: ({ stage }) => connected(stage),
    when: letGo,
    heardBy: owner,
    tells: ['account.application.deauthorized'],
  }),
  row({
    operation: 'update an account',
    given: made,
    when: (shop, account) => shop.stripe.accounts.update(account, { email: 'ada@example.com' }),
    heardBy: (shop, account) => shop.for(account),
    tells: [['account.updated', { email: null }]],
  }),
  row({
    operation: 'update an account without a change',
    given: made,
    when: (shop, account) => shop.stripe.accounts.update(account, { email: '' }),
    heardBy: (shop, account) => shop.for(account),
    tells: [],
  }),
  row({
    operation: 'ask for a capability',
    given: made,
    when: (shop, account) => shop.stripe.accounts.update(account, { capabilities: { transfers: { requested: true } } }),
    heardBy: (shop, account) => shop.for(account),
    tells: [
      ['capability.updated', { status: 'unrequested' }],
      ['account.updated', { capabilities: { transfers: null } }],
    ],
  }),
  row({
    operation: 'charge directly with a fee (the account)',
    given: made,
    when: direct,
    heardBy: (shop, account) => shop.for(account),
    tells: ['payment_intent.created', 'charge.succeeded', 'payment_intent.succeeded', ['charge.updated', { application_fee: null }]],
  }),
  row({
    operation: 'charge directly with a fee (the platform)',
    given: made,
    when: direct,
    tells: ['application_fee.created'],
  }),
  row({
    operation: 'pass a payment on (the account)',
    given: made,
    when: (shop, destination) => pay(shop, 'pm_card_visa', { transfer_data: { destination } }),
    heardBy: (shop, account) => shop.for(account),
    tells: ['payment.created'],
  }),
  row({
    operation: 'add a person',
    given: made,
    when: (shop, account) => shop.stripe.accounts.createPerson(account, { first_name: 'Ada' }),
    heardBy: (shop, account) => shop.for(account),
    tells: ['person.created'],
  }),
  row({
    operation: 'give a fee back',
    given: withFee,
    when: (shop, fee) => shop.stripe.applicationFees.createRefund(fee),
    tells: ['application_fee.refunded'],
  }),
  row({
    operation: 'edit a fee that was given back',
    given: async (shop) => {
      const fee = await withFee(shop);
      return { fee, id: (await shop.stripe.applicationFees.createRefund(fee)).id };
    },
    when: (shop, { fee, id }) => shop.stripe.applicationFees.updateRefund(fee, id, { metadata: { a: 'b' } }),
    tells: [['application_fee.refund.updated', { metadata: { a: null } }]],
  }),
];
