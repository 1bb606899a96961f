import { type Context, contextOf, type Found, fullName, type Resolver } from './resolve.ts';
import type { Interface, Module, Property, TypeText } from './syntax.ts';

/** What a type comes to, before equal shapes are folded together. `nullable` and `empties` belong to the place, not the kind. */
export type Shape = { readonly nullable?: boolean; readonly empties?: boolean } & (
  | { readonly k: 'any' | 'str' | 'num' | 'bool' | 'dec' | 'i64' | 'file' | 'stream' }
  | { readonly k: 'enum'; readonly values: readonly (string | number | boolean)[]; readonly open: boolean }
  | { readonly k: 'array' | 'map' | 'metadata' | 'list' | 'search' | 'v2list' | 'v2search'; readonly of: Shape }
  | { readonly k: 'resource'; readonly name: string }
  | { readonly k: 'expandable' | 'embedded'; readonly names: readonly string[] }
  | { readonly k: 'union'; readonly of: readonly Shape[] }
  | { readonly k: 'object'; readonly id: number }
);

export interface ObjectShape {
  readonly name: string;
  readonly fields: { readonly name: string; readonly shape: Shape; readonly optional: boolean; readonly doc: string | undefined }[];
  index: Shape | undefined;
}

export interface Resource {
  readonly name: string;
  /** The literal of its `object` field. */
  readonly object: string;
  readonly shape: number;
}

/** Generic types of the SDK, by what they hold. `Response` and its like stand for what is in them. */
const GENERIC: Readonly<Record<string, 'array' | 'list' | 'search' | 'v2list' | 'v2search' | 'inside'>> = {
  Array: 'array',
  ApiList: 'list',
  ApiListPromise: 'list',
  ApiSearchResult: 'search',
  ApiSearchResultPromise: 'search',
  V2List: 'v2list',
  V2ListPromise: 'v2list',
  V2SearchResultPromise: 'v2search',
  Response: 'inside',
  Partial: 'inside',
  Promise: 'inside',
};

const NAMED: Readonly<Record<string, Shape>> = {
  Decimal: { k: 'dec' },
  StripeStreamResponse: { k: 'stream' },
  Metadata: { k: 'metadata', of: { k: 'str' } },
  MetadataParam: { k: 'metadata', of: { k: 'str' } },
  Buffer: { k: 'file' },
  Uint8Array: { k: 'file' },
  FileData: { k: 'file' },
};

const KEYWORD: Readonly<Record<string, Shape['k']>> = { string: 'str', number: 'num', boolean: 'bool', bigint: 'i64' };

const lastOf = (name: string): string => name.slice(name.lastIndexOf('.') + 1);
/** The full name of a resource that stands in this place (`Checkout.Session`), or nothing where resources do not stand. */
export type NameOfResource = (found: Found) => string | undefined;

type Placed = readonly [TypeText, Context];

/** Turns written types into shapes; remembers every object and resource it meets, and what it could not resolve. */
export class Shapes {
  readonly objects: ObjectShape[] = [];
  readonly resources = new Map<string, Resource>();
  readonly problems: string[] = [];
  private readonly known = new Map<Interface, number>();
  private readonly resolver: Resolver;
  private readonly nameOf: NameOfResource;

  constructor(resolver: Resolver, nameOf: NameOfResource) {
    this.resolver = resolver;
    this.nameOf = nameOf;
  }

  /** The resource that an interface is, or nothing: parameters may have a literal `object` too, so its place decides. */
  resource(found: Found): string | undefined {
    const object = found.declaration.iface?.properties.find((each) => each.name === 'object')?.type;
    if (object?.t !== 'literal' || typeof object.value !== 'string') return undefined;
    const name = this.nameOf(found);
    if (name === undefined) return undefined;
    if (!this.resources.has(name)) {
      this.resources.set(name, { name, object: object.value, shape: -1 });
      this.resources.set(name, { name, object: object.value, shape: this.object(found, name) });
    }
    return name;
  }

  /** Every resource a module exports, also those that no method answers. */
  resourcesOf(module: Module): void {
    for (const [name, declaration] of module.scope) {
      if (declaration.iface !== undefined) this.resource({ declaration, context: contextOf(module), name });
    }
  }

  of(type: TypeText, context: Context): Shape {
    let nullable = false;
    let empties = false;
    let open = false;
    const values: (string | number | boolean)[] = [];
    const rest: Placed[] = [];
    for (const [each, where] of this.flat(type, context, [])) {
      if (each.t === 'keyword' && each.name === 'null') nullable = true;
      else if (each.t === 'keyword' && (each.name === 'undefined' || each.name === 'void')) continue;
      else if (each.t === 'literal' && each.value === '') empties = true;
      else if (each.t === 'literal') values.push(each.value);
      else if (each.t === 'reference' && lastOf(each.name) === 'OtherString') open = true;
      else rest.push([each, where]);
    }
    const arms: Shape[] = values.length > 0 ? [{ k: 'enum', values, open }] : [];
    arms.push(...this.arms(rest));
    if (arms.length === 0 && empties) return { k: 'enum', values: [''], open: false, ...(nullable && { nullable }) };
    const shape: Shape = arms.length === 1 ? arms[0]! : arms.length === 0 ? { k: 'any' } : { k: 'union', of: arms };
    return { ...shape, ...(nullable && { nullable }), ...(empties && { empties }) };
  }

