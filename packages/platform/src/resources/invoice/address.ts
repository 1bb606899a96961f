import type { Draft, StripeObject, World } from '../../engine/index.ts';

/** Length of an invoice's id behind `in_`, which the address holds so that the page finds it without a search. */
const ID = 24;

/** Whoever knows an invoice's address may see it: it ends in 24 random characters. Absolute, on the platform's own origin. */
export function addressOf(draft: Draft, invoice: string): { hosted_invoice_url: string; invoice_pdf: string } {
  const { account, livemode } = draft.world;
  const url = `${draft.origin}/i/${account}/${livemode ? 'live' : 'test'}_${invoice.slice('in_'.length)}${draft.random(24)}`;
  return { hosted_invoice_url: url, invoice_pdf: `${url}/pdf` };
}

/** The last parts of an address (`/i/{account}/{token}`) as a world and an invoice's id; nothing where it is none. */
export function readAddress(account: string, token: string): { world: World; id: string } | undefined {
  const match = new RegExp(`^(live|test)_([0-9A-Za-z]{${ID}})[0-9A-Za-z]{24}$`).exec(token);
  return match === null ? undefined : { world: { account, livemode: match[1] === 'live' }, id: `in_${match[2]}` };
}

/** Whether an invoice answers at this token. The origin may have changed since, so only the end is compared. */
export const answersAt = (invoice: StripeObject, token: string): boolean =>
  typeof invoice.hosted_invoice_url === 'string' && invoice.hosted_invoice_url.endsWith(`/${token}`);
