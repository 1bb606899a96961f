import { Hono } from 'hono';
import type { FC } from 'hono/jsx';
import type { StripeObject } from '../engine/index.ts';
import type { Platform } from '../platform.ts';
import { CODE } from '../resources/microdeposits.ts';
import { type Asked, asked } from './asked.ts';
import { accountName } from './brand.ts';
import { operate } from './hosted/act.ts';
import { Csrf, FormError, Front, ModeTag, page } from './layout.tsx';
import { problemPage } from './problem.tsx';
import { field, type PageContext, type PageEnv } from './visit.ts';

/** Where the owner of a bank account that was typed in proves to be its owner (`hosted_verification_url`). */

interface QuestionProps {
  readonly platform: Platform;
  readonly asked: Asked;
  readonly csrf: string;
  readonly error?: string | undefined;
}

/** `the bank account ending in 6789`, where that is known. */
function accountText(platform: Platform, { world, intent }: Asked): string {
  const row = typeof intent.payment_method === 'string' ? platform.store.row(world, 'payment_method', intent.payment_method) : undefined;
  const last4 = row === undefined ? undefined : (JSON.parse(row.text) as StripeObject).us_bank_account?.last4;
  return last4 == null ? 'a bank account' : `the bank account ending in ${last4}`;
}

const Question: FC<QuestionProps> = ({ platform, asked: { world, intent }, csrf, error }) => (
  <Front title="Verify your bank account" aside={<ModeTag livemode={intent.livemode} />}>
    <h1>Verify your bank account</h1>
    <p>
      {accountName(platform.accounts.account(world.account)) ?? 'The merchant'} asks you to show that{' '}
      {accountText(platform, { world, intent })} is yours. A small deposit is on its way to it. Your statement shows a code of six
      characters beside it, which begins with SM.
    </p>
    <FormError text={error} />
    <form method="post" class="stack">
      <Csrf token={csrf} />
      <label>
        Code on the statement
        <input name="code" required maxlength={6} autocomplete="off" autocapitalize="characters" spellcheck={false} />
      </label>
      <button type="submit" class="primary">
        Verify
      </button>
    </form>
    <p class="quiet">
      No money moves here, and there is no statement: the simulated bank's code is <code>{CODE}</code>. Any other is refused.
    </p>
    <p class="quiet">
      <code>{intent.id}</code>
    </p>
  </Front>
);

const Verified: FC<{ intent: StripeObject }> = ({ intent }) => (
  <Front title="Verified" aside={<ModeTag livemode={intent.livemode} />}>
    <h1>Verified</h1>
    <p>The account is yours. You can close this page and go back to the shop.</p>
    <p class="quiet">
      <code>{intent.id}</code> is <code>{intent.status}</code>.
    </p>
  </Front>
);

const nothingHere = (c: PageContext) =>
  problemPage(c, {
    status: 404,
    title: 'There is nothing to verify here',
    text: 'The address is not complete: take it from the next_action of the payment intent or setup intent.',
  });

const notAsked = (c: PageContext, intent: StripeObject) =>
  problemPage(c, {
    status: 409,
    title: 'There is nothing to verify any more',
    text: `${intent.id} has the status ${intent.status} and awaits no deposits.`,
  });

export function microdepositRoutes(platform: Platform): Hono<PageEnv> {
  const app = new Hono<PageEnv>();
  const path = '/microdeposits/:account{acct_\\w+}/:mode{(?:test|live)}/:id';
  const awaits = (intent: StripeObject): boolean => intent.next_action?.type === 'verify_with_microdeposits';
  app.get(path, (c) => {
    const found = asked(platform, c);
    if (found === undefined) return nothingHere(c);
    if (!awaits(found.intent)) return notAsked(c, found.intent);
    return page(c, <Question platform={platform} asked={found} csrf={c.get('visitor').csrf} />);
  });
  app.post(path, (c) => {
    const found = asked(platform, c);
    if (found === undefined) return nothingHere(c);
    const { intent, world } = found;
    if (!awaits(intent)) return notAsked(c, intent);
    const path = `/v1/${intent.object}s/${intent.id}/verify_microdeposits`;
    const params = { descriptor_code: field(c, 'code').toUpperCase() };
    const refusal = operate(platform, world, { method: 'POST', path, params });
    if (refusal !== undefined)
      return page(
        c,
        <Question platform={platform} asked={found} csrf={c.get('visitor').csrf} error={refusal.message} />,
        refusal.status as 400,
      );
    return page(c, <Verified intent={asked(platform, c)!.intent} />);
  });
  return app;
}
