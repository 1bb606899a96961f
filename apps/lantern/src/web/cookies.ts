/** Lantern's two cookies. Behind https they carry `__Host-`, so that no other host can set them. */
export interface CookieNames {
  /** A secret of this browser, from its first page on: it guards forms and binds a connection to the browser that began it. */
  readonly browser: string;
  /** Who is signed in. */
  readonly session: string;
}

export const cookieNames = (secure: boolean): CookieNames =>
  secure
    ? { browser: '__Host-lantern_browser', session: '__Host-lantern_session' }
    : { browser: 'lantern_browser', session: 'lantern_session' };

export function readCookie(request: Request, name: string): string | undefined {
  for (const part of (request.headers.get('cookie') ?? '').split(';')) {
    const at = part.indexOf('=');
    if (at > 0 && part.slice(0, at).trim() === name) {
      const value = part.slice(at + 1).trim();
      return /^[\w-]{43}$/.test(value) ? value : undefined;
    }
  }
  return undefined;
}

/** Lax, because people come back from Stripe's consent page by following a link from another site. */
export function cookieText(name: string, value: string, { secure, maxAgeMs }: { secure: boolean; maxAgeMs: number }): string {
  return `${name}=${value}; Path=/; HttpOnly; SameSite=Lax; Max-Age=${Math.round(maxAgeMs / 1000)}${secure ? '; Secure' : ''}`;
}
