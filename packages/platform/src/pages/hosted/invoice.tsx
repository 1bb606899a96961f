import { Hono } from 'hono';
import type { Draft, StripeObject, World } from '../../engine/index.ts';
import type { Platform } from '../../platform.ts';
import { answersAt, readAddress } from '../../resources/invoice/address.ts';
import { attempt } from '../../resources/invoice/pay.ts';
import { paymentOf } from '../../resources/invoice/payment.ts';
import { methodFromParams } from '../../resources/payment-method/make.ts';
import { page } from '../layout.tsx';
import { problemPage } from '../problem.tsx';
import { field, type PageContext, type PageEnv } from '../visit.ts';
import { act, draftFor } from './act.ts';
import { EMPTY, type Filled, fieldOf, messageFor, readCard } from './card.tsx';
import { brandFor } from './frame.tsx';
import { InvoicePage } from './invoice-view.tsx';

interface Asked {
  readonly world: World;
  readonly id: string;
  readonly draft: Draft;
  readonly invoice: StripeObject;
}

/** The invoice of the address, which ends in what nobody can guess. */
function asked(platform: Platform, c: PageContext): Asked | undefined {
  const { account, token } = c.req.param() as Record<'account' | 'token', string>;
  const named = readAddress(account, token);
  if (named === undefined) return undefined;
  const { world, id } = named;
  const draft = draftFor(platform, { world, subject: { object: 'invoice', id } });
  const invoice = draft.get('invoice', id);
  return invoice !== undefined && answersAt(invoice, token) ? { world, id, draft, invoice } : undefined;
}

const nothingHere = (c: PageContext) =>
  problemPage(c, {
    status: 404,
    title: 'There is no such invoice',
    text: 'The address is not complete, or the invoice is still a draft. Take it from the hosted_invoice_url of the invoice.',
  });

const couponName = (draft: Draft, discount: string): string | undefined =>
  draft.get('coupon', draft.get('discount', discount)?.source?.coupon)?.name;

const rateName = (draft: Draft, id: string): string | undefined => {
  const rate = draft.get('tax_rate', id);
  return rate === undefined ? undefined : `${rate.display_name} ${rate.percentage} %`;
};

const named = (ids: readonly string[], name: (id: string) => string | undefined): Map<string, string> =>
  new Map(
    ids.flatMap((id) => {
      const found = name(id);
      return found === undefined || found === null ? [] : [[id, found] as const];
    }),
  );

interface Shown {
  readonly filled?: Filled;
  readonly error?: string | undefined;
  readonly status?: 200 | 400 | 402;
}

function show(platform: Platform, c: PageContext, found: Asked, shown: Shown = {}): Response | Promise<Response> {
  const { draft, invoice, world } = found;
  const discounts = ((invoice.total_discount_amounts ?? []) as StripeObject[]).map((part) => part.discount as string);
  const rates = ((invoice.total_taxes ?? []) as StripeObject[]).map((tax) => tax.tax_rate_details?.tax_rate as string);
  const view = {
    invoice,
    lines: draft.find('line_item', [['invoice', invoice.id]]).reverse(),
    discountNames: named(discounts, (id) => couponName(draft, id)),
    rateNames: named(rates, (id) => rateName(draft, id)),
    brand: brandFor(platform, world),
    csrf: c.get('visitor').csrf,
    filled: shown.filled ?? EMPTY,
    error: shown.error,
    now: draft.now,
  };
  return page(c, <InvoicePage view={view} />, shown.status ?? 200);
}

const intentOf = ({ draft, invoice }: Asked): StripeObject | undefined =>
  draft.get('payment_intent', paymentOf(draft, invoice.id)?.payment.payment_intent);

function payNow(platform: Platform, c: PageContext, found: Asked): Response | Promise<Response> {
  const { world, id, invoice } = found;
  const values = { name: field(c, 'name') };
  const { card, problems } = readCard((name) => field(c, name));
  if (card === undefined) return show(platform, c, found, { filled: { values, problems }, status: 400 });
  const returnUrl = `${platform.url}${c.req.path}`;
  const refusal = act(platform, { world, subject: { object: 'invoice', id }, application: invoice.application }, (draft) => {
    const details = { email: invoice.customer_email, ...(values.name !== '' && { name: values.name.slice(0, 150) }) };
    const method = methodFromParams(draft, { type: 'card', card, billing_details: details });
    attempt(draft, draft.get('invoice', id)!, { method, offSession: false, automatic: false, returnUrl });
  });
  const after = asked(platform, c) ?? found;
  if (refusal !== undefined) {
    const at = fieldOf(refusal.refusal.code);
    const told = at === undefined ? {} : { [at]: refusal.message };
    return show(platform, c, after, {
      filled: { values, problems: told },
      error: at === undefined ? refusal.message : undefined,
      status: 402,
    });
  }
  const bank = intentOf(after)?.next_action?.redirect_to_url?.url;
  return c.redirect(after.invoice.status !== 'paid' && typeof bank === 'string' ? bank : c.req.path, 303);
}

/** The page of an invoice: whoever has its address may read it and pay it. */
export function invoiceRoutes(platform: Platform): Hono<PageEnv> {
  const app = new Hono<PageEnv>();
  const path = '/i/:account{acct_\\w+}/:token{\\w+}';
  app.get(path, (c) => {
    const found = asked(platform, c);
    if (found === undefined) return nothingHere(c);
    const failed = c.req.query('redirect_status') === 'failed';
    return show(platform, c, found, failed ? { error: messageFor(intentOf(found)?.last_payment_error) } : {});
  });
  app.post(path, (c) => {
    const found = asked(platform, c);
    if (found === undefined) return nothingHere(c);
    const isOpen = found.invoice.status === 'open' || found.invoice.status === 'uncollectible';
    return isOpen && found.invoice.amount_remaining > 0 ? payNow(platform, c, found) : show(platform, c, found);
  });
  return app;
}
