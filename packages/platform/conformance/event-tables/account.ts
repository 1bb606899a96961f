import { type EventRow, row } from './row.ts';
import type { Shop } from './shop.ts';

const own = async (shop: Shop): Promise<string> => (await shop.stripe.accounts.retrieveCurrent()).id;
const bank = 'btok_us_verified';

async function banked(shop: Shop) {
  const id = await own(shop);
  return { id, account: (await shop.stripe.accounts.createExternalAccount(id, { external_account: bank })).id };
}

/** The bank accounts that an account is paid out to, and its test clocks. */
export const account: readonly EventRow[] = [
  row({
    operation: 'add a bank account',
    given: own,
    when: (shop, id) => shop.stripe.accounts.createExternalAccount(id, { external_account: bank }),
    tells: ['account.external_account.created'],
  }),
  row({
    operation: 'edit a bank account',
    given: banked,
    when: (shop, it) => shop.stripe.accounts.updateExternalAccount(it.id, it.account, { metadata: { a: 'b' } }),
    tells: [['account.external_account.updated', ['metadata']]],
  }),
  row({
    operation: 'remove a bank account',
    given: async (shop) => {
      const first = await banked(shop);
      await shop.stripe.accounts.createExternalAccount(first.id, { external_account: bank, default_for_currency: true });
      return first;
    },
    when: (shop, it) => shop.stripe.accounts.deleteExternalAccount(it.id, it.account),
    tells: ['account.external_account.deleted'],
  }),
  row({
    operation: 'make a test clock',
    given: async () => undefined,
    when: (shop) => shop.clock(),
    tells: ['test_helpers.test_clock.created'],
  }),
  row({
    operation: 'delete a test clock with a customer on it',
    given: async (shop) => {
      const clock = await shop.clock();
      await shop.customer(undefined, { test_clock: clock.id });
      return clock.id;
    },
    when: (shop, clock) => shop.stripe.testHelpers.testClocks.del(clock),
    tells: ['customer.deleted', 'test_helpers.test_clock.deleted'],
  }),
];
