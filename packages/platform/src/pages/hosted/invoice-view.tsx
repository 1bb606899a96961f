import { dayText, format } from '@annex/money';
import type { FC } from 'hono/jsx';
import type { StripeObject } from '../../engine/index.ts';
import { type Brand, webAddress } from '../brand.ts';
import { Csrf, FormError } from '../layout.tsx';
import { CardFields, Field, type Filled, TestCards } from './card.tsx';
import { Hosted, Merchant } from './frame.tsx';

export interface InvoiceView {
  readonly invoice: StripeObject;
  /** All of them; an invoice carries its first ten. */
  readonly lines: readonly StripeObject[];
  /** What each discount is called, by its id. */
  readonly discountNames: ReadonlyMap<string, string>;
  /** What each tax rate is called, by its id. */
  readonly rateNames: ReadonlyMap<string, string>;
  readonly brand: Brand;
  readonly csrf: string;
  readonly filled: Filled;
  readonly error: string | undefined;
  /** Unix seconds. */
  readonly now: number;
}

const isPayable = ({ status, amount_remaining: rest }: StripeObject): boolean =>
  (status === 'open' || status === 'uncollectible') && rest > 0;

/** What is to be said of the state of an invoice, in a sentence. */
function standing({ invoice, now }: InvoiceView): { text: string; tone: 'good' | 'warn' | 'bad' | '' } {
  const { status, status_transitions: at, due_date: due } = invoice;
  if (status === 'paid') return { text: at.paid_at === null ? 'Paid' : `Paid on ${dayText(at.paid_at)}`, tone: 'good' };
  if (status === 'void') return { text: 'Voided', tone: 'bad' };
  if (status === 'uncollectible') return { text: 'Uncollectible', tone: 'bad' };
  if (due === null) return { text: 'Open', tone: 'warn' };
  return due < now ? { text: `Was due on ${dayText(due)}`, tone: 'bad' } : { text: `Due on ${dayText(due)}`, tone: 'warn' };
}

const period = ({ start, end }: { start: number; end: number }): string | undefined =>
  end > start ? `${dayText(start)} – ${dayText(end)}` : undefined;

const Line: FC<{ line: StripeObject }> = ({ line }) => (
  <li class="item">
    <span>
      <strong>{line.description ?? 'Item'}</strong>
      <span class="quiet">
        {[line.quantity !== null && line.quantity !== 1 ? `quantity ${line.quantity}` : undefined, period(line.period)]
          .filter((part) => part !== undefined)
          .join(' · ')}
      </span>
    </span>
    <span class="amount">{format(line.amount, line.currency)}</span>
  </li>
);

interface Row {
  readonly label: string;
  readonly amount: number;
  readonly isTotal?: boolean;
}

/** From the sum of the lines to what is still due; rows of nothing are left out. */
function rowsOf({ invoice, discountNames, rateNames }: InvoiceView): Row[] {
  const discounts = ((invoice.total_discount_amounts ?? []) as StripeObject[]).map(
    (part): Row => ({ label: discountNames.get(part.discount) ?? 'Discount', amount: -part.amount }),
  );
  const taxes = ((invoice.total_taxes ?? []) as StripeObject[]).map((tax): Row => {
    const name = rateNames.get(tax.tax_rate_details?.tax_rate) ?? 'Tax';
    return { label: tax.tax_behavior === 'inclusive' ? `${name}, included` : name, amount: tax.amount };
  });
  const balance = (invoice.ending_balance ?? 0) - (invoice.starting_balance ?? 0);
  const optional: Row[] = [
    ...discounts,
    ...(invoice.shipping_cost === null || invoice.shipping_cost === undefined
      ? []
      : [{ label: 'Shipping', amount: invoice.shipping_cost.amount_subtotal }]),
    ...taxes,
  ].filter((row) => row.amount !== 0);
  return [
    { label: 'Subtotal', amount: invoice.subtotal },
    ...optional,
    { label: 'Total', amount: invoice.total, isTotal: true },
    ...(balance === 0 ? [] : [{ label: balance > 0 ? 'Paid from your credit' : 'Carried over', amount: -balance }]),
    ...(invoice.amount_paid > 0 ? [{ label: 'Paid', amount: -invoice.amount_paid }] : []),
    ...(invoice.status === 'void' ? [] : [{ label: 'Amount due', amount: invoice.amount_remaining, isTotal: true }]),
  ];
}

