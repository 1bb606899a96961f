import type { Child, FC, PropsWithChildren } from 'hono/jsx';
import { sameSecret } from '../../../accounts/secrets.ts';
import type { Draft, StripeObject, World } from '../../../engine/index.ts';
import type { Platform } from '../../../platform.ts';
import { isOver } from '../../../resources/billing-portal/session.ts';
import { webAddress } from '../../brand.ts';
import { page } from '../../layout.tsx';
import { problemPage } from '../../problem.tsx';
import type { PageContext } from '../../visit.ts';
import { draftFor } from '../act.ts';
import { brandFor, Hosted, Merchant } from '../frame.tsx';

export const PORTAL = '/p/session/:account{acct_\\w+}/:mode{(?:test|live)}/:id{bps_\\w+}/:secret{\\w+}';

/** A portal that is open: whose it is, and what it may be used for. */
export interface Portal {
  readonly platform: Platform;
  readonly world: World;
  readonly session: StripeObject;
  readonly configuration: StripeObject;
  readonly customer: StripeObject;
  /** The address of its first page, without its origin. */
  readonly base: string;
  readonly csrf: string;
}

export const draftOf = ({ platform, world, session }: Portal): Draft =>
  draftFor(platform, { world, subject: { object: 'billing_portal.session', id: session.id } });

/** The one errand of a session that was opened for one; the portal around it is closed then. */
export const flowOf = ({ session }: Portal): StripeObject | undefined =>
  session.flow === null || session.flow.after_completion.type === 'portal_homepage' ? undefined : session.flow;

const nothingHere = (c: PageContext) =>
  problemPage(c, {
    status: 404,
    title: 'There is no such portal',
    text: 'The address is not complete. Take it from the url of the billing portal session.',
  });

const expired = (c: PageContext) =>
  problemPage(c, {
    status: 410,
    title: 'This portal has expired',
    text: 'Its address is valid for an hour. Go back to where you came from and open the portal again.',
  });

const closed = (c: PageContext, base: string) =>
  problemPage(c, {
    status: 403,
    title: 'This is not part of the portal',
    text: 'The configuration of the portal does not offer it.',
    back: { href: base, label: 'Back to the portal' },
  });

export type PortalPage = (c: PageContext, portal: Portal) => Response | Promise<Response>;

/** Lets the holder of the address in, to what the configuration offers. */
export function inPortal(platform: Platform, feature: string | undefined, then: PortalPage) {
  return (c: PageContext): Response | Promise<Response> => {
    const { account, mode, id, secret } = c.req.param() as Record<'account' | 'mode' | 'id' | 'secret', string>;
    const world: World = { account, livemode: mode === 'live' };
    const draft = draftFor(platform, { world, subject: { object: 'billing_portal.session', id } });
    const session = draft.get('billing_portal.session', id);
    if (session === undefined || !sameSecret(secret, String(session.url).split('/').at(-1)!)) return nothingHere(c);
    const base = `/p/session/${account}/${mode}/${id}/${secret}`;
    const configuration = draft.get('billing_portal.configuration', session.configuration);
    const customer = draft.get('customer', session.customer);
    if (configuration === undefined || customer === undefined || isOver(session, draft.now)) return expired(c);
    if (feature !== undefined && configuration.features[feature].enabled !== true) return closed(c, base);
    const portal: Portal = { platform, world, session, configuration, customer, base, csrf: c.get('visitor').csrf };
    const target = webAddress(flowOf(portal)?.after_completion.redirect?.return_url);
    if (target !== undefined) c.set('formTargets', [new URL(target).origin]);
    return then(c, portal);
  };
}

const Legal: FC<{ portal: Portal }> = ({ portal }) => {
  const { privacy_policy_url: privacy, terms_of_service_url: terms } = portal.configuration.business_profile;
  const links = [
    ['Terms', webAddress(terms)],
    ['Privacy', webAddress(privacy)],
  ] as const;
  return <p class="quiet legal">{links.map(([label, href]) => href !== undefined && <a href={href}>{label}</a>)}</p>;
};

export interface FrameProps {
  readonly portal: Portal;
  readonly title: string;
  /** Leads back to the first page. */
  readonly isInner?: boolean;
  readonly notice?: Child;
}

/** Whose portal it is and the way back at the left, the page at the right. */
export const PortalFrame: FC<PropsWithChildren<FrameProps>> = ({ portal, title, isInner, children }) => {
  const { session, configuration } = portal;
  const brand = brandFor(portal.platform, portal.world);
  const returnUrl = webAddress(session.return_url);
  const hasHome = flowOf(portal) === undefined;
  return (
    <Hosted title={title} brand={brand} livemode={session.livemode} kind="portal">
      <section class="summary" aria-label={brand.name}>
        <Merchant brand={brand} />
        {configuration.business_profile.headline !== null && <p>{configuration.business_profile.headline}</p>}
        {returnUrl !== undefined && (
          <p>
            <a href={returnUrl} rel="noreferrer">
              ← Return to {brand.name}
            </a>
          </p>
        )}
        <Legal portal={portal} />
      </section>
      <div class="pay">
        {isInner === true && hasHome && (
          <p class="crumbs">
            <a href={`${portal.base}?home`}>← Billing</a>
          </p>
        )}
        {children}
      </div>
    </Hosted>
  );
};

/** After an errand: back where its flow leads, a confirmation, or the first page with a word on what was done. */
export function afterwards(c: PageContext, portal: Portal, done: string): Response | Promise<Response> {
  const flow = flowOf(portal);
  if (flow === undefined) return c.redirect(`${portal.base}?done=${done}`, 303);
  const target = webAddress(flow.after_completion.redirect?.return_url);
  if (target !== undefined) return c.redirect(target, 303);
  const message = flow.after_completion.hosted_confirmation?.custom_message ?? 'Thank you. You can close this page.';
  return page(
    c,
    <PortalFrame portal={portal} title="Done">
      <h1>Done</h1>
      <p>{message}</p>
    </PortalFrame>,
  );
}