  /** `string | Customer` is one thing: an expandable reference. */
  private arms(types: readonly Placed[]): Shape[] {
    const arms: Shape[] = [];
    const resources: string[] = [];
    let text = false;
    for (const [type, context] of types) {
      const shape = this.one(type, context);
      if (shape.k === 'resource') resources.push(shape.name);
      else if (shape.k === 'str') text = true;
      else arms.push(shape);
    }
    if (resources.length > 0 && text) arms.push({ k: 'expandable', names: resources });
    else if (resources.length === 1) arms.push({ k: 'resource', name: resources[0]! });
    else if (resources.length > 1) arms.push({ k: 'embedded', names: resources });
    if (text && resources.length === 0) arms.push({ k: 'str' });
    return arms;
  }

  /** Unions through aliases, and `Emptyable<X>` as `X | ''`. */
  private flat(type: TypeText, context: Context, out: Placed[]): Placed[] {
    if (type.t === 'union') {
      for (const member of type.members) this.flat(member, context, out);
      return out;
    }
    if (type.t === 'reference' && lastOf(type.name) === 'Emptyable') {
      out.push([{ t: 'literal', value: '' }, context]);
      return this.flat(type.args[0]!, context, out);
    }
    if (type.t === 'reference' && type.args.length === 0 && !(lastOf(type.name) in NAMED) && lastOf(type.name) !== 'OtherString') {
      const found = this.resolver.resolve(type.name, context);
      const alias = found?.declaration.iface === undefined ? found?.declaration.alias : undefined;
      if (alias?.t === 'union' || alias?.t === 'literal') return this.flat(alias, found!.context, out);
    }
    out.push([type, context]);
    return out;
  }

  private one(type: TypeText, context: Context): Shape {
    switch (type.t) {
      case 'keyword':
        return { k: KEYWORD[type.name] ?? 'any' } as Shape;
      case 'literal':
        return { k: 'enum', values: [type.value], open: false };
      case 'union':
        return this.of(type, context);
      case 'intersection':
        return { k: 'str' };
      case 'object':
        return this.anonymous(type, context);
      case 'reference':
        return this.reference(type, context);
      default:
        return { k: 'any' };
    }
  }

  private anonymous(type: Extract<TypeText, { t: 'object' }>, context: Context): Shape {
    if (type.index !== undefined && type.properties.length === 0) return { k: 'map', of: this.of(type.index, context) };
    const id = this.objects.length;
    const object: ObjectShape = { name: '', fields: [], index: undefined };
    this.objects.push(object);
    this.fill(object, { properties: [...type.properties], methods: [], extends: [], index: type.index }, context);
    return { k: 'object', id };
  }

  private reference(type: Extract<TypeText, { t: 'reference' }>, context: Context): Shape {
    const name = lastOf(type.name);
    const generic = type.args.length > 0 ? GENERIC[name] : undefined;
    if (generic === 'inside') return this.of(type.args[0]!, context);
    if (generic !== undefined) return { k: generic, of: this.of(type.args[0]!, context) };
    if (name === 'Record') return { k: 'map', of: this.of(type.args[1]!, context) };
    const named = NAMED[name];
    if (named !== undefined) return named;
    const found = this.resolver.resolve(type.name, context);
    if (found === undefined) {
      this.problems.push(`unresolved ${type.name} in ${context.module.file.split('/').pop()}`);
      return { k: 'any' };
    }
    if (found.declaration.iface !== undefined) return this.interface(found, found.declaration.iface);
    if (found.declaration.alias !== undefined) return this.of(found.declaration.alias, found.context);
    this.problems.push(`no type ${type.name} in ${context.module.file.split('/').pop()}`);
    return { k: 'any' };
  }

  private interface(found: Found, iface: Interface): Shape {
    const resource = this.resource(found);
    if (resource !== undefined) {
      const { object } = this.resources.get(resource)!;
      if (object !== 'list' && object !== 'search_result') return { k: 'resource', name: resource };
      const held = this.of(iface.properties.find((each) => each.name === 'data')!.type, found.context);
      return { k: 'list', of: held.k === 'array' ? held.of : held };
    }
    if (iface.index !== undefined && iface.properties.length === 0) return { k: 'map', of: this.of(iface.index, found.context) };
    return { k: 'object', id: this.object(found, fullName(found)) };
  }

  private object(found: Found, name: string): number {
    const iface = found.declaration.iface!;
    let id = this.known.get(iface);
    if (id !== undefined) return id;
    id = this.objects.length;
    this.known.set(iface, id);
    const object: ObjectShape = { name, fields: [], index: undefined };
    this.objects.push(object);
    this.fill(object, iface, found.context);
    return id;
  }

  private fill(object: ObjectShape, iface: Interface, context: Context): void {
    for (const [property, where] of this.properties(iface, context)) {
      // `deleted?: void` on a live object says that it is not the deleted variant: no field.
      if (property.type.t === 'keyword' && property.type.name === 'void') continue;
      const { name, optional, doc } = property;
      object.fields.push({ name, optional, doc, shape: this.of(property.type, where) });
    }
    if (iface.index !== undefined) object.index = this.of(iface.index, context);
  }

  private properties(iface: Interface, context: Context): [Property, Context][] {
    const found: [Property, Context][] = [];
    const put = (property: Property, where: Context): void => {
      const at = found.findIndex(([each]) => each.name === property.name);
      if (at >= 0) found[at] = [property, where];
      else found.push([property, where]);
    };
    for (const base of iface.extends) {
      if (base.t !== 'reference') continue;
      const parent = this.resolver.resolve(base.name, context);
      if (parent?.declaration.iface === undefined) this.problems.push(`unresolved ${base.name} in ${context.module.file.split('/').pop()}`);
      else for (const [property, where] of this.properties(parent.declaration.iface, parent.context)) put(property, where);
    }
    for (const property of iface.properties) put(property, context);
    return found;
  }
}