const Totals: FC<{ view: InvoiceView }> = ({ view }) => (
  <dl class="totals">
    {rowsOf(view).map(({ label, amount, isTotal }) => (
      <>
        <dt class={isTotal === true ? 'total' : undefined}>{label}</dt>
        <dd class={isTotal === true ? 'total' : undefined}>
          {amount < 0 ? `−${format(-amount, view.invoice.currency)}` : format(amount, view.invoice.currency)}
        </dd>
      </>
    ))}
  </dl>
);

const Details: FC<{ view: InvoiceView }> = ({ view }) => {
  const { invoice, lines, brand } = view;
  const { text, tone } = standing(view);
  const to = [invoice.customer_name, invoice.customer_email].filter((part) => typeof part === 'string' && part !== '');
  return (
    <section class="summary" aria-label="The invoice">
      <Merchant brand={brand} />
      <h1>Invoice {invoice.number}</h1>
      <p class="headline">{format(isPayable(invoice) ? invoice.amount_remaining : invoice.total, invoice.currency)}</p>
      <p>
        <span class={`tag ${tone}`}>{text}</span>
      </p>
      {to.length > 0 && (
        <p class="quiet">
          To {to.join(', ')}
          {typeof invoice.effective_at === 'number' && `, ${dayText(invoice.effective_at)}`}
        </p>
      )}
      <ul class="plain items">
        {lines.map((line) => (
          <Line line={line} />
        ))}
      </ul>
      <Totals view={view} />
      {invoice.description !== null && <p class="memo">{invoice.description}</p>}
      {invoice.footer !== null && <p class="quiet memo">{invoice.footer}</p>}
    </section>
  );
};

const Pdf: FC<{ invoice: StripeObject }> = ({ invoice }) => {
  const href = webAddress(invoice.invoice_pdf);
  return href === undefined ? null : (
    <p>
      <a class="button" href={new URL(href).pathname}>
        Download as PDF
      </a>
    </p>
  );
};

const ENDINGS: Readonly<Record<string, readonly [title: string, text: string]>> = {
  paid: ['This invoice is paid', 'Thank you. There is nothing left to do.'],
  void: ['This invoice was voided', 'It is no longer valid, and nothing is due.'],
  open: ['Nothing is due', 'The invoice will be settled without you.'],
  uncollectible: ['Nothing is due', 'The invoice will be settled without you.'],
};

const Ended: FC<{ invoice: StripeObject }> = ({ invoice }) => {
  const [title, text] = ENDINGS[invoice.status]!;
  return (
    <section class="pay" aria-label="Payment">
      <h2>{title}</h2>
      <p>{text}</p>
      <Pdf invoice={invoice} />
    </section>
  );
};

const PayForm: FC<{ view: InvoiceView }> = ({ view }) => {
  const { invoice, csrf, filled, error } = view;
  return (
    <section class="pay" aria-label="Payment">
      <FormError text={error} />
      {invoice.status === 'uncollectible' && <p class="quiet">It was written off, but it can still be paid.</p>}
      <form method="post" class="stack">
        <Csrf token={csrf} />
        <CardFields filled={filled} />
        <Field name="name" label="Name on card" filled={filled} autocomplete="cc-name" maxlength={150} />
        <button type="submit" class="primary brand-button wide-button">
          Pay {format(invoice.amount_remaining, invoice.currency)}
        </button>
      </form>
      <TestCards />
      <Pdf invoice={invoice} />
    </section>
  );
};

/** An invoice as its customer sees it: what it is for, what it comes to, and a card to pay it with. */
export const InvoicePage: FC<{ view: InvoiceView }> = ({ view }) => (
  <Hosted title={`Invoice ${view.invoice.number}`} brand={view.brand} livemode={view.invoice.livemode}>
    <Details view={view} />
    {isPayable(view.invoice) ? <PayForm view={view} /> : <Ended invoice={view.invoice} />}
  </Hosted>
);
