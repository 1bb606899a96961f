import type { Context } from 'hono';
import type { Child, FC, PropsWithChildren } from 'hono/jsx';
import type { Platform } from '../platform.ts';
import { Time } from './bits.tsx';
import { accountName } from './brand.ts';
import { Csrf, Document, Mark, NOT_STRIPE, page } from './layout.tsx';
import { streamPath } from './live.ts';
import { baseOf, type DashboardEnv, type Place } from './place.ts';

/** The navigation, in groups. Paths are below `/acct_…/test`. */
const NAV: readonly { readonly title: string; readonly links: readonly (readonly [path: string, label: string])[] }[] = [
  {
    title: 'Account',
    links: [
      ['', 'Overview'],
      ['/make', 'Make something happen'],
    ],
  },
  {
    title: 'Data',
    links: [
      ['/data/payment_intent', 'Payments'],
      ['/data/customer', 'Customers'],
      ['/data/subscription', 'Subscriptions'],
      ['/data/invoice', 'Invoices'],
      ['/data/product', 'Products'],
      ['/data', 'Everything stored'],
    ],
  },
  {
    title: 'Connect',
    links: [
      ['/settings/apps', 'Connected apps'],
      ['/connected-accounts', 'Connected accounts'],
      ['/settings/extension', 'Extension'],
      ['/settings/branding', 'Branding'],
    ],
  },
  {
    title: 'Developers',
    links: [
      ['/events', 'Events'],
      ['/webhooks', 'Webhooks'],
      ['/logs', 'API log'],
      ['/settings/keys', 'API keys'],
      ['/settings/billing', 'Billing'],
      ['/clocks', 'Clocks'],
      ['/faults', 'Faults'],
    ],
  },
];

const Nav: FC<{ place: Place; current: string }> = ({ place, current }) => (
  <>
    {NAV.map((group) => (
      <>
        <h2>{group.title}</h2>
        {group.links.map(([path, label]) => (
          <a href={`${place.base}${path}`} {...(path === current && { 'aria-current': 'page' as const })}>
            {label}
          </a>
        ))}
      </>
    ))}
  </>
);

const AccountMenu: FC<{ platform: Platform; place: Place; csrf: string }> = ({ platform, place, csrf }) => (
  <details>
    <summary>
      <span class="sr">Account: </span>
      {accountName(place.account) ?? place.account.id}
    </summary>
    <div class="menu">
      {place.user.accounts.map((id) => (
        <a href={baseOf(id, place.world.livemode)} {...(id === place.account.id && { 'aria-current': 'true' as const })}>
          {accountName(platform.accounts.account(id)) ?? 'Account without a name'}
          <span class="quiet">
            <code>{id}</code>
          </span>
        </a>
      ))}
      <a href={`${place.base}/new-account`}>Open a new account</a>
      <hr />
      <form method="post" action="/sign-out">
        <Csrf token={csrf} />
        <button type="submit" class="row-button">
          Sign out
          <span class="quiet">{place.user.email}</span>
        </button>
      </form>
    </div>
  </details>
);

const Bar: FC<{ platform: Platform; place: Place; csrf: string; current: string }> = ({ platform, place, csrf, current }) => {
  const { livemode, account } = place.world;
  const stay =
    current === '' || /^\/(data|settings|events|webhooks|logs|make|clocks|faults|connected-accounts)/.test(current) ? current : '';
  return (
    <div class="bar">
      <AccountMenu platform={platform} place={place} csrf={csrf} />
      <nav class="switcher" aria-label="Mode">
        <a class="test" href={baseOf(account, false) + stay} {...(!livemode && { 'aria-current': 'true' as const })}>
          Test
        </a>
        <a class="live" href={baseOf(account, true) + stay} {...(livemode && { 'aria-current': 'true' as const })}>
          Live
        </a>
      </nav>
      <span class="quiet">
        <a href={`${place.base}/clocks`}>Platform clock</a> <Time seconds={platform.clock.now()} exact />
        {platform.faults.active && (
          <>
            {' '}
            <a class="tag bad" href={`${place.base}/faults`}>
              faults on
            </a>
          </>
        )}
        {platform.clock.state.speed !== 1 &&
          ` (${platform.clock.state.speed === 0 ? 'stopped' : `runs ${platform.clock.state.speed} times as fast`})`}
      </span>
      <span class="not-stripe">{NOT_STRIPE}</span>
    </div>
  );
};

export interface ShellProps {
  readonly title: string;
  /** The navigation's path of this page. */
  readonly current: string;
  readonly lead?: Child;
  /** Buttons beside the title. */
  readonly actions?: Child;
  readonly styles?: readonly string[];
  /** Seconds after which the page is fetched again where no script keeps it current. */
  readonly again?: number;
}

/** A dashboard page in its frame. */
export function shellPage(
  platform: Platform,
  c: Context<DashboardEnv>,
  shown: PropsWithChildren<ShellProps> & { status?: 200 | 400 | 404 },
): Response | Promise<Response> {
  const place = c.get('place');
  const { csrf } = c.get('visitor');
  const { title, current, lead, actions, styles, again, children, status } = shown;
  return page(
    c,
    <Document
      title={`${title} · ${accountName(place.account) ?? place.account.id}`}
      stream={streamPath(platform, place.base)}
      {...(styles && { styles })}
      {...(again !== undefined && { again })}
    >
      <a class="skip" href="#content">
        Skip to the content
      </a>
      <div class="shell">
        <div class="side">
          <div class="side-head">
            <a class="brand" href={place.base}>
              <Mark /> Annex
            </a>
            <details class="nav-menu">
              <summary>Menu</summary>
              <nav aria-label="Menu">
                <Nav place={place} current={current} />
              </nav>
            </details>
          </div>
          <nav aria-label="Main">
            <Nav place={place} current={current} />
          </nav>
        </div>
        <div>
          <Bar platform={platform} place={place} csrf={csrf} current={current} />
          <main class="content" id="content">
            <header>
              <div>
                <h1>{title}</h1>
                {lead !== undefined && <p class="quiet">{lead}</p>}
              </div>
              {actions !== undefined && <div class="actions">{actions}</div>}
            </header>
            {children}
          </main>
        </div>
      </div>
    </Document>,
    status,
  );
}
