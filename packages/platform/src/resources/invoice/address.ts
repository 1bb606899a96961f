import type { Draft, StripeObject, World } from '../../engine/index.ts';

/** Length of an id behind its prefix, which the address holds so that the page finds the object without a search. */
const ID = 24;

const tokenOf = (draft: Draft, id: string): string =>
  `${draft.world.account}/${draft.world.livemode ? 'live' : 'test'}_${id.slice(id.indexOf('_') + 1)}${draft.random(24)}`;

/** Whoever knows an invoice's address may see it: it ends in 24 random characters. Absolute, on the platform's own origin. */
export function addressOf(draft: Draft, invoice: string): { hosted_invoice_url: string; invoice_pdf: string } {
  const url = `${draft.origin}/i/${tokenOf(draft, invoice)}`;
  return { hosted_invoice_url: url, invoice_pdf: `${url}/pdf` };
}

/** Where the PDF of a credit note is. */
export const pdfAddress = (draft: Draft, note: string): string => `${draft.origin}/credit_notes/${tokenOf(draft, note)}/pdf`;

/** The last parts of an address (`/i/{account}/{token}`) as a world and an object's id; nothing where it is none. */
export function readAddress(account: string, token: string, prefix = 'in_'): { world: World; id: string } | undefined {
  const match = new RegExp(`^(live|test)_([0-9A-Za-z]{${ID}})[0-9A-Za-z]{24}$`).exec(token);
  return match === null ? undefined : { world: { account, livemode: match[1] === 'live' }, id: `${prefix}${match[2]}` };
}

/** Whether an invoice or a credit note answers at this token. The origin may have changed since, so only the end is compared. */
export function answersAt(object: StripeObject, token: string): boolean {
  const url = object.object === 'invoice' ? object.invoice_pdf : object.pdf;
  return typeof url === 'string' && url.endsWith(`/${token}/pdf`);
}
