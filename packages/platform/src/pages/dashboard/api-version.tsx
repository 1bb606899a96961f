import { Hono } from 'hono';
import type { FC } from 'hono/jsx';
import type { Platform } from '../../platform.ts';
import { chooseDefaultVersion } from '../../versions/default-version.ts';
import { NAMED } from '../../versions/known.ts';
import { Csrf } from '../layout.tsx';
import type { DashboardEnv } from '../place.ts';
import { field } from '../visit.ts';

const NEWEST_FIRST = [...NAMED].reverse();

/** The versions that an account or an endpoint may choose, newest first. */
export const VersionOptions: FC<{ chosen?: string }> = ({ chosen }) => (
  <>
    {chosen !== undefined && !NEWEST_FIRST.includes(chosen) && (
      <option value={chosen} selected>
        {chosen}
      </option>
    )}
    {NEWEST_FIRST.map((version) => (
      <option value={version} selected={version === chosen}>
        {version}
      </option>
    ))}
  </>
);

/** Shows the default version of an account, and changes it. */
export const ApiVersion: FC<{ version: string; base: string; csrf: string; changed: boolean }> = ({ version, base, csrf, changed }) => (
  <section class="panel">
    <h2>API version</h2>
    <p class="quiet">
      For requests that send no <code>Stripe-Version</code>, and for events from now on: those that have happened keep theirs.
    </p>
    {changed && (
      <p class="notice good" role="status">
        New events are told in {version}.
      </p>
    )}
    <form method="post" action={`${base}/settings/api-version`} class="stack">
      <Csrf token={csrf} />
      <label>
        Default version
        <select name="version">
          <VersionOptions chosen={version} />
        </select>
      </label>
      <button type="submit">Change</button>
    </form>
  </section>
);

export function apiVersionRoutes(platform: Platform): Hono<DashboardEnv> {
  const app = new Hono<DashboardEnv>();
  app.post('/settings/api-version', (c) => {
    const { world, base } = c.get('place');
    const version = field(c, 'version');
    if (!NAMED.includes(version)) return c.redirect(`${base}/settings/keys`, 303);
    chooseDefaultVersion(platform, world.account, version);
    return c.redirect(`${base}/settings/keys?changed=version`, 303);
  });
  return app;
}
