import { Hono } from 'hono';
import type { Draft, StripeError, StripeObject, World } from '../../engine/index.ts';
import type { Platform } from '../../platform.ts';
import { changeQuantity, chooseShipping, removeCode, takeCode } from '../../resources/checkout-session/choose.ts';
import { hasTrial } from '../../resources/checkout-session/first-amount.ts';
import { itemsOf } from '../../resources/checkout-session/items.ts';
import { collectsMethod, pay } from '../../resources/checkout-session/pay.ts';
import { termsOf } from '../../resources/checkout-session/terms.ts';
import { couponsOf } from '../../resources/checkout-session/totals.ts';
import { methodFromParams } from '../../resources/payment-method/make.ts';
import { page } from '../layout.tsx';
import { problemPage } from '../problem.tsx';
import { field, type PageContext, type PageEnv } from '../visit.ts';
import { act, draftFor } from './act.ts';
import { type Filled, fieldOf, messageFor, validEmail } from './card.tsx';
import { DonePage, doneUrl, ExpiredPage } from './checkout-ended.tsx';
import { extraNames, readExtras } from './checkout-fields.tsx';
import { CheckoutPage } from './checkout-view.tsx';
import { brandFor } from './frame.tsx';
import { chosen, readMethod, savedCards } from './method.tsx';

const DAY = 86_400;

interface Asked {
  readonly world: World;
  readonly session: StripeObject;
}

/** The session of the address; its id is what nobody can guess. */
function asked(platform: Platform, c: PageContext): Asked | undefined {
  const { account, mode, id } = c.req.param() as Record<'account' | 'mode' | 'id', string>;
  const world: World = { account, livemode: mode === 'live' };
  const row = platform.store.row(world, 'checkout.session', id);
  return row === undefined || row.deleted ? undefined : { world, session: JSON.parse(row.text) as StripeObject };
}

const subjectOf = (session: StripeObject) => ({ object: 'checkout.session', id: session.id });

const nothingHere = (c: PageContext) =>
  problemPage(c, {
    status: 404,
    title: 'There is no such checkout page',
    text: 'The address is not complete, or its session was never made here. Take it from the url of the checkout session.',
  });

interface Shown {
  readonly filled?: Filled;
  readonly error?: string | undefined;
  readonly codeError?: string | undefined;
  readonly status?: 200 | 400 | 402;
}

/** The page as its session now is. */
function show(platform: Platform, c: PageContext, found: Asked, shown: Shown = {}): Response | Promise<Response> {
  const { session, world } = found;
  const brand = brandFor(platform, world);
  if (session.status === 'complete') {
    const isBack = c.req.query('redirect_status') !== undefined;
    const link = draftFor(platform, { world, subject: subjectOf(session) }).get('payment_link', session.payment_link);
    const message = link?.after_completion.hosted_confirmation?.custom_message ?? undefined;
    return page(c, <DonePage session={session} brand={brand} goesTo={isBack ? doneUrl(session) : undefined} message={message} />);
  }
  if (session.status === 'expired') return page(c, <ExpiredPage session={session} brand={brand} />, 410);
  const done = doneUrl(session);
  if (done !== undefined) c.set('formTargets', [new URL(done).origin]);
  const draft = draftFor(platform, { world, subject: subjectOf(session) });
  const terms = termsOf(draft, session.id);
  const { trial_period_days: days, trial_end: end } = terms.subscription_data;
  const view = {
    session,
    items: itemsOf(draft, session.id),
    brand,
    csrf: c.get('visitor').csrf,
    filled: shown.filled ?? { values: knownValues(session), problems: {} },
    error: shown.error,
    codeError: shown.codeError,
    trialEnd: hasTrial(terms) ? (end ?? draft.now + days * DAY) : undefined,
    discountName: couponsOf(draft, session)[0]?.name ?? undefined,
    collects: collectsMethod(session),
    payBy: chosen(session, c.req.method === 'POST' ? field(c, 'pay_by') : c.req.query('pay_by')),
    saved: savedCards(draft, session),
    shippingNames: new Map(rateNames(draft, session)),
    terms: platform.accounts.account(world.account)?.business_profile?.terms_of_service_url,
  };
  return page(c, <CheckoutPage view={view} />, shown.status ?? 200);
}

/** What is known of the payer already: told by the merchant, or by an earlier try. */
const knownValues = ({ customer_details: details, customer_email: email }: StripeObject): Record<string, string> => ({
  email: details?.email ?? email ?? '',
  name: details?.name ?? '',
  phone: details?.phone ?? '',
});

/** What each way of shipping is called, by the id of its rate. */
const rateNames = (draft: Draft, session: StripeObject): [string, string][] =>
  (session.shipping_options as StripeObject[]).map(({ shipping_rate: id }) => [
    id,
    draft.get('shipping_rate', id)?.display_name ?? 'Shipping',
  ]);

/** What the bank's page left behind, for a payer that comes back from it without success. */
function refusedByBank(platform: Platform, { world, session }: Asked): string | undefined {
  const draft = draftFor(platform, { world, subject: subjectOf(session) });
  const { intent } = termsOf(draft, session.id);
  const tried = intent === null ? undefined : draft.get(intent.object, intent.id);
  return messageFor(tried?.last_payment_error ?? tried?.last_setup_error);
}

