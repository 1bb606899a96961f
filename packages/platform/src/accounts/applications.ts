export { type ModeSettings, type NewApplications, nameApplications, registerApplications } from '../resources/application.ts';

const isLocal = (host: string): boolean => /^(localhost|127\.\d+\.\d+\.\d+|\[::1\])$/.test(host) || host.endsWith('.localhost');

/** Why this may not be a redirect URI, in a sentence; nothing where it may (oauth 2.3). */
export function redirectUriRefusal(uri: string, livemode: boolean): string | undefined {
  if (uri !== uri.trim() || /[\s\p{Cc}<>"'`\\]/u.test(uri)) return `'${uri}' has characters that may not stand in a URI.`;
  if (uri.length > 2000) return 'A redirect URI may have 2,000 characters at most.';
  let url: URL;
  try {
    url = new URL(uri);
  } catch {
    return `'${uri}' is not a complete URI. Write it with its scheme and host, for example https://app.example.com/callback.`;
  }
  if (url.protocol !== 'https:' && url.protocol !== 'http:') return `'${uri}' must begin with https:// (or http:// in test mode).`;
  if (url.username !== '' || url.password !== '') return `'${uri}' must not contain a user name or password.`;
  if (uri.includes('#')) return `'${uri}' must not have a fragment (#…): browsers do not send it.`;
  if (uri.includes('*')) return `'${uri}' contains a *. A redirect URI is compared exactly; add each address on its own.`;
  if (livemode && url.protocol !== 'https:') {
    const where = isLocal(url.hostname) ? ' Use the test client_id for an address of your own machine.' : '';
    return `Live mode needs https; '${uri}' begins with http.${where}`;
  }
  return undefined;
}
