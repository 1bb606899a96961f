/** A declaration file as a small tree: only what shapes are made of. */

/** A type as it is written. */
export type TypeText =
  | { readonly t: 'keyword'; readonly name: string }
  | { readonly t: 'literal'; readonly value: string | number | boolean }
  | { readonly t: 'union' | 'intersection'; readonly members: readonly TypeText[] }
  | { readonly t: 'reference'; readonly name: string; readonly args: readonly TypeText[] }
  | { readonly t: 'object'; readonly properties: readonly Property[]; readonly index: TypeText | undefined }
  | { readonly t: 'other'; readonly name: string };

export interface Property {
  readonly name: string;
  readonly optional: boolean;
  readonly type: TypeText;
  readonly doc: string | undefined;
}

export interface Method {
  readonly name: string;
  readonly parameters: readonly { readonly name: string; readonly optional: boolean; readonly type: TypeText }[];
  readonly returns: TypeText | undefined;
}

export interface Interface {
  readonly properties: Property[];
  readonly methods: Method[];
  readonly extends: TypeText[];
  index: TypeText | undefined;
}

/** One name may be an interface, a namespace, a class and an alias at once: they are told apart by meaning. */
export interface Declaration {
  iface?: Interface;
  alias?: TypeText;
  cls?: Interface;
  namespace?: Scope;
  /** `export import X = A.B` */
  imports?: string;
  /** `export { Local as X }` inside a namespace. */
  reexports?: string;
}

export type Scope = Map<string, Declaration>;

export interface Module {
  readonly file: string;
  readonly scope: Scope;
  readonly imports: Map<string, { readonly from: string; readonly name: string }>;
  readonly reexports: Map<string, { readonly from: string; readonly name: string }>;
  readonly stars: string[];
}

/** A call of `_makeRequest` in the SDK's JavaScript. */
export interface Call {
  readonly file: string;
  readonly cls: string;
  readonly method: string;
  readonly http: string;
  readonly path: string;
  readonly options: Readonly<Record<string, unknown>>;
}
