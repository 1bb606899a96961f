import { noSuch } from '../../engine/index.ts';
import type { Acknowledged, Invariant, Report } from '../../faults/invariants.ts';
import { checkFields } from '../input.ts';
import type { ControlRoute, Field } from '../route.ts';

export interface ShownInvariants {
  readonly data: readonly (Report & { readonly silent: boolean })[];
}

const invariants: ControlRoute<Record<never, never>, ShownInvariants> = {
  method: 'GET',
  path: '/invariants',
  sentence: 'What extensions have last reported of their own invariants. `silent`: three reports in a row did not come.',
  shape: {},
  answers: '`{data: [{extension, every, at, silent, invariants: [{name, title, sentence, holds, kept, of, account, livemode}]}]}`',
  run: ({ platform }) => ({ data: platform.invariants.reports(Date.now()) }),
};

export interface GivenReport {
  extension: string;
  every?: number;
  invariants: readonly unknown[];
}

/** One entry of the list. */
export const INVARIANT: Readonly<Record<keyof Invariant, Field>> = {
  name: { type: 'string', required: true, sentence: 'Its name, the same for every account: `mirror_equals_source`.' },
  title: { type: 'string', required: true, sentence: 'What is promised: `The mirror equals the source`.' },
  sentence: { type: 'string', required: true, sentence: 'What was found.' },
  holds: { type: 'boolean', sentence: 'Whether it holds; left out while that is not known.' },
  kept: { type: 'number', sentence: 'So many were found right …' },
  of: { type: 'number', sentence: '… of so many.' },
  account: { type: 'string', sentence: 'The account it is about; none where it is about the extension as a whole.' },
  livemode: { type: 'boolean', sentence: 'Whether it is about that account’s live data.' },
};

const reportInvariants: ControlRoute<GivenReport, { acknowledged: Acknowledged[] }> = {
  method: 'POST',
  path: '/invariants',
  sentence:
    'An extension says how its invariants stand; the page of faults shows it live. It is told in return which events its endpoints have acknowledged since its last report, so that it can check that it has stored them.',
  shape: {
    extension: { type: 'string', required: true, sentence: 'The client id of the extension: `ca_…`.' },
    every: { type: 'number', sentence: 'Seconds until its next report; 5 unless told.' },
    invariants: { type: 'list', required: true, sentence: 'How each of its invariants stands; an entry’s members are listed below.' },
  },
  answers: '`{acknowledged: [{event, account, livemode, at}]}`',
  run: ({ platform }, { extension, every = 5, invariants: given }) => {
    if (platform.accounts.application(extension) === undefined) throw noSuch('extension', extension, { param: 'extension', inPath: false });
    const read = given.map((one, index) => {
      const fields = typeof one === 'object' && one !== null ? (one as Record<string, unknown>) : {};
      return checkFields({ shape: INVARIANT, named: `invariants[${index}]` }, fields) as unknown as Invariant;
    });
    return { acknowledged: platform.invariants.keep({ extension, every, at: Date.now(), invariants: read }) };
  },
};

export const invariantRoutes = { invariants, reportInvariants };
