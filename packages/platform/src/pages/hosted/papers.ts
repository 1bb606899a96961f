import { Hono } from 'hono';
import type { Draft, StripeObject, World } from '../../engine/index.ts';
import type { Platform } from '../../platform.ts';
import { answersAt, readAddress } from '../../resources/invoice/address.ts';
import { linesOf } from '../../resources/invoice/total.ts';
import { addressLines } from '../pdf/bill.ts';
import { creditNotePdf } from '../pdf/credit-note.ts';
import { invoicePdf, type Seller } from '../pdf/invoice.ts';
import { problemPage } from '../problem.tsx';
import type { PageContext, PageEnv } from '../visit.ts';
import { draftFor } from './act.ts';
import { brandFor } from './frame.tsx';

/** Invoices and credit notes as PDF: whoever has the address may read them. */

interface Found {
  readonly world: World;
  readonly draft: Draft;
  readonly object: StripeObject;
}

function find(platform: Platform, c: PageContext, kind: { object: string; prefix: string }): Found | undefined {
  const { account, token } = c.req.param() as Record<'account' | 'token', string>;
  const named = readAddress(account, token, kind.prefix);
  if (named === undefined) return undefined;
  const { world, id } = named;
  const draft = draftFor(platform, { world, subject: { object: kind.object, id } });
  const object = draft.get(kind.object, id);
  return object !== undefined && answersAt(object, token) ? { world, draft, object } : undefined;
}

const nothingHere = (c: PageContext) =>
  problemPage(c, {
    status: 404,
    title: 'There is no such document',
    text: 'The address is not complete. Take it from the invoice_pdf of the invoice, or the pdf of the credit note.',
  });

function sellerOf(platform: Platform, world: World): Seller {
  const account = platform.accounts.account(world.account);
  const profile = account?.business_profile ?? {};
  const lines = [...addressLines(profile.support_address), profile.support_email, profile.support_phone, profile.url].filter(
    (line): line is string => typeof line === 'string' && line !== '',
  );
  return { brand: brandFor(platform, world), lines };
}

/** Shown in the browser, kept under a name that says what it is. */
const answer = (c: PageContext, file: Uint8Array<ArrayBuffer>, name: string) =>
  c.body(file, 200, {
    'Content-Type': 'application/pdf',
    'Content-Disposition': `inline; filename="${name.replaceAll(/[^\w.-]/g, '-')}.pdf"`,
    'Cache-Control': 'private, no-cache',
    'X-Content-Type-Options': 'nosniff',
  });

export function paperRoutes(platform: Platform): Hono<PageEnv> {
  const app = new Hono<PageEnv>();
  app.get('/i/:account{acct_\\w+}/:token{\\w+}/pdf', (c) => {
    const found = find(platform, c, { object: 'invoice', prefix: 'in_' });
    if (found === undefined) return nothingHere(c);
    const { world, draft, object } = found;
    const lines = linesOf(draft, object.id).reverse();
    return answer(c, invoicePdf(draft, object, lines, sellerOf(platform, world)), `Invoice-${object.number}`);
  });
  app.get('/credit_notes/:account{acct_\\w+}/:token{\\w+}/pdf', (c) => {
    const found = find(platform, c, { object: 'credit_note', prefix: 'cn_' });
    if (found === undefined) return nothingHere(c);
    const { world, draft, object: note } = found;
    const lines = draft.find('credit_note_line_item', [['credit_note', note.id]]);
    const file = creditNotePdf(draft, { note, invoice: draft.get('invoice', note.invoice)!, lines }, sellerOf(platform, world));
    return answer(c, file, `Credit-note-${note.number}`);
  });
  return app;
}
