import {
  type Behaviour,
  type Draft,
  type Fields,
  invalid,
  notSimulated,
  type Params,
  type StripeObject,
  SYSTEM,
} from '../../engine/index.ts';
import { minimumBalance, planPayouts, setMinimumBalance } from '../payout/automatic.ts';

const accountOf = (draft: Draft): StripeObject => draft.in(SYSTEM).get('account', draft.world.account)!;

function scheduleOf({ interval, weekly_anchor, monthly_anchor }: Record<string, unknown>): Fields {
  return {
    interval,
    ...(interval === 'monthly' && { monthly_payout_days: [monthly_anchor ?? 1] }),
    ...(interval === 'weekly' && { weekly_payout_days: [weekly_anchor ?? 'monday'] }),
  };
}

/** The account's payout settings as `balance_settings` tells them; `account.settings.payouts` tells the same. */
function settingsOf(draft: Draft): StripeObject {
  const account = accountOf(draft);
  const { payouts } = account.settings;
  const minimum = minimumBalance(draft);
  const told = {
    object: 'balance_settings',
    payments: {
      debit_negative_balances: payouts.debit_negative_balances,
      payouts: {
        minimum_balance_by_currency: Object.keys(minimum).length === 0 ? null : minimum,
        schedule: scheduleOf(payouts.schedule),
        statement_descriptor: payouts.statement_descriptor,
        status: account.payouts_enabled ? 'enabled' : 'disabled',
      },
      settlement_timing: { delay_days: payouts.schedule.delay_days, start_of_day: null },
    },
  };
  // A singleton: Stripe's balance settings have no id.
  return told as unknown as StripeObject;
}

/** `payouts.schedule` of an account from the schedule of balance settings: one day of the week, one of the month. */
function schedulePatch(before: Fields, given: Params): Fields {
  const { interval, monthly_payout_days: monthly, weekly_payout_days: weekly } = given;
  if ((monthly?.length ?? 0) > 1 || (weekly?.length ?? 0) > 1) throw notSimulated('several payout days in one week or month');
  if (monthly !== undefined && interval !== 'monthly') throw onlyWith('monthly');
  if (weekly !== undefined && interval !== 'weekly') throw onlyWith('weekly');
  const { weekly_anchor: _week, monthly_anchor: _month, ...rest } = before;
  return {
    ...rest,
    interval,
    ...(interval === 'monthly' && { monthly_anchor: monthly?.[0] ?? 1 }),
    ...(interval === 'weekly' && { weekly_anchor: weekly?.[0] ?? 'monday' }),
  };
}

const onlyWith = (interval: string) =>
  invalid(
    `${interval}_payout_days can only be set together with the interval ${interval}.`,
    `payments[payouts][schedule][${interval}_payout_days]`,
  );

function update(draft: Draft, params: Params): StripeObject {
  const before = settingsOf(draft);
  const { payouts, debit_negative_balances: debits, settlement_timing: timing } = params.payments ?? {};
  if (timing !== undefined) throw notSimulated('another settlement timing than two business days');
  if (payouts?.automatic_transfer_rules_by_currency !== undefined) throw notSimulated('automatic transfer rules');
  const account = accountOf(draft);
  const old = account.settings.payouts;
  const patch: Fields = {
    ...old,
    ...(debits !== undefined && { debit_negative_balances: debits }),
    ...(payouts?.statement_descriptor !== undefined && { statement_descriptor: payouts.statement_descriptor }),
    ...(payouts?.schedule?.interval !== undefined && { schedule: schedulePatch(old.schedule, payouts.schedule) }),
  };
  draft.in(SYSTEM).set(account, { settings: { ...account.settings, payouts: patch } }, { event: null });
  const minimum = payouts?.minimum_balance_by_currency;
  if (minimum !== undefined) setMinimumBalance(draft, minimum === null || minimum === '' ? {} : { ...minimumBalance(draft), ...minimum });
  if (payouts?.schedule !== undefined && draft.get('annex.next_payout', 'next') !== undefined) planPayouts(draft);
  else if (payouts?.schedule !== undefined && draft.find('bank_account', [['account', account.id]]).length > 0) planPayouts(draft);
  const after = settingsOf(draft);
  if (JSON.stringify(before) !== JSON.stringify(after))
    draft.emit('balance_settings.updated', after, { previous: { payments: before.payments } });
  return after;
}

export const balanceSettings: Behaviour = {
  object: 'balance_settings',
  grade: 'lived',
  specials: { 'GET /v1/balance_settings': settingsOf, 'POST /v1/balance_settings': update },
};
