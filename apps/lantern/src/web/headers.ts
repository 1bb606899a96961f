/**
 * What a page may load and do: our own files, nothing inline, no frame around it. `formTargets` are origins to which a form may lead
 * by a redirect (the hosted checkout and the billing portal).
 */
export function pageHeaders(options: { secure: boolean; formTargets: readonly string[] }): Readonly<Record<string, string>> {
  const targets = ["'self'", ...options.formTargets].join(' ');
  return {
    'content-security-policy': `default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; form-action ${targets}; frame-ancestors 'none'; base-uri 'none'`,
    'cache-control': 'no-store',
    'x-content-type-options': 'nosniff',
    'x-frame-options': 'DENY',
    'referrer-policy': 'no-referrer',
    'cross-origin-opener-policy': 'same-origin',
    'permissions-policy': 'camera=(), microphone=(), geolocation=(), payment=()',
    ...(options.secure && { 'strict-transport-security': 'max-age=31536000' }),
  };
}

/** The answer with these headers, where it does not have its own. */
export function withHeaders(response: Response, headers: Readonly<Record<string, string>>, cookies: readonly string[]): Response {
  for (const [name, value] of Object.entries(headers)) if (!response.headers.has(name)) response.headers.set(name, value);
  for (const cookie of cookies) response.headers.append('set-cookie', cookie);
  return response;
}
