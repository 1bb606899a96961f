import type { Child, FC, PropsWithChildren } from 'hono/jsx';
import { callOf } from '../people/people.ts';
import { ASSETS } from '../web/assets.ts';
import type { AccountVisit, Visit } from '../web/visit.ts';
import { Live } from './bits.tsx';
import { Csrf } from './form.tsx';
import { isLoading, Loading } from './loading.tsx';
import { NAVIGATION } from './navigation.ts';
import { Standing } from './standing.tsx';

/** Sends a page. JSX escapes every text and attribute, so nothing that anybody wrote becomes markup. */
export const html = (body: unknown, status = 200): Response =>
  new Response(`<!doctype html>${String(body)}`, { status, headers: { 'content-type': 'text/html; charset=utf-8' } });

/** Our own mark: a lantern, lit. */
export const Mark: FC = () => (
  <svg class="mark" viewBox="0 0 24 24" width="24" height="24" aria-hidden="true" focusable="false">
    <path d="M9 4.5a3 3 0 0 1 6 0" fill="none" stroke="currentColor" stroke-width="1.6" stroke-linecap="round" />
    <path d="M7 6.5h10M6.5 20.5h11" fill="none" stroke="currentColor" stroke-width="1.8" stroke-linecap="round" />
    <path d="M8.2 6.5 7 18.5q-.1 2 1.5 2h7q1.6 0 1.5-2L15.8 6.5" fill="none" stroke="currentColor" stroke-width="1.6" />
    <path class="flame" d="M12 9.2c1.7 2.1 2.6 3.5 2.6 5a2.6 2.6 0 0 1-5.2 0c0-1.5.9-2.9 2.6-5z" />
  </svg>
);

interface DocumentProps {
  readonly title: string;
  readonly bodyClass: string;
  /** Where the page hears of changes (SSE). */
  readonly stream?: string | undefined;
  /** Seconds until the page is fetched again where scripts do not run. */
  readonly refresh?: number | undefined;
}

const Document: FC<PropsWithChildren<DocumentProps>> = ({ title, bodyClass, stream, refresh, children }) => (
  <html lang="en">
    <head>
      <meta charset="utf-8" />
      <meta name="viewport" content="width=device-width, initial-scale=1" />
      <meta name="color-scheme" content="light dark" />
      <meta name="robots" content="noindex" />
      <title>{`${title} · Lantern`}</title>
      <link rel="icon" href={ASSETS.icon.path} type="image/svg+xml" />
      <link rel="stylesheet" href={ASSETS.style.path} />
      {refresh !== undefined && (
        <noscript>
          <meta http-equiv="refresh" content={String(refresh)} />
        </noscript>
      )}
      <script type="module" src={ASSETS.script.path}></script>
    </head>
    <body class={bodyClass} data-stream={stream}>
      <a class="skip" href="#main">
        Skip to the content
      </a>
      {children}
    </body>
  </html>
);

/** Said wherever figures could be taken for those of a real business. */
const NotStripe: FC<{ visit: Visit }> = ({ visit }) =>
  visit.lantern.stripe.local ? <p class="strip">Connected to a local simulator, not to Stripe.</p> : null;

const Who: FC<{ visit: Visit }> = ({ visit }) => {
  const { person } = visit;
  if (person === undefined)
    return (
      <nav class="who" aria-label="You">
        <a href="/sign-in">Sign in</a>
      </nav>
    );
  return (
    <details class="menu who">
      <summary>
        <span>{callOf(person)}</span>
      </summary>
      <div class="menu-body right">
        {person.email === null && <a href="/sign-up">Choose e-mail and password</a>}
        <a href="/accounts">Your accounts</a>
        {person.email !== null && <a href="/password">Change password</a>}
        <form method="post" action="/sign-out">
          <Csrf visit={visit} />
          <button type="submit">Sign out</button>
        </form>
      </div>
    </details>
  );
};

export interface FrontProps {
  readonly visit: Visit;
  readonly title: string;
  readonly wide?: boolean;
}

/** A page outside of an account: one column in the middle. */
export const Front: FC<PropsWithChildren<FrontProps>> = ({ visit, title, wide, children }) => (
  <Document title={title} bodyClass="front">
    <NotStripe visit={visit} />
    <header class="top">
      <a class="brand" href="/">
        <Mark /> Lantern
      </a>
      <Who visit={visit} />
    </header>
    <main id="main" tabindex={-1} class={wide === true ? 'column wide' : 'column'}>
      {children}
    </main>
  </Document>
);

/** Where a guest is told how to keep the access; on every page it would be in the way. */
const GUEST_PAGES: ReadonlySet<string> = new Set(['', '/import', '/settings']);

/** Their figures come from the whole history; the overview says so by itself, with a bar. */
const HISTORY_PAGES: ReadonlySet<string> = new Set(['/mrr', '/customers', '/cohorts', '/failed', '/cash']);
/** Seconds after which a page whose figures settle looks again where no script does. */
const SETTLES = 3;

export interface InsideProps {
  readonly visit: AccountVisit;
  readonly title: string;
  /** Which entry of the navigation this page is, by its path. */
  readonly at: string;
  readonly live?: boolean;
  readonly refresh?: number;
  /** What stands beside the title. */
  readonly aside?: Child;
}

/** A page of an account. */
export const Inside: FC<PropsWithChildren<InsideProps>> = ({ visit, title, at, live, refresh, aside, children }) => {
  const { place } = visit;
  const settles = HISTORY_PAGES.has(at);
  const stream = live === false ? undefined : `${place.base}/live`;
  return (
    <Document
      title={`${title} · ${place.name}`}
      bodyClass="inside"
      stream={stream}
      refresh={refresh ?? (settles && isLoading(place) ? SETTLES : undefined)}
    >
      <NotStripe visit={visit} />
      <header class="top">
        <a class="brand" href={place.base}>
          <Mark /> <span class="brand-name">Lantern</span>
        </a>
        <a class="place" href="/accounts" title="Change account">
          <span class="place-name">{place.name}</span>
          <span class={`mode ${place.mode}`}>{place.mode}</span>
        </a>
        {stream !== undefined && (
          <span class="live" data-live-state role="status">
            <span class="dot" aria-hidden="true"></span> <span data-live-text>not live</span>
          </span>
        )}
        <Who visit={visit} />
      </header>
      <nav class="side" aria-label="Pages">
        {NAVIGATION.map(({ group, entries }) => (
          <>
            <p class="side-group" id={`nav-${group}`}>
              {group}
            </p>
            <ul aria-labelledby={`nav-${group}`}>
              {entries
                .filter(({ owner }) => owner !== true || visit.role === 'owner')
                .map(({ path, label }) => (
                  <li>
                    <a href={`${place.base}${path}`} aria-current={path === at ? 'page' : undefined}>
                      {label}
                    </a>
                  </li>
                ))}
            </ul>
          </>
        ))}
      </nav>
      <main id="main" class="page" tabindex={-1}>
        <div class="page-head">
          <h1>{title}</h1>
          {aside !== undefined && <div class="page-aside">{aside}</div>}
        </div>
        {at !== '/billing' && <Standing visit={visit} />}
        {visit.person.email === null && GUEST_PAGES.has(at) && (
          <p class="notice">
            Only this browser can open these figures. <a href="/sign-up">Choose an e-mail and a password</a> to keep your access.
          </p>
        )}
        {settles && (
          <Live name="loading">
            <Loading place={place} />
          </Live>
        )}
        {children}
      </main>
    </Document>
  );
};
