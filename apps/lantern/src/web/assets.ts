import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';

const FOLDER = new URL('../../assets/', import.meta.url);

const FILES = {
  style: { file: 'lantern.css', type: 'text/css; charset=utf-8' },
  script: { file: 'lantern.js', type: 'text/javascript; charset=utf-8' },
  icon: { file: 'icon.svg', type: 'image/svg+xml' },
} as const;

interface Asset {
  /** With a hash of the content, so that it may be kept for ever. */
  readonly path: string;
  readonly type: string;
  readonly bytes: Uint8Array<ArrayBuffer>;
}

function load({ file, type }: { file: string; type: string }): Asset {
  const bytes = new Uint8Array(readFileSync(new URL(file, FOLDER)));
  const hash = createHash('sha256').update(bytes).digest('hex').slice(0, 12);
  return { path: `/assets/${hash}/${file}`, type, bytes };
}

export const ASSETS = Object.fromEntries(Object.entries(FILES).map(([name, file]) => [name, load(file)])) as {
  readonly [Name in keyof typeof FILES]: Asset;
};

export function assetAt(path: string): Response | undefined {
  const asset = Object.values(ASSETS).find((one) => one.path === path);
  if (asset === undefined) return undefined;
  return new Response(asset.bytes, {
    headers: { 'content-type': asset.type, 'cache-control': 'public, max-age=31536000, immutable', 'x-content-type-options': 'nosniff' },
  });
}
