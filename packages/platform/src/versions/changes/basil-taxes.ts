import type { VersionChange } from '../change.ts';
import { sumOf, taxAmounts, unitAmount, withoutTax } from '../old-taxes.ts';

export const basilTaxes: VersionChange = {
  version: '2025-03-31.basil',
  sentence:
    'Taxes are told in `total_taxes` of invoices and credit notes and `taxes` of their lines; they were `tax`, `total_tax_amounts` and `tax_amounts`, and lines told `amount_excluding_tax`.',
  answers: {
    invoice: (invoice) => {
      const { total_taxes: taxes } = invoice;
      invoice.tax = (taxes ?? []).length === 0 ? null : sumOf(taxes);
      invoice.total_tax_amounts = taxAmounts(taxes);
      delete invoice.total_taxes;
    },
    line_item: (line, look) => {
      const { taxes } = line;
      line.tax_amounts = taxAmounts(taxes);
      line.tax_rates = line.tax_amounts.flatMap((tax: { tax_rate: string | null }) => look.get('tax_rate', tax.tax_rate ?? '') ?? []);
      line.amount_excluding_tax = withoutTax(line.amount, taxes);
      line.unit_amount_excluding_tax = unitAmount(line.amount_excluding_tax, line.quantity);
      delete line.taxes;
    },
    credit_note: (note) => {
      note.tax_amounts = taxAmounts(note.total_taxes);
      delete note.total_taxes;
    },
    credit_note_line_item: (line) => {
      const { taxes } = line;
      line.tax_amounts = taxAmounts(taxes);
      line.amount_excluding_tax = withoutTax(line.amount, taxes);
      line.unit_amount_excluding_tax = unitAmount(line.amount_excluding_tax, line.quantity);
      delete line.taxes;
    },
  },
  rows: [
    {
      title: 'an invoice with tax',
      answer: {
        now: {
          id: 'in_1',
          object: 'invoice',
          total_taxes: [
            {
              amount: 20,
              tax_behavior: 'exclusive',
              tax_rate_details: { tax_rate: 'txr_1' },
              taxability_reason: 'standard_rated',
              taxable_amount: 100,
              type: 'tax_rate_details',
            },
          ],
        },
        before: {
          id: 'in_1',
          object: 'invoice',
          tax: 20,
          total_tax_amounts: [
            { amount: 20, inclusive: false, tax_rate: 'txr_1', taxability_reason: 'standard_rated', taxable_amount: 100 },
          ],
        },
      },
    },
    {
      title: 'a line whose price includes its tax',
      world: [{ id: 'txr_1', object: 'tax_rate', percentage: 20 }],
      answer: {
        now: {
          id: 'il_1',
          object: 'line_item',
          amount: 120,
          quantity: 2,
          taxes: [
            {
              amount: 20,
              tax_behavior: 'inclusive',
              tax_rate_details: { tax_rate: 'txr_1' },
              taxability_reason: 'not_available',
              taxable_amount: 100,
            },
          ],
        },
        before: {
          id: 'il_1',
          object: 'line_item',
          amount: 120,
          quantity: 2,
          tax_amounts: [{ amount: 20, inclusive: true, tax_rate: 'txr_1', taxability_reason: null, taxable_amount: 100 }],
          tax_rates: [{ id: 'txr_1', object: 'tax_rate', percentage: 20 }],
          amount_excluding_tax: 100,
          unit_amount_excluding_tax: '50',
        },
      },
    },
  ],
};
