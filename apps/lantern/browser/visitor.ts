import type { Mode } from '../src/web/place.ts';
import type { LanternWorld } from './lantern-world.ts';

/** A browser without a screen: keeps cookies, follows nothing by itself, sends forms as the page showed them. */
export class Visitor {
  readonly cookies = new Map<string, string>();
  readonly origin: string;

  constructor(origin: string) {
    this.origin = origin;
  }

  async get(path: string, headers: Record<string, string> = {}): Promise<Response> {
    return this.keep(await fetch(new URL(path, this.origin), { redirect: 'manual', headers: { cookie: this.cookieText, ...headers } }));
  }

  async post(path: string, fields: Record<string, string>): Promise<Response> {
    const init = { method: 'POST', redirect: 'manual' as const, body: new URLSearchParams(fields), headers: { cookie: this.cookieText } };
    return this.keep(await fetch(new URL(path, this.origin), init));
  }

  /** Sends a form with the token that the forms of `page` carry. */
  async submit(path: string, fields: Record<string, string>, page = path): Promise<Response> {
    const text = await (await this.get(page)).text();
    return this.post(path, { csrf: /name="csrf" value="([^"]+)"/.exec(text)?.[1] ?? '', ...fields });
  }

  async text(path: string): Promise<string> {
    return (await this.get(path)).text();
  }

  get cookieText(): string {
    return [...this.cookies].map(([name, value]) => `${name}=${value}`).join('; ');
  }

  private keep(response: Response): Response {
    for (const line of response.headers.getSetCookie()) {
      const [pair = ''] = line.split(';', 1);
      const at = pair.indexOf('=');
      this.cookies.set(pair.slice(0, at), pair.slice(at + 1));
    }
    return response;
  }
}

export const PASSWORD = 'a long enough password';

/** Somebody with an account of Lantern. */
export async function signedUp(world: LanternWorld, email: string): Promise<Visitor> {
  const visitor = new Visitor(world.origin);
  const answer = await visitor.submit('/sign-up', { email, password: PASSWORD });
  if (answer.status !== 303) throw new Error(`sign-up answered ${answer.status}`);
  return visitor;
}

/** The address of Lantern's callback, as the browser would be sent there after the owner's consent. */
export async function consented(world: LanternWorld, visitor: Visitor, account: string, mode: Mode = 'test'): Promise<string> {
  const start = await visitor.get(`/connect?mode=${mode}`);
  const authorize = new URL(start.headers.get('location') ?? '');
  const { searchParams: query } = authorize;
  const { url } = await world.platform.control.consent({
    ...{ client_id: query.get('client_id')!, account, scope: query.get('scope')! as 'read_only' },
    ...{ redirect_uri: query.get('redirect_uri')!, state: query.get('state')! },
  });
  return url;
}

/** Connects an account for this visitor and waits until its history is there. */
export async function connectFor(world: LanternWorld, visitor: Visitor, account: string, mode: Mode = 'test'): Promise<void> {
  const url = new URL(await consented(world, visitor, account, mode));
  const answer = await visitor.get(url.pathname + url.search);
  if (answer.status !== 303) throw new Error(`the callback answered ${answer.status}: ${await answer.text()}`);
  const { kit } = world.lantern.lantern;
  while (!['done', 'partial'].includes((await kit.progress(account, mode === 'live'))?.state ?? ''))
    await new Promise((done) => setTimeout(done, 10));
}

/** Looks again until something is so; the test's time limit is the only clock. */
export async function until(holds: () => boolean | Promise<boolean>): Promise<void> {
  while (!(await holds())) await new Promise((done) => setTimeout(done, 10));
}
