import { dirname, resolve as join } from 'node:path';
import type { Declaration, Module, Scope } from './syntax.ts';

/** Where a name is looked up: the scopes around it, innermost first, and the namespaces that lead there. */
export interface Context {
  readonly module: Module;
  readonly chain: readonly Scope[];
  readonly names: readonly string[];
}

/** A declaration that was found, and where it stands. */
export interface Found {
  readonly declaration: Declaration;
  readonly context: Context;
  readonly name: string;
}

/** A name may be a type and a namespace at once; what is meant decides. */
export type Meaning = 'type' | 'namespace';

type Sym = Found | { readonly module: Module };

const means = (declaration: Declaration, meaning: Meaning): boolean =>
  meaning === 'namespace'
    ? declaration.namespace !== undefined
    : declaration.iface !== undefined || declaration.alias !== undefined || declaration.cls !== undefined;

export const contextOf = (module: Module): Context => ({ module, chain: [module.scope], names: [] });
export const fullName = (found: Found): string => [...found.context.names, found.name].join('.');

/** Follows names through namespaces, imports, re-exports and `export import X = A.B`. */
export class Resolver {
  private readonly modules: ReadonlyMap<string, Module>;

  constructor(modules: ReadonlyMap<string, Module>) {
    this.modules = modules;
  }

  resolve(name: string, context: Context, meaning: Meaning = 'type'): Found | undefined {
    const parts = name.split('.');
    let found = this.head(parts[0]!, context, parts.length > 1 ? 'namespace' : meaning);
    for (let i = 1; i < parts.length && found !== undefined; i++) {
      found = this.member(found, parts[i]!, i < parts.length - 1 ? 'namespace' : meaning);
    }
    return found !== undefined && 'declaration' in found ? found : undefined;
  }

  private file(from: string, spec: string): Module | undefined {
    return spec.startsWith('.') ? this.modules.get(join(dirname(from), spec.replace(/\.js$/, '.d.ts'))) : undefined;
  }

  private head(name: string, context: Context, meaning: Meaning): Sym | undefined {
    for (let depth = 0; depth < context.chain.length; depth++) {
      const declaration = context.chain[depth]!.get(name);
      if (declaration === undefined) continue;
      const names = context.names.slice(0, context.names.length - depth);
      const found = this.follow(declaration, name, {
        context: { module: context.module, chain: context.chain.slice(depth), names },
        meaning,
      });
      if (found !== undefined) return found;
    }
    const imported = context.module.imports.get(name);
    return imported === undefined ? undefined : this.imported(context.module, imported, meaning);
  }

  private member(owner: Sym, name: string, meaning: Meaning): Sym | undefined {
    if ('module' in owner) return this.exported(owner.module, name, { meaning, seen: new Set() });
    const { namespace } = owner.declaration;
    const declaration = namespace?.get(name);
    if (namespace === undefined || declaration === undefined) return undefined;
    const context = {
      module: owner.context.module,
      chain: [namespace, ...owner.context.chain],
      names: [...owner.context.names, owner.name],
    };
    return this.follow(declaration, name, { context, meaning });
  }

  private follow(declaration: Declaration, name: string, where: { context: Context; meaning: Meaning }): Sym | undefined {
    const { context, meaning } = where;
    if (declaration.imports !== undefined) {
      return this.resolve(declaration.imports, { module: context.module, chain: context.chain.slice(-1), names: [] }, meaning);
    }
    if (declaration.reexports !== undefined) {
      const outer = { module: context.module, chain: context.chain.slice(1), names: context.names.slice(0, -1) };
      return this.resolve(declaration.reexports, outer.chain.length > 0 ? outer : context, meaning);
    }
    return means(declaration, meaning) ? { declaration, context, name } : undefined;
  }

  private imported(module: Module, given: { from: string; name: string }, meaning: Meaning): Sym | undefined {
    const from = this.file(module.file, given.from);
    if (from === undefined) return undefined;
    return given.name === '*' ? { module: from } : this.exported(from, given.name, { meaning, seen: new Set() });
  }

  private exported(module: Module, name: string, walk: { meaning: Meaning; seen: Set<string> }): Sym | undefined {
    const key = `${module.file} ${name}`;
    if (walk.seen.has(key)) return undefined;
    walk.seen.add(key);
    const declaration = module.scope.get(name);
    if (declaration !== undefined) {
      const found = this.follow(declaration, name, { context: contextOf(module), meaning: walk.meaning });
      if (found !== undefined) return found;
    }
    const reexport = module.reexports.get(name);
    const home = reexport === undefined ? undefined : this.file(module.file, reexport.from);
    if (home !== undefined) return this.exported(home, reexport!.name, walk);
    for (const star of module.stars) {
      const from = this.file(module.file, star);
      const found = from === undefined ? undefined : this.exported(from, name, walk);
      if (found !== undefined) return found;
    }
    const imported = declaration === undefined ? module.imports.get(name) : undefined;
    return imported === undefined ? undefined : this.imported(module, imported, walk.meaning);
  }
}
