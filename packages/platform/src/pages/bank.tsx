import { format } from '@annex/money';
import { Hono } from 'hono';
import type { FC } from 'hono/jsx';
import type { StripeError, StripeObject } from '../engine/index.ts';
import type { Platform } from '../platform.ts';
import { ASKING } from '../resources/authentication.ts';
import { type Asked, asked } from './asked.ts';
import { accountName } from './brand.ts';
import { act } from './hosted/act.ts';
import { Csrf, Front, ModeTag, page } from './layout.tsx';
import { problemPage } from './problem.tsx';
import { field, type PageContext, type PageEnv } from './visit.ts';

/** The page of a card's bank (3D Secure). */

/** Where the merchant wants its customer back; only web addresses are followed. */
function returnUrlOf(intent: StripeObject): string | undefined {
  const url = intent.next_action?.redirect_to_url?.return_url;
  return typeof url === 'string' && /^https?:\/\//i.test(url) && URL.canParse(url) ? url : undefined;
}

/** Where the owner goes after the answer: the `return_url`, with what Stripe adds to it. */
function returnAddress(intent: StripeObject, returnUrl: string): string {
  const url = new URL(returnUrl);
  url.searchParams.set(intent.object, intent.id);
  url.searchParams.set(`${intent.object}_client_secret`, intent.client_secret);
  url.searchParams.set('redirect_status', intent.status === 'requires_payment_method' ? 'failed' : 'succeeded');
  return url.href;
}

/** Keeps the owner's answer with all that follows from it. Answers the refusal of what could not follow, where there is one. */
function answer(platform: Platform, { world, intent }: Asked, approved: boolean): StripeError | undefined {
  const { object, id } = intent;
  const refusal = act(platform, { world, subject: { object, id } }, (draft) => {
    ASKING[object]!(draft, draft.get(object, id)!, approved);
  });
  return refusal?.keepsChanges === true ? undefined : refusal;
}

/** An account that a test invented may have no name: then it is not named. */
const whatFor = (intent: StripeObject, shop: string | undefined): string => {
  const what =
    intent.object === 'payment_intent' ? `A payment of ${format(intent.amount, intent.currency)}` : 'Keeping your card for later payments';
  return shop === undefined ? what : `${what} to ${shop}`;
};

const Question: FC<{ intent: StripeObject; shop: string | undefined; csrf: string }> = ({ intent, shop, csrf }) => (
  <Front title="Approve with your bank" aside={<ModeTag livemode={intent.livemode} />}>
    <h1>Is this you?</h1>
    <p>{whatFor(intent, shop)} needs your approval. A real bank would ask for a code or in its app; the simulated one asks here.</p>
    <form method="post" class="stack">
      <Csrf token={csrf} />
      <button type="submit" name="decision" value="approve" class="primary">
        Approve
      </button>
      <button type="submit" name="decision" value="fail">
        Fail the authentication
      </button>
    </form>
    <p class="quiet">
      <code>{intent.id}</code>
    </p>
  </Front>
);

const Answered: FC<{ intent: StripeObject }> = ({ intent }) => {
  const failed = intent.status === 'requires_payment_method';
  return (
    <Front title={failed ? 'Not approved' : 'Approved'} aside={<ModeTag livemode={intent.livemode} />}>
      <h1>{failed ? 'Not approved' : 'Approved'}</h1>
      <p>
        {failed ? 'The payment method was refused.' : 'Your bank knows that it was you.'} You can close this page and go back to the shop.
      </p>
      <p class="quiet">
        <code>{intent.id}</code> is <code>{intent.status}</code>.
      </p>
    </Front>
  );
};

/** Other questions (deposits to read off a statement, a transfer to send) are not the bank's. */
const asksOwner = ({ status, next_action: next }: StripeObject): boolean =>
  status === 'requires_action' && (next?.type === 'redirect_to_url' || next?.type === 'use_stripe_sdk');

const nothingHere = (c: PageContext) =>
  problemPage(c, {
    status: 404,
    title: 'There is nothing to approve here',
    text: 'The address is not complete: take it from the next_action of the payment intent or setup intent.',
  });

const notAsked = (c: PageContext, intent: StripeObject) =>
  problemPage(c, {
    status: 409,
    title: 'There is nothing to approve any more',
    text: `${intent.id} has the status ${intent.status}. A bank asks only while it is requires_action.`,
  });

/** What should follow from the approval cannot be done any more: a coupon is used up, a price is gone. */
const impossible = (c: PageContext, refusal: StripeError) =>
  problemPage(c, { status: 409, title: 'This cannot be completed', text: `${refusal.message} Nothing was charged.` });

const undecided = (c: PageContext) =>
  problemPage(c, {
    status: 400,
    title: 'The answer is missing',
    text: 'The field decision must be approve or fail. Nothing was done; go back and press one of the two buttons.',
  });

export function bankRoutes(platform: Platform): Hono<PageEnv> {
  const app = new Hono<PageEnv>();
  const path = '/3ds/:account{acct_\\w+}/:mode{(?:test|live)}/:id';
  app.get(path, (c) => {
    const found = asked(platform, c);
    if (found === undefined) return nothingHere(c);
    if (!asksOwner(found.intent)) return notAsked(c, found.intent);
    const back = returnUrlOf(found.intent);
    if (back !== undefined) c.set('formTargets', [new URL(back).origin]);
    return page(
      c,
      <Question intent={found.intent} shop={accountName(platform.accounts.account(found.world.account))} csrf={c.get('visitor').csrf} />,
    );
  });
  app.post(path, (c) => {
    const found = asked(platform, c);
    if (found === undefined) return nothingHere(c);
    if (!asksOwner(found.intent)) return notAsked(c, found.intent);
    const decision = field(c, 'decision');
    if (decision !== 'approve' && decision !== 'fail') return undecided(c);
    const refusal = answer(platform, found, decision === 'approve');
    if (refusal !== undefined) return impossible(c, refusal);
    const after = asked(platform, c)!.intent;
    const back = returnUrlOf(found.intent);
    return back === undefined ? page(c, <Answered intent={after} />) : c.redirect(returnAddress(after, back), 303);
  });
  return app;
}
