import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { Hono } from 'hono';

/** The files that pages link to. Named by the hash of their content, so that a browser may keep them for ever. */
interface Asset {
  readonly path: string;
  readonly type: string;
  readonly bytes: Buffer;
  readonly hash: string;
}

function load(file: string, name: string, type: string): Asset {
  const bytes = readFileSync(new URL(`../../assets/${file}`, import.meta.url));
  const hash = createHash('sha256').update(bytes).digest('base64url').slice(0, 12);
  const [stem, ending] = name.split('.') as [string, string];
  return { path: `/assets/${stem}.${hash}.${ending}`, type, bytes, hash };
}

export const ASSETS = {
  style: load('annex.css', 'annex.css', 'text/css; charset=utf-8'),
  hosted: load('hosted.css', 'hosted.css', 'text/css; charset=utf-8'),
  script: load('annex.mjs', 'annex.js', 'text/javascript; charset=utf-8'),
  icon: load('annex.svg', 'annex.svg', 'image/svg+xml'),
};

export function assetRoutes(): Hono {
  const app = new Hono();
  for (const { path, type, bytes, hash } of Object.values(ASSETS)) {
    app.get(path, (c) => {
      const etag = `"${hash}"`;
      const headers = { ETag: etag, 'Cache-Control': 'public, max-age=31536000, immutable', 'X-Content-Type-Options': 'nosniff' };
      if (c.req.header('if-none-match') === etag) return c.body(null, 304, headers);
      return c.body(new Uint8Array(bytes), 200, { ...headers, 'Content-Type': type });
    });
  }
  return app;
}
