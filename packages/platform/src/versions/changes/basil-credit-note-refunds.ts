import type { VersionChange } from '../change.ts';

export const basilCreditNoteRefunds: VersionChange = {
  version: '2025-03-31.basil',
  sentence: 'A credit note may stand for several `refunds`; it had one `refund`, as a field and as a parameter.',
  params: [
    {
      on: ['POST /v1/credit_notes', 'GET /v1/credit_notes/preview', 'GET /v1/credit_notes/preview/lines'],
      moved: { refund: 'refunds[0][refund]' },
      since: ['refunds'],
    },
  ],
  answers: {
    credit_note: (note) => {
      const refund = note.refunds?.[0]?.refund ?? null;
      note.refund = refund;
      delete note.refunds;
      if (note.type === 'mixed') note.type = 'post_payment';
    },
  },
  references: { credit_note: { refund: 'refund' } },
  rows: [
    {
      title: 'a credit note for a refund',
      request: {
        op: 'POST /v1/credit_notes',
        form: 'invoice=in_1&refund=re_1',
        becomes: { invoice: 'in_1', refunds: { 0: { refund: 're_1' } } },
      },
      answer: {
        now: { id: 'cn_1', object: 'credit_note', type: 'post_payment', refunds: [{ amount_refunded: 5, refund: 're_1' }] },
        before: { id: 'cn_1', object: 'credit_note', type: 'post_payment', refund: 're_1' },
      },
    },
  ],
};
