import type { FC } from 'hono/jsx';
import type { ShownExtension } from '../../accounts/extension.ts';
import type { Platform } from '../../platform.ts';
import { CopyButton } from '../bits.tsx';

/** Our own drawing: no artwork and no font of Stripe's. */
const STYLE = `.connect-account {
  display: inline-flex; align-items: center; gap: 8px; height: 40px; padding: 0 16px;
  border: 1px solid #1f2937; border-radius: 6px; background: #ffffff; color: #1f2937;
  font: 600 15px/1 system-ui, sans-serif; text-decoration: none;
}
.connect-account:hover { background: #f3f4f6; }
.connect-account:focus-visible { outline: 3px solid #2563eb; outline-offset: 2px; }
@media (prefers-color-scheme: dark) {
  .connect-account { background: #111827; color: #f9fafb; border-color: #f9fafb; }
}`;

const PLUG =
  '<svg width="16" height="16" viewBox="0 0 16 16" aria-hidden="true"><path fill="none" stroke="currentColor" stroke-width="1.8" stroke-linecap="round" d="M5 1v4M11 1v4M3 5h10v2a5 5 0 0 1-10 0zM8 12v3"/></svg>';

const escaped = (text: string): string => text.replaceAll('&', '&amp;').replaceAll('"', '&quot;').replaceAll('<', '&lt;');

/** A snippet to copy: plain HTML and CSS with the right link. */
export const ConnectButton: FC<{ platform: Platform; extension: ShownExtension; livemode: boolean }> = ({
  platform,
  extension,
  livemode,
}) => {
  const mode = livemode ? extension.live : extension.test;
  const query = new URLSearchParams({
    response_type: 'code',
    client_id: mode.client_id,
    scope: extension.scopes[0] ?? 'read_only',
    ...(mode.redirect_uris[0] !== undefined && { redirect_uri: mode.redirect_uris[0] }),
    state: 'A_RANDOM_VALUE_OF_THIS_SESSION',
  });
  const link = `${platform.url}/oauth/authorize?${query}`;
  const snippet = `<a class="connect-account" href="${escaped(link)}">\n  ${PLUG}\n  Connect your Stripe account\n</a>\n<style>\n${STYLE}\n</style>`;
  return (
    <section class="panel">
      <h2>Connect button</h2>
      <p>
        <a class="connect-account" href={link}>
          <svg width="16" height="16" viewBox="0 0 16 16" aria-hidden="true">
            <path
              fill="none"
              stroke="currentColor"
              stroke-width="1.8"
              stroke-linecap="round"
              d="M5 1v4M11 1v4M3 5h10v2a5 5 0 0 1-10 0zM8 12v3"
            />
          </svg>
          Connect your Stripe account
        </a>
      </p>
      <p class="quiet">
        For the {livemode ? 'live' : 'test'} client_id. Put a fresh, unguessable <code>state</code> into each link and compare it when the
        browser comes back. Against Stripe itself the link begins with <code>https://connect.stripe.com</code>.
      </p>
      <pre class="code" tabindex={0}>
        {snippet}
      </pre>
      <CopyButton text={snippet} label="Copy the snippet" />
    </section>
  );
};
