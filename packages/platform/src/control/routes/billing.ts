import { NOBODY, noSuch, SYSTEM } from '../../engine/index.ts';
import { AFTER_RETRIES, type BillingSettings, changeSettings } from '../../resources/billing-settings.ts';
import type { ControlRoute } from '../route.ts';

export interface GivenBilling {
  account: string;
  retry_days?: number[];
  after_retries?: BillingSettings['after_retries'];
  upcoming_days?: number;
}

const setBilling: ControlRoute<GivenBilling, BillingSettings> = {
  method: 'POST',
  path: '/accounts/{account}/billing',
  sentence: "Sets how an account's subscriptions are collected, as Stripe's dashboard does; without members it answers what is set.",
  shape: {
    account: { type: 'string', required: true, sentence: 'The id of the account.' },
    retry_days: {
      type: 'list',
      sentence:
        'Days between the tries after a failed payment, up to eight numbers from 1 to 60: `[1, 3, 5, 7]` unless told; `[]` for no retry.',
    },
    after_retries: {
      type: 'string',
      oneOf: AFTER_RETRIES,
      sentence: 'What becomes of a subscription when the last try has failed; `cancel` unless told.',
    },
    upcoming_days: {
      type: 'number',
      sentence: 'How many days before a renewal `invoice.upcoming` is told, from 0 (never) to 45; 7 unless told.',
    },
  },
  answers: '`{retry_days, after_retries, upcoming_days}`',
  run: ({ platform }, { account, ...given }) => {
    if (platform.accounts.account(account) === undefined) throw noSuch('account', account, { param: 'account', inPath: true });
    const draft = platform.engine.draft(SYSTEM, platform.clock.now(), NOBODY);
    const { retry_days, after_retries, upcoming_days } = changeSettings(draft, account, given);
    platform.commit(draft);
    return { retry_days, after_retries, upcoming_days };
  },
};

export const billingRoutes = { setBilling };
