import type { Context } from 'hono';
import type { Child, FC, PropsWithChildren } from 'hono/jsx';
import type { ContentfulStatusCode } from 'hono/utils/http-status';
import { ASSETS } from './assets.ts';

/** Sends a page. JSX escapes every text and attribute, so nothing that a user wrote becomes markup. */
// biome-ignore lint/suspicious/noExplicitAny: pages of every environment are sent the same way
export const page = (c: Context<any>, body: unknown, status: ContentfulStatusCode = 200): Response | Promise<Response> =>
  c.html(`<!doctype html>${body}`, status);

/** Our own mark: a house, and the annex beside it. */
export const Mark: FC = () => (
  <svg class="mark" viewBox="0 0 24 24" width="22" height="22" aria-hidden="true" focusable="false">
    <rect x="2.5" y="4.5" width="11" height="15" rx="1.5" fill="none" stroke="currentColor" stroke-width="2" />
    <rect x="15" y="11" width="6.5" height="9.5" rx="1.5" fill="currentColor" />
  </svg>
);

export const NOT_STRIPE = 'local simulator, not Stripe';

export interface DocumentProps {
  readonly title: string;
  /** Style sheets beside our own (an extension's colours). */
  readonly styles?: readonly string[];
  readonly bodyClass?: string;
  /** Where the page hears of changes (SSE). */
  readonly stream?: string;
  /** Where the page goes on by itself, without a script. */
  readonly goesTo?: string;
  /** Seconds after which the page is fetched again where no script keeps it current. */
  readonly again?: number;
}

export const Document: FC<PropsWithChildren<DocumentProps>> = ({ title, styles, bodyClass, stream, goesTo, again, children }) => (
  <html lang="en">
    <head>
      <meta charset="utf-8" />
      <meta name="viewport" content="width=device-width, initial-scale=1" />
      <meta name="color-scheme" content="light dark" />
      <meta name="robots" content="noindex" />
      {goesTo !== undefined && <meta http-equiv="refresh" content={`0;url=${goesTo}`} />}
      {again !== undefined && (
        <noscript>
          <meta http-equiv="refresh" content={String(again)} />
        </noscript>
      )}
      <title>{`${title} · Annex (${NOT_STRIPE})`}</title>
      <link rel="icon" href={ASSETS.icon.path} type="image/svg+xml" />
      <link rel="stylesheet" href={ASSETS.style.path} />
      {styles?.map((href) => (
        <link rel="stylesheet" href={href} />
      ))}
      <script type="module" src={ASSETS.script.path}></script>
    </head>
    <body class={bodyClass} data-stream={stream}>
      {children}
    </body>
  </html>
);

/** Whose money could be meant: nobody's, or a business's. */
export const ModeTag: FC<{ livemode: boolean }> = ({ livemode }) => (
  <span class={livemode ? 'mode live' : 'mode test'}>{livemode ? 'live mode' : 'test mode'}</span>
);

export interface FrontProps extends DocumentProps {
  /** What stands at the right of the strip (who is signed in). */
  readonly aside?: Child;
  readonly wide?: boolean;
}

/** A page outside of the dashboard: one card in the middle. */
export const Front: FC<PropsWithChildren<FrontProps>> = ({ aside, wide, children, ...document }) => (
  <Document {...document} bodyClass="front">
    <header class="strip">
      <span class="brand">
        <Mark /> Annex
      </span>
      <span class="not-stripe">{NOT_STRIPE}</span>
      {aside !== undefined && <span class="strip-end">{aside}</span>}
    </header>
    <main class={wide === true ? 'card wide' : 'card'}>{children}</main>
  </Document>
);

/** The hidden field that every form carries. */
export const Csrf: FC<{ token: string }> = ({ token }) => <input type="hidden" name="csrf" value={token} />;

export const FormError: FC<{ text: string | undefined }> = ({ text }) =>
  text === undefined ? null : (
    <p class="notice bad" role="alert">
      {text}
    </p>
  );
