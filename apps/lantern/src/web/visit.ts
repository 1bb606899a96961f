import type { Entitlement } from '@annex/kit';
import type { Lantern } from '../lantern.ts';
import type { Role } from '../people/members.ts';
import type { Person } from '../people/people.ts';
import { hmac } from '../people/secrets.ts';
import type { Place } from './place.ts';

/** One request for a page, and who makes it. */
export interface Visit {
  readonly lantern: Lantern;
  readonly request: Request;
  readonly url: URL;
  readonly params: Readonly<Record<string, string>>;
  /** A secret of this browser. */
  readonly browser: string;
  readonly sessionToken: string | undefined;
  readonly person: Person | undefined;
  /** What every form on the page carries. */
  readonly csrf: string;
  /** What was posted; empty for a page that is only read. */
  readonly form: URLSearchParams;
  /** `Set-Cookie` headers that the answer carries; steps and pages add to it. */
  readonly cookies: string[];
}

/** Somebody who is signed in, if only as a guest. */
export interface PersonVisit extends Visit {
  readonly person: Person;
  readonly sessionToken: string;
}

/** A member of an account, on a page of that account. */
export interface AccountVisit extends PersonVisit {
  readonly place: Place;
  readonly role: Role;
  /** Whether the account may use Lantern, and why. */
  readonly entitlement: Entitlement;
}

export type Answer = Response | Promise<Response>;

interface Common {
  readonly method: 'GET' | 'POST';
  readonly path: string;
}

/**
 * A page or an action, declared: who may come, and what happens. The gate in `door.ts` lets in accordingly, so that no page checks by
 * itself; the test of "nobody sees an account that is not theirs" walks over the same list.
 */
export type Route =
  | (Common & { readonly access: 'anyone'; readonly run: (visit: Visit) => Answer })
  | (Common & { readonly access: 'person'; readonly run: (visit: PersonVisit) => Answer })
  | (Common & {
      /** Paths of an account begin with `/a/:account/:mode`. */
      readonly access: Role;
      /** Without data, when the account has left, only pages that say so are shown. */
      readonly afterLeaving?: boolean;
      /** Shown also while the figures are locked because nobody pays for them. */
      readonly whileLocked?: boolean;
      readonly run: (visit: AccountVisit) => Answer;
    });

export const csrfOf = (secret: string, browser: string, session: string | undefined): string =>
  hmac(secret, `form|${browser}|${session ?? ''}`);

export const redirect = (to: string): Response => new Response(null, { status: 303, headers: { location: to } });

/** A place inside Lantern to go on to, from a query or a form; never another site. */
export function nextOf(text: string | null | undefined, otherwise: string): string {
  return text != null && /^\/(?![/\\])[\w/?=&%.~-]*$/.test(text) ? text : otherwise;
}

/** A posted field without surrounding blanks; empty where it is missing. */
export const field = (visit: Visit, name: string): string => (visit.form.get(name) ?? '').trim();
