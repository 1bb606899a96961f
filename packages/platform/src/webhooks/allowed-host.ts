/** `example.com`, `*.example.com` or `localhost:4010`: whether a URL's host is on the list. No list allows every host. */
export function hostAllowed(url: string, allowed: readonly string[] | undefined): boolean {
  if (allowed === undefined) return true;
  let target: URL;
  try {
    target = new URL(url);
  } catch {
    return false;
  }
  const { hostname, host } = target;
  return allowed.some((entry) => {
    const wanted = entry.trim().toLowerCase();
    if (wanted.startsWith('*.')) return hostname.endsWith(wanted.slice(1));
    return wanted === hostname || wanted === host;
  });
}

export const hostRefused = (url: string, allowed: readonly string[]): string =>
  `${url} was not called: --allow-webhook-hosts allows ${allowed.join(', ')} only.`;
