import { Hono } from 'hono';
import type { FC } from 'hono/jsx';
import type { StripeObject, World } from '../../engine/index.ts';
import type { Platform } from '../../platform.ts';
import { recover } from '../../resources/checkout-session/recover.ts';
import { openLink } from '../../resources/payment-link.ts';
import type { Brand } from '../brand.ts';
import { page } from '../layout.tsx';
import { problemPage } from '../problem.tsx';
import type { PageContext, PageEnv } from '../visit.ts';
import { act } from './act.ts';
import { validEmail } from './card.tsx';
import { brandFor, Hosted, Merchant } from './frame.tsx';

const nothingHere = (c: PageContext) =>
  problemPage(c, {
    status: 404,
    title: 'There is no such payment link',
    text: 'The address is not complete. Take it from the url of the payment link.',
  });

const InactivePage: FC<{ link: StripeObject; brand: Brand }> = ({ link, brand }) => (
  <Hosted title="This link is no longer active" brand={brand} livemode={link.livemode} kind="card">
    <Merchant brand={brand} />
    <h1>This link is no longer active</h1>
    <p>{link.inactive_message ?? `Ask ${brand.name} for another one.`}</p>
  </Hosted>
);

/** `client_reference_id` of an address: what it may consist of is documented. */
const reference = (text: string | undefined): string | undefined => (text !== undefined && /^[\w-]{1,200}$/.test(text) ? text : undefined);

/** The addresses of a payment link and of an expired session: every visit opens a checkout session of its own and goes there. */
export function linkRoutes(platform: Platform): Hono<PageEnv> {
  const app = new Hono<PageEnv>();
  app.get('/buy/:account{acct_\\w+}/:mode{(?:test|live)}/:id{plink_\\w+}', (c) => {
    const { account, mode, id } = c.req.param();
    const world: World = { account, livemode: mode === 'live' };
    const row = platform.store.row(world, 'payment_link', id);
    if (row === undefined || row.deleted) return nothingHere(c);
    const link = JSON.parse(row.text) as StripeObject;
    if (!link.active) return page(c, <InactivePage link={link} brand={brandFor(platform, world)} />, 410);
    const email = c.req.query('prefilled_email');
    let address = '';
    const refusal = act(platform, { world, subject: { object: 'payment_link', id }, application: link.application }, (draft) => {
      const visit = {
        email: email !== undefined && validEmail(email) ? email : undefined,
        reference: reference(c.req.query('client_reference_id')),
      };
      address = openLink(draft, link, visit).url;
    });
    if (refusal === undefined) return c.redirect(new URL(address).pathname, 303);
    return problemPage(c, { status: 409, title: 'This link cannot be used now', text: refusal.message });
  });
  app.get('/c/recover/:account{acct_\\w+}/:mode{(?:test|live)}/:id{cs_\\w+}', (c) => {
    const { account, mode, id } = c.req.param();
    const world: World = { account, livemode: mode === 'live' };
    if (platform.store.row(world, 'checkout.session', id) === undefined) return nothingHere(c);
    let address = '';
    const refusal = act(platform, { world, subject: { object: 'checkout.session', id } }, (draft) => {
      address = recover(draft, draft.get('checkout.session', id)!).url;
    });
    if (refusal === undefined) return c.redirect(new URL(address).pathname, 303);
    return problemPage(c, { status: 410, title: 'This page has expired', text: refusal.message });
  });
  return app;
}
