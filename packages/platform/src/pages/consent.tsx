import type { FC } from 'hono/jsx';
import type { Scope, UserRecord } from '../accounts/records.ts';
import type { AuthorizeRequest } from '../oauth/checks/authorize.ts';
import type { Choice } from '../oauth/checks/choices.ts';
import type { Platform } from '../platform.ts';
import { accountName, type Brand, brandCssPath, brandOf } from './brand.ts';
import { Csrf, FormError, Front } from './layout.tsx';

/** What a scope means, in plain words. What stands here must be what the API does. */
export const SCOPE_WORDS: Readonly<
  Record<Scope, { readonly asks: string; readonly can: readonly string[]; readonly cannot: readonly string[] }>
> = {
  read_only: {
    asks: 'wants to read the data of your account',
    can: [
      'Read everything stored in the account: customers, subscriptions, invoices, payments, refunds, disputes, balance and payouts',
      'Read what other connected apps have created there',
      'Be told when any of it changes',
    ],
    cannot: [
      'Create, change or delete anything',
      'Charge, refund or move money',
      'See full card numbers',
      'See your password or your API keys',
    ],
  },
  read_write: {
    asks: 'wants to read and change the data of your account',
    can: [
      'Read everything stored in the account, also what other connected apps have created there',
      'Create and change customers, subscriptions, invoices, products and prices',
      'Charge your customers, refund payments, and take a fee of its own from payments it makes',
      'Be told when any of it changes',
    ],
    cannot: [
      'Pay out or transfer your balance',
      'Change your account settings or bank accounts',
      'Change or cancel subscriptions that it did not create',
      'See full card numbers, your password or your API keys',
    ],
  },
};

export const BrandTile: FC<{ brand: Brand; image: string | undefined }> = ({ brand, image }) =>
  image === undefined ? (
    <span class={`tile brand-${brand.account}`} aria-hidden="true">
      {[...brand.name][0]?.toUpperCase()}
    </span>
  ) : (
    <img class="brand-image" src={image} alt={brand.name} />
  );

const AccountChoice: FC<{ choice: Choice; checked: boolean }> = ({ choice, checked }) => {
  const { account, refusal, connected } = choice;
  const note =
    refusal ?? (connected === undefined ? undefined : `connected already (${connected === 'read_only' ? 'read only' : 'read and write'})`);
  return (
    <label class={refusal === undefined ? 'choice' : 'choice off'}>
      <input type="radio" name="account" value={account.id} checked={checked} disabled={refusal !== undefined} required />
      <span>
        <strong>{accountName(account) ?? 'Account without a name'}</strong>
        <span class="quiet">
          <code>{account.id}</code>
          {note !== undefined && <> · {note}</>}
        </span>
      </span>
    </label>
  );
};

export interface ConsentProps {
  readonly platform: Platform;
  readonly request: AuthorizeRequest;
  readonly user: UserRecord;
  readonly csrf: string;
  readonly choices: readonly Choice[];
  readonly chosen: string | undefined;
  readonly error: string | undefined;
}

const CanAndCannot: FC<{ scope: Scope }> = ({ scope }) => (
  <div class="grants">
    <section>
      <h2>It will be able to</h2>
      <ul class="yes">
        {SCOPE_WORDS[scope].can.map((line) => (
          <li>{line}</li>
        ))}
      </ul>
    </section>
    <section>
      <h2>It will not be able to</h2>
      <ul class="no">
        {SCOPE_WORDS[scope].cannot.map((line) => (
          <li>{line}</li>
        ))}
      </ul>
    </section>
  </div>
);

const NewAccount: FC<{ action: string; csrf: string; request: AuthorizeRequest; brand: Brand }> = ({ action, csrf, request, brand }) => (
  <details class="more">
    <summary>Connect a new account instead</summary>
    <form method="post" action={action} class="stack">
      <Csrf token={csrf} />
      <label>
        Business name of the new account
        <input name="business" required maxlength={100} value={(request.prefill.get('business_name') ?? '').slice(0, 100)} />
      </label>
      <button type="submit" name="decision" value="create">
        Create it and connect it to {brand.name}
      </button>
    </form>
    {!request.application.livemode && (
      <form method="post" action={action} class="stack">
        <Csrf token={csrf} />
        <p class="quiet">This is test mode: nothing needs to be filled in.</p>
        <button type="submit" name="decision" value="blank">
          Use a blank test account
        </button>
      </form>
    )}
  </details>
);

/** The question, exactly: who asks, for what, of which account, and what can never happen. */
export const ConsentPage: FC<ConsentProps> = ({ platform, request, user, csrf, choices, chosen, error }) => {
  const brand = brandOf(platform, request.application.account);
  const action = `/oauth/v2/authorize?${request.query}`;
  const open = choices.filter((choice) => choice.refusal === undefined);
  const current = open.find((choice) => choice.account.id === chosen);
  const fresh = current?.covers === false ? current : open.find((choice) => !choice.covers);
  const preselected = (fresh ?? current ?? open[0])?.account.id;
  return (
    <Front
      title={`Connect ${brand.name}`}
      styles={[brandCssPath(brand)]}
      wide
      aside={
        <span class={request.application.livemode ? 'mode live' : 'mode test'}>
          {request.application.livemode ? 'live mode' : 'test mode'}
        </span>
      }
    >
      <div class={`consent brand-${brand.account}`}>
        <header class="asker">
          <BrandTile brand={brand} image={brand.logo ?? brand.icon} />
          <div>
            <h1>
              {brand.name} <span class="asks">{SCOPE_WORDS[request.scope].asks}</span>
            </h1>
            {brand.site !== undefined && (
              <p>
                <a href={brand.site} rel="noreferrer noopener">
                  {new URL(brand.site).host}
                </a>
              </p>
            )}
          </div>
        </header>
        <FormError text={error} />
        <form method="post" action={action}>
          <Csrf token={csrf} />
          <fieldset>
            <legend>Your account</legend>
            {choices.map((choice) => (
              <AccountChoice choice={choice} checked={choice.account.id === preselected} />
            ))}
            {open.length === 0 && <p>None of your accounts can be connected. Create a new one below.</p>}
          </fieldset>
          <CanAndCannot scope={request.scope} />
          <p class="quiet">
            You can take this back at any time: in your dashboard, under Connected apps. Answers go to{' '}
            <code>{new URL(request.redirectUri).host}</code>.
          </p>
          <div class="actions">
            <button type="submit" name="decision" value="allow" class="primary brand-button" disabled={open.length === 0}>
              Connect
            </button>
            <button type="submit" name="decision" value="deny" formnovalidate>
              Cancel
            </button>
          </div>
        </form>
        <NewAccount action={action} csrf={csrf} request={request} brand={brand} />
        <form method="post" action="/sign-out" class="switch">
          <Csrf token={csrf} />
          <input type="hidden" name="next" value={action} />
          Signed in as {user.email}.{' '}
          <button type="submit" class="link">
            Switch user
          </button>
        </form>
      </div>
    </Front>
  );
};
