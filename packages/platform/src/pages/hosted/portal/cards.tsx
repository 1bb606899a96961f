import { Hono } from 'hono';
import type { FC } from 'hono/jsx';
import type { Platform } from '../../../platform.ts';
import { addCard, makeDefault } from '../../../resources/billing-portal/keep-card.ts';
import { detach } from '../../../resources/payment-method/attach.ts';
import { methodFromParams } from '../../../resources/payment-method/make.ts';
import { Csrf, FormError, page } from '../../layout.tsx';
import { field, type PageContext, type PageEnv } from '../../visit.ts';
import { act } from '../act.ts';
import { CardFields, EMPTY, Field, type Filled, fieldOf, readCard, TestCards } from '../card.tsx';
import { afterwards, draftOf, inPortal, PORTAL, type Portal, PortalFrame } from './door.tsx';
import { PortalHome } from './home.tsx';

const FEATURE = 'payment_method_update';

const CardPage: FC<{ portal: Portal; filled: Filled; error: string | undefined }> = ({ portal, filled, error }) => (
  <PortalFrame portal={portal} title="Your card" isInner>
    <h1>Your card</h1>
    <p class="quiet">It pays from now on: the next invoices, and every subscription.</p>
    <FormError text={error} />
    <form method="post" action={`${portal.base}/card`} class="stack">
      <Csrf token={portal.csrf} />
      <CardFields filled={filled} />
      <Field name="name" label="Name on card" filled={filled} autocomplete="cc-name" maxlength={150} optional />
      <button type="submit" class="primary brand-button wide-button">
        Save card
      </button>
    </form>
    <TestCards />
  </PortalFrame>
);

const subject = (portal: Portal) => ({ world: portal.world, subject: { object: 'customer', id: portal.customer.id } });

function save(c: PageContext, portal: Portal): Response | Promise<Response> {
  const { card, problems } = readCard((name) => field(c, name));
  const values = { name: field(c, 'name') };
  const again = (filled: Filled, error?: string) => page(c, <CardPage portal={portal} filled={filled} error={error} />, 400);
  if (card === undefined) return again({ values, problems });
  let bank: unknown;
  const refusal = act(portal.platform, subject(portal), (draft) => {
    const details = values.name === '' ? {} : { name: values.name.slice(0, 150) };
    const method = methodFromParams(draft, { type: 'card', card, billing_details: { email: portal.customer.email, ...details } });
    const intent = addCard(draft, portal.customer.id, { method, returnUrl: `${portal.platform.url}${portal.base}/card` });
    bank = intent.next_action?.redirect_to_url?.url;
  });
  if (refusal !== undefined) {
    const { code, message } = refusal.refusal;
    const at = fieldOf(code);
    return again({ values, problems: at === undefined ? {} : { [at]: message } }, at === undefined ? message : undefined);
  }
  return typeof bank === 'string' ? c.redirect(bank, 303) : afterwards(c, portal, 'card');
}

/** Back from the bank: the card is the default already, or was not approved. */
function fromBank(c: PageContext, portal: Portal): Response | Promise<Response> {
  const status = c.req.query('redirect_status');
  if (status === 'succeeded') return afterwards(c, portal, 'card');
  const error = status === 'failed' ? 'Your bank did not approve this card. Use another one, or try again.' : undefined;
  return page(c, <CardPage portal={portal} filled={EMPTY} error={error} />);
}

function change(c: PageContext, portal: Portal): Response | Promise<Response> {
  const method = draftOf(portal).get('payment_method', field(c, 'card'));
  const what = field(c, 'do');
  if (method === undefined || method.customer !== portal.customer.id || (what !== 'default' && what !== 'remove'))
    return page(c, <PortalHome portal={portal} done={undefined} error="This card is no longer there." />, 409);
  const refusal = act(portal.platform, subject(portal), (draft) => {
    if (what === 'remove') detach(draft, draft.get('payment_method', method.id)!);
    else makeDefault(draft, draft.get('customer', portal.customer.id)!, method.id);
  });
  if (refusal !== undefined) return page(c, <PortalHome portal={portal} done={undefined} error={refusal.message} />, 400);
  return c.redirect(`${portal.base}?done=${what === 'remove' ? 'removed' : 'default'}`, 303);
}

export function portalCardRoutes(platform: Platform): Hono<PageEnv> {
  const app = new Hono<PageEnv>();
  app.get(`${PORTAL}/card`, inPortal(platform, FEATURE, fromBank));
  app.post(`${PORTAL}/card`, inPortal(platform, FEATURE, save));
  app.post(`${PORTAL}/cards`, inPortal(platform, FEATURE, change));
  return app;
}
