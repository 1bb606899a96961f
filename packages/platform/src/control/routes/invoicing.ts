import { NOBODY, noSuch, SYSTEM } from '../../engine/index.ts';
import { changeInvoiceSettings, type InvoiceSettings, NUMBERINGS } from '../../resources/invoice/settings.ts';
import type { ControlRoute } from '../route.ts';

export interface GivenInvoicing {
  account: string;
  numbering?: InvoiceSettings['numbering'];
  number_prefix?: string;
  will_be_due_days?: number;
  overdue_days?: number;
}

const setInvoicing: ControlRoute<GivenInvoicing, InvoiceSettings> = {
  method: 'POST',
  path: '/accounts/{account}/invoicing',
  sentence: "Sets how an account's invoices are numbered and told of, as Stripe's dashboard does; without members it answers what is set.",
  shape: {
    account: { type: 'string', required: true, sentence: 'The id of the account.' },
    numbering: { type: 'string', oneOf: NUMBERINGS, sentence: 'Whose sequence numbers an invoice; `customer` unless told.' },
    number_prefix: {
      type: 'string',
      sentence: "What the account's own numbers begin with: 3 to 12 capital letters or digits; `INV` unless told.",
    },
    will_be_due_days: {
      type: 'number',
      sentence: 'How many days before it is due an open invoice tells `invoice.will_be_due`, up to 90; 0 (never) unless told.',
    },
    overdue_days: {
      type: 'number',
      sentence: 'How many days after it was due an open invoice tells `invoice.overdue`, up to 90; 0 (never) unless told.',
    },
  },
  answers: '`{numbering, number_prefix, will_be_due_days, overdue_days}`',
  run: ({ platform }, { account, ...given }) => {
    if (platform.accounts.account(account) === undefined) throw noSuch('account', account, { param: 'account', inPath: true });
    const draft = platform.engine.draft(SYSTEM, platform.clock.now(), NOBODY);
    const { numbering, number_prefix, will_be_due_days, overdue_days } = changeInvoiceSettings(draft, account, given);
    platform.commit(draft);
    return { numbering, number_prefix, will_be_due_days, overdue_days };
  },
};

export const invoicingRoutes = { setInvoicing };
