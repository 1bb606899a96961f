import { checkAuthorize } from '../oauth/checks/authorize.ts';
import { OAuthError } from '../oauth/refusals.ts';
import type { Platform } from '../platform.ts';

/** Where to go after signing in: a path of our own, or the dashboard. Another site's address is never followed. */
export function ownPath(next: string | undefined): string {
  if (next === undefined || !next.startsWith('/') || /^\/[/\\]/.test(next) || /[\p{Cc}\\]/u.test(next)) return '/';
  const url = new URL(next, 'http://annex.invalid');
  return url.origin === 'http://annex.invalid' ? url.pathname + url.search : '/';
}

/**
 * Origins that a form on the way to consent may lead to: browsers hold the redirects after a form to its page's policy, and
 * this way may end at the extension's redirect URI at once.
 */
export function flowTargets(platform: Platform, next: string): readonly string[] {
  if (!next.startsWith('/oauth/')) return [];
  try {
    return [new URL(checkAuthorize(platform, next.slice(next.indexOf('?') + 1)).redirectUri).origin];
  } catch (error) {
    if (error instanceof OAuthError) return [];
    throw error;
  }
}
