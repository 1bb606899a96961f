import { authorizePath, type ExtensionWorld, Visitor } from './extension-world.ts';

/** One page as it was served. */
export interface Crawled {
  readonly path: string;
  readonly status: number;
  readonly headers: Headers;
  readonly html: string;
}

export interface PostForm {
  readonly page: string;
  readonly action: string;
  readonly fields: Readonly<Record<string, string>>;
}

const unescaped = (text: string): string =>
  text.replaceAll('&quot;', '"').replaceAll('&#39;', "'").replaceAll('&lt;', '<').replaceAll('&gt;', '>').replaceAll('&amp;', '&');

const attribute = (tag: string, name: string): string | undefined => {
  const found = new RegExp(`\\s${name}="([^"]*)"`).exec(tag)?.[1];
  return found === undefined ? undefined : unescaped(found);
};

/** The forms of a page that change something. */
export function postForms({ path, html }: Crawled): PostForm[] {
  return [...html.matchAll(/<form\b[^>]*method="post"[\s\S]*?<\/form>/g)].map(([form]) => {
    const fields: Record<string, string> = {};
    for (const [tag] of form.matchAll(/<(?:input|button|select)\b[^>]*>/g)) {
      const name = attribute(tag, 'name');
      if (name !== undefined) fields[name] = attribute(tag, 'value') ?? 'x';
    }
    return { page: path, action: attribute(/<form\b[^>]*>/.exec(form)![0], 'action') ?? path, fields };
  });
}

const links = (html: string): string[] => [...html.matchAll(/<a\b[^>]*\shref="([^"]+)"/g)].map((match) => unescaped(match[1]!));

/** One page of each shape is enough: ids and cursors do not make another page. */
const shapeOf = (path: string): string =>
  path
    .split('?')[0]!
    .replace(/\b[a-z]{2,12}_[A-Za-z0-9]{8,}[\w.]*/g, 'ID')
    .replace(/\/(live)\b/, '/test');

/** Every shape of page that a person can reach by links from the dashboard, from consent and from hosted pages, signed in as this user. */
export async function crawl(world: ExtensionWorld, email: string, hosted: readonly string[] = []): Promise<Crawled[]> {
  const visitor = new Visitor(world.platform.url);
  await visitor.signIn(email);
  const pages: Crawled[] = [];
  const seen = new Set<string>();
  const waiting = [
    '/',
    authorizePath({ client_id: world.extension.test.id, always_prompt: 'true', state: '"><script>alert(1)</script>' }),
    ...hosted,
  ];
  for (let path = waiting.shift(); path !== undefined; path = waiting.shift()) {
    const shape = shapeOf(path);
    if (seen.has(shape)) continue;
    seen.add(shape);
    const response = await visitor.get(path, { 'Sec-Fetch-Dest': 'document' });
    const location = response.headers.get('location');
    if (location !== null) {
      if (location.startsWith('/')) waiting.push(location);
      continue;
    }
    const html = await response.text();
    pages.push({ path, status: response.status, headers: response.headers, html });
    for (const link of links(html)) if (link.startsWith('/') && !/\/(live|pdf)$/.test(link)) waiting.push(link);
  }
  return pages;
}
