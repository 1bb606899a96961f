import { type Form, type FormHash, ParamError } from '@annex/contract';
import type { Look } from './change.ts';

/** How the parameters of one or several operations were before a change. */
export interface ParamRule {
  /** `POST /v1/subscriptions/{}`: method and path, ids as `{}`. */
  readonly on: readonly string[];
  /** Names of before and their places now: `coupon` → `promotion[coupon]`, `phases[][iterations]`, where lists are `[]`. */
  readonly moved?: Readonly<Record<string, string>>;
  /** Names that came with the change: at older versions they are unknown. */
  readonly since?: readonly string[];
  /** What a name alone does not say. */
  readonly up?: (request: OldRequest) => void;
  /** What a caller of before meant by leaving something out. */
  readonly assumed?: (request: OldRequest) => void;
}

const isHash = (value: Form | undefined): value is FormHash => typeof value === 'object' && !Array.isArray(value);
export const fresh = (): FormHash => Object.create(null);

/** `phases[][items][][price]` → phases, '', items, '', price. */
const segments = (path: string): string[] => path.replaceAll(']', '').split('[');
const joined = (path: readonly string[]): string => path.map((segment, index) => (index === 0 ? segment : `[${segment}]`)).join('');

/** One hash of the form in which a name stands, and where that hash is. */
export interface Place {
  readonly hash: FormHash;
  /** `phases`, `0` */
  readonly path: readonly string[];
}

/** A request of an older version while its parameters are brought up to date. */
export class OldRequest {
  readonly form: FormHash;
  /** The ids of the path. */
  readonly ids: readonly string[];
  readonly look: Look;
  /** Whether names of every time are taken (the Stripe CLI): then nothing is unknown, and nothing is assumed. */
  readonly lenient: boolean;
  /** Places of now by which errors may name a parameter, and the caller's own names. */
  readonly names: [now: string, own: string][] = [];
  /** What no parameter of now can say: given to the behaviour as it is. */
  readonly beside: Record<string, unknown> = {};

  constructor(given: { form: FormHash; ids: readonly string[]; look: Look; lenient: boolean }) {
    this.form = given.form;
    this.ids = given.ids;
    this.look = given.look;
    this.lenient = given.lenient;
  }

  /** The hashes at a path whose last segment is left out: `phases[][coupon]` → every phase. */
  places(path: string): Place[] {
    let places: Place[] = [{ hash: this.form, path: [] }];
    const way = segments(path).slice(0, -1);
    for (let at = 0; at < way.length; at++) {
      const isList = way[at + 1] === '';
      places = places.flatMap((place) => inside(place, way[at]!, isList));
      if (isList) at += 1;
    }
    return places;
  }

  /** The value at a path without lists. */
  at(path: string): Form | undefined {
    return this.places(path)[0]?.hash[segments(path).at(-1)!];
  }

  /** Moves what stands under an old name to its place of now, within every hash that has it. */
  move(from: string, to: string, turn: (value: Form) => Form = (value) => value): void {
    const [old, now] = [segments(from), segments(to)];
    const common = old.slice(0, -1);
    const name = old.at(-1)!;
    const way = now.slice(common.length);
    for (const { hash, path } of this.places(from)) {
      const value = hash[name];
      if (value === undefined) continue;
      delete hash[name];
      put(hash, way, turn(value));
      this.names.push([joined([...path, ...way]), joined([...path, name])]);
    }
  }

  /** Refuses a name that older versions do not know, as an unknown one. */
  refuse(path: string): void {
    if (this.lenient) return;
    const name = segments(path).at(-1)!;
    const unknown = this.places(path)
      .filter(({ hash }) => hash[name] !== undefined)
      .map((place) => joined([...place.path, name]));
    if (unknown.length > 0) throw unknownAtThisVersion(unknown);
  }
}

const unknownAtThisVersion = (names: readonly string[]): ParamError =>
  new ParamError(`Received unknown parameter${names.length > 1 ? 's' : ''}: ${names.join(', ')}`, names[0], 'parameter_unknown');

function inside(place: Place, name: string, isList: boolean): Place[] {
  const value = place.hash[name];
  if (!isList) return isHash(value) ? [{ hash: value, path: [...place.path, name] }] : [];
  if (typeof value !== 'object') return [];
  return Object.entries(value)
    .filter((entry): entry is [string, FormHash] => isHash(entry[1]))
    .map(([index, hash]) => ({ hash, path: [...place.path, name, index] }));
}

/** Writes a value at a way that may not exist yet; digits are places of a list. */
function put(hash: FormHash, way: readonly string[], value: Form): void {
  const [name, ...rest] = way as [string, ...string[]];
  if (rest.length === 0) {
    hash[name] = value;
    return;
  }
  const known = hash[name];
  const inner = isHash(known) ? known : fresh();
  hash[name] = inner;
  put(inner, rest, value);
}

/** The parameter's name as the caller wrote it, in an error about a place of now. */
export function ownName(names: OldRequest['names'], param: string): string {
  for (const [now, own] of names) {
    if (param === now) return own;
    if (param.startsWith(`${now}[`)) return own + param.slice(now.length);
    // A whole that was made of one name: `promotion` of `promotion[coupon]`.
    if (now.startsWith(`${param}[`)) return own;
  }
  return param;
}
