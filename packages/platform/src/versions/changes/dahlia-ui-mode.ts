import type { VersionChange } from '../change.ts';

/** What the modes of a Checkout Session were called, and what they are called now. */
const NOW: Readonly<Record<string, string>> = { hosted: 'hosted_page', embedded: 'embedded_page', custom: 'elements' };
const BEFORE: Readonly<Record<string, string>> = Object.fromEntries(Object.entries(NOW).map(([before, now]) => [now, before]));

export const dahliaUiMode: VersionChange = {
  version: '2026-03-25.dahlia',
  sentence: 'The `ui_mode` of a Checkout Session is `hosted_page`, `embedded_page` or `elements`; it was `hosted`, `embedded` or `custom`.',
  params: [
    {
      on: ['POST /v1/checkout/sessions'],
      up: (request) => request.move('ui_mode', 'ui_mode', (value) => NOW[String(value)] ?? value),
    },
  ],
  answers: {
    'checkout.session': (session) => {
      session.ui_mode = BEFORE[session.ui_mode] ?? session.ui_mode;
    },
  },
  rows: [
    {
      title: 'a hosted session',
      request: { op: 'POST /v1/checkout/sessions', form: 'ui_mode=hosted', becomes: { ui_mode: 'hosted_page' } },
      answer: {
        now: { id: 'cs_1', object: 'checkout.session', ui_mode: 'hosted_page' },
        before: { id: 'cs_1', object: 'checkout.session', ui_mode: 'hosted' },
      },
    },
  ],
};