/** What a refused form shows again; a card's number never is. */
const keptValues = (c: PageContext, session: StripeObject): Record<string, string> =>
  Object.fromEntries(['email', 'name', ...extraNames(session)].map((name) => [name, field(c, name)]));

function refused(platform: Platform, c: PageContext, given: { found: Asked; refusal: StripeError }): Response | Promise<Response> {
  const { found, refusal } = given;
  const { code, message } = refusal.refusal;
  const at = fieldOf(code);
  const again = asked(platform, c) ?? found;
  const filled = { values: keptValues(c, found.session), problems: at === undefined ? {} : { [at]: message } };
  return show(platform, c, again, { filled, error: at === undefined ? message : undefined, status: 402 });
}

function payNow(platform: Platform, c: PageContext, found: Asked): Response | Promise<Response> {
  const { world, session } = found;
  const value = (name: string): string => field(c, name);
  const collects = collectsMethod(session);
  const saved = savedCards(draftFor(platform, { world, subject: subjectOf(session) }), session).find((row) => row.id === value('saved'));
  const { method: given, problems: methodProblems } =
    collects && saved === undefined ? readMethod(chosen(session, value('pay_by')), value) : { method: undefined, problems: {} };
  const extras = readExtras(session, value);
  const problems: Record<string, string> = { ...methodProblems, ...extras.problems };
  const email = session.customer === null ? value('email') : (session.customer_details?.email ?? value('email'));
  if (!validEmail(email)) problems.email = 'Write it as name@example.com.';
  if (collects && saved === undefined && value('name') === '') problems.name = 'This is missing.';
  if (Object.keys(problems).length > 0)
    return show(platform, c, found, { filled: { values: keptValues(c, found.session), problems }, status: 400 });
  const name = value('name') === '' ? (saved?.billing_details.name ?? null) : value('name').slice(0, 150);
  const terms = termsOf(draftFor(platform, { world, subject: subjectOf(session) }), session.id);
  const url = `${platform.url}${c.req.path}`;
  const refusal = act(platform, { world, subject: subjectOf(session), application: terms.application }, (draft) => {
    const { phone, address, shipping, collected } = extras;
    const details = { email, ...(name !== null && { name }), ...(phone !== null && { phone }), ...(address !== null && { address }) };
    const method = given === undefined ? saved : methodFromParams(draft, { ...given, billing_details: details });
    const payer = { email, name, phone, address, ...(shipping !== null && { shipping }) };
    pay(draft, draft.get('checkout.session', session.id)!, { payer, method, returnUrl: url, collected });
  });
  if (refusal !== undefined) return refused(platform, c, { found, refusal });
  return whereNext(platform, c, found);
}

/** To the merchant where it is done, to the bank where that asks. */
function whereNext(platform: Platform, c: PageContext, found: Asked): Response | Promise<Response> {
  const after = asked(platform, c) ?? found;
  if (after.session.status === 'complete') {
    const url = doneUrl(after.session);
    return url === undefined ? show(platform, c, after) : c.redirect(url, 303);
  }
  const draft = draftFor(platform, { world: found.world, subject: subjectOf(after.session) });
  const { intent } = termsOf(draft, after.session.id);
  const bank = draft.get(intent?.object ?? '', intent?.id)?.next_action?.redirect_to_url?.url;
  return typeof bank === 'string' ? c.redirect(bank, 303) : show(platform, c, after);
}

/** A change of what is bought, before it is paid. */
function choose(platform: Platform, c: PageContext, found: Asked): Response | Promise<Response> {
  const { world, session } = found;
  const what = field(c, 'do');
  const refusal = act(platform, { world, subject: subjectOf(session) }, (draft) => {
    const open = draft.get('checkout.session', session.id)!;
    if (what === 'code') takeCode(draft, open, field(c, 'code'));
    else if (what === 'remove-code') removeCode(draft, open);
    else if (what === 'shipping') chooseShipping(draft, open, field(c, 'shipping_rate'));
    else changeQuantity(draft, open, { item: field(c, 'item'), quantity: Number(field(c, 'quantity')) });
  });
  if (refusal === undefined) return c.redirect(c.req.path, 303);
  const { message } = refusal.refusal;
  const filled = { values: { code: field(c, 'code') }, problems: {} };
  return show(platform, c, found, what === 'code' ? { codeError: message, filled, status: 400 } : { error: message, status: 400 });
}

export function checkoutRoutes(platform: Platform): Hono<PageEnv> {
  const app = new Hono<PageEnv>();
  const path = '/c/pay/:account{acct_\\w+}/:mode{(?:test|live)}/:id{cs_\\w+}';
  app.get(path, (c) => {
    const found = asked(platform, c);
    if (found === undefined) return nothingHere(c);
    const failed = c.req.query('redirect_status') === 'failed' && found.session.status === 'open';
    return show(platform, c, found, failed ? { error: refusedByBank(platform, found) } : {});
  });
  app.post(path, (c) => {
    const found = asked(platform, c);
    if (found === undefined) return nothingHere(c);
    if (found.session.status !== 'open') return show(platform, c, found);
    return field(c, 'do') === 'pay' ? payNow(platform, c, found) : choose(platform, c, found);
  });
  return app;
}
