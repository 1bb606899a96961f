import type { FC } from 'hono/jsx';
import type { StripeObject } from '../../engine/index.ts';
import { type Brand, webAddress } from '../brand.ts';
import { Hosted, Merchant } from './frame.tsx';

/** Where the payer goes when it is done: the session's own address, with its id where it asks for it. */
export function doneUrl(session: StripeObject): string | undefined {
  const url = session.success_url ?? session.return_url;
  const filled = url?.replaceAll(/\{CHECKOUT_SESSION_ID\}|%7BCHECKOUT_SESSION_ID%7D/gi, session.id);
  return typeof filled === 'string' && URL.canParse(filled) ? filled : undefined;
}

interface DoneProps {
  readonly session: StripeObject;
  readonly brand: Brand;
  readonly goesTo: string | undefined;
  /** What the payment link that opened the session says at the end. */
  readonly message: string | undefined;
}

export const DonePage: FC<DoneProps> = ({ session, brand, goesTo, message }) => {
  const link = doneUrl(session);
  const what =
    session.mode === 'setup' ? 'Your card is saved' : session.mode === 'subscription' ? 'You are subscribed' : 'Thank you for your payment';
  return (
    <Hosted title={what} brand={brand} livemode={session.livemode} goesTo={goesTo} kind="card">
      <Merchant brand={brand} />
      <h1>{what}</h1>
      <p>
        {goesTo === undefined
          ? (message ?? 'This page has been completed and cannot be used again.')
          : `You are being taken back to ${brand.name}.`}
      </p>
      {link !== undefined && (
        <p>
          <a class="button primary brand-button" href={link} rel="noreferrer">
            Continue to {brand.name}
          </a>
        </p>
      )}
    </Hosted>
  );
};

/** The path at which an expired session is taken up again, where it allows that. */
function recoveryOf(session: StripeObject): string | undefined {
  const url = webAddress(session.after_expiration?.recovery?.url);
  return url === undefined ? undefined : new URL(url).pathname;
}

export const ExpiredPage: FC<{ session: StripeObject; brand: Brand }> = ({ session, brand }) => (
  <Hosted title="This page has expired" brand={brand} livemode={session.livemode} kind="card">
    <Merchant brand={brand} />
    <h1>This page has expired</h1>
    <p>Nothing was charged. Go back to {brand.name} and start again.</p>
    {recoveryOf(session) !== undefined && (
      <p>
        <a class="button primary brand-button" href={recoveryOf(session)}>
          Take it up again
        </a>
      </p>
    )}
    {session.cancel_url !== null && (
      <p>
        <a class="button" href={session.cancel_url} rel="noreferrer">
          Back to {brand.name}
        </a>
      </p>
    )}
  </Hosted>
);
