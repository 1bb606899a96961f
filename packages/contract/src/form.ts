/** What a form body decodes to. Hashes have no prototype: `__proto__` and `constructor` are keys like any other. */
export type Form = string | Form[] | FormHash;
export interface FormHash {
  [key: string]: Form;
}

/** A body that cannot be decoded within the limits. */
export class FormError extends Error {}

const MOST_PAIRS = 10_000;
const DEEPEST = 24;
const KEY_CACHE = 4096;

const hash = (): FormHash => Object.create(null);

const HEX = new Int8Array(128).fill(-1);
for (let i = 0; i < 10; i++) HEX[48 + i] = i;
for (let i = 0; i < 6; i++) {
  HEX[65 + i] = 10 + i;
  HEX[97 + i] = 10 + i;
}
const hexAt = (text: string, at: number): number => {
  const code = text.charCodeAt(at);
  return code < 128 ? HEX[code]! : -1;
};

/** Percent-decoding; a broken escape stays as it is written. */
function unescaped(text: string): string {
  let out = '';
  let last = 0;
  for (let i = text.indexOf('%'); i >= 0; ) {
    const high = hexAt(text, i + 1);
    const low = hexAt(text, i + 2);
    if (high < 0 || low < 0) {
      i = text.indexOf('%', i + 1);
      continue;
    }
    const code = (high << 4) | low;
    if (code > 127) return unescapedBytes(text);
    out += text.slice(last, i) + String.fromCharCode(code);
    last = i + 3;
    i = text.indexOf('%', last);
  }
  return last === 0 ? text : out + text.slice(last);
}

/** Non-ASCII escapes: runs of escapes are UTF-8 together. */
const unescapedBytes = (text: string): string =>
  text.replace(/(?:%[0-9a-fA-F]{2})+/g, (run) => {
    try {
      return decodeURIComponent(run);
    } catch {
      return run;
    }
  });

function decode(text: string): string {
  const spaced = text.includes('+') ? text.replaceAll('+', ' ') : text;
  return spaced.includes('%') ? unescaped(spaced) : spaced;
}

/** `a[b][][c]` → a, b, '', c. A name whose brackets do not close, or with something behind them, is one odd name as a whole. */
function segments(key: string): string[] {
  const first = key.indexOf('[');
  if (first <= 0) return [key];
  const path = [key.slice(0, first)];
  for (let at = first; at < key.length; ) {
    const end = key.charCodeAt(at) === 91 ? key.indexOf(']', at) : -1;
    if (end < 0) return [key];
    path.push(key.slice(at + 1, end));
    at = end + 1;
  }
  if (path.length > DEEPEST) throw new FormError(`The parameter ${key.slice(0, 60)}… is nested more than ${DEEPEST} levels deep.`);
  return path;
}

const paths = new Map<string, string[]>();

function pathOf(raw: string): string[] {
  let path = paths.get(raw);
  if (path === undefined) {
    path = segments(decode(raw));
    if (raw.length < 200) {
      if (paths.size >= KEY_CACHE) paths.clear();
      paths.set(raw, path);
    }
  }
  return path;
}

const bothWays = (name: string): FormError =>
  new FormError(`The parameter ${name.slice(0, 60)} is given in two ways that exclude each other: as a list, a hash or a value.`);

/** Whether a hash has a value at the end of this path already. */
function isTaken(hash: FormHash, path: readonly string[], from: number): boolean {
  let current: Form | undefined = hash;
  for (let at = from; at < path.length; at++) {
    if (typeof current !== 'object' || Array.isArray(current) || path[at] === '') return false;
    current = current[path[at]!];
  }
  return current !== undefined;
}

/** `items[][price]=a&items[][price]=b`: a key that repeats begins a new element (the Rack rule). */
function intoArray(list: Form[], path: readonly string[], at: number): FormHash {
  const last = list[list.length - 1];
  if (typeof last === 'object' && !Array.isArray(last) && !isTaken(last, path, at)) return last;
  const fresh = hash();
  list.push(fresh);
  return fresh;
}

function put(root: FormHash, path: readonly string[], value: string): void {
  let current: FormHash = root;
  const end = path.length - 1;
  for (let i = 0; i < end; i++) {
    const key = path[i]!;
    if (path[i + 1] === '') {
      const known = current[key];
      if (known !== undefined && !Array.isArray(known)) throw bothWays(path[0]!);
      const list: Form[] = known ?? [];
      current[key] = list;
      if (i + 1 === end) {
        list.push(value);
        return;
      }
      current = intoArray(list, path, i + 2);
      i += 1;
      continue;
    }
    const known = current[key];
    if (known !== undefined && (typeof known !== 'object' || Array.isArray(known))) throw bothWays(path[0]!);
    const inner: FormHash = known ?? hash();
    current[key] = inner;
    current = inner;
  }
  current[path[end]!] = value;
}

/**
 * Decodes a form body or query the way Stripe does: nested brackets, `a[]` and `a[0]`, `+` and `%20`. Broken escapes stay
 * literal. Throws a `FormError` beyond 10,000 pairs or 24 levels.
 */
export function decodeForm(body: string): FormHash {
  const out = hash();
  let count = 0;
  let start = 0;
  while (start < body.length) {
    let end = body.indexOf('&', start);
    if (end < 0) end = body.length;
    if (end > start) {
      if (++count > MOST_PAIRS) throw new FormError(`The request has more than ${MOST_PAIRS} parameters.`);
      let eq = body.indexOf('=', start);
      if (eq < 0 || eq > end) eq = end;
      const path = pathOf(body.slice(start, eq));
      const value = eq >= end ? '' : decode(body.slice(eq + 1, end));
      if (path.length === 1) out[path[0]!] = value;
      else put(out, path, value);
    }
    start = end + 1;
  }
  return out;
}
