import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import { parseSync } from 'oxc-parser';
import { type FoundOperation, filesBelow, type Program, readProgram } from './program.ts';
import { type Ast, readTypes } from './read-types.ts';
import { type Context, contextOf, type Found, Resolver } from './resolve.ts';
import { Shapes } from './shapes.ts';
import type { Declaration, Interface, Module, Scope } from './syntax.ts';

/**
 * Reads SDKs before 22: one ambient namespace `Stripe` over all files of `types/`, and methods that are made by
 * `stripeMethod({method, fullPath})`. Contracts of older API versions come from them. Events are not read.
 */

/** All declaration files as one module whose scope is the namespace `Stripe`, which can name itself. */
function oneModule(folder: string): Module {
  const files = filesBelow(join(folder, 'types'), '.d.ts').filter((file) => !file.includes(join('types', 'test')));
  const text = files.map((file) => readFileSync(file, 'utf8')).join('\n');
  const { scope } = readTypes(text, join(folder, 'types'));
  const stripe = scope.get('?')!.namespace!.get('Stripe') as Declaration;
  const inside = stripe.namespace as Scope;
  inside.set('Stripe', { namespace: inside });
  return { file: join(folder, 'types'), scope: inside, imports: new Map(), reexports: new Map(), stars: [] };
}

/** `Checkout` → the folders whose namespaces hold resources; elsewhere a literal `object` belongs to parameters. */
function foldersOf(folder: string): ReadonlySet<string> {
  const found = new Set<string>();
  const visit = (at: string): void => {
    for (const entry of readdirSync(join(folder, 'types', at), { withFileTypes: true })) {
      if (!entry.isDirectory()) continue;
      found.add(join(at, entry.name).replaceAll('/', '.'));
      visit(join(at, entry.name));
    }
  };
  visit('');
  return found;
}

interface Made {
  readonly cls: string;
  readonly method: string;
  readonly http: string;
  readonly path: string;
  readonly paging: string;
}

const text = (spec: Ast, name: string): string | undefined =>
  spec.properties.find((each: Ast) => each.key?.name === name)?.value.value ?? undefined;

/** `create: stripeMethod({ method: 'POST', fullPath: '/v1/refunds' })` */
function madeMethods(source: string, file: string, cls: string): Made[] {
  const found: Made[] = [];
  const visit = (node: Ast): void => {
    if (!node || typeof node !== 'object') return;
    if (Array.isArray(node)) {
      for (const each of node) visit(each);
      return;
    }
    if (node.type === 'Property' && node.value?.type === 'CallExpression' && node.value.callee.name === 'stripeMethod') {
      const spec = node.value.arguments[0];
      const path = text(spec, 'fullPath');
      if (path !== undefined)
        found.push({ cls, method: node.key.name, http: text(spec, 'method')!, path, paging: text(spec, 'methodType') ?? '' });
    }
    for (const key in node) if (key !== 'type' && typeof node[key] === 'object') visit(node[key]);
  };
  visit(parseSync(file, source, { sourceType: 'module' }).program.body);
  return found;
}

function operationOf(made: Made, module: Module, shapes: Shapes): FoundOperation {
  const names = made.cls.split('.');
  let context: Context = contextOf(module);
  for (const name of names.slice(0, -1)) {
    const namespace = context.chain[0]!.get(name)?.namespace;
    if (namespace === undefined) break;
    context = { module, chain: [namespace, ...context.chain], names: [...context.names, name] };
  }
  const cls: Interface | undefined = context.chain[0]!.get(`${names.at(-1)}Resource`)?.cls;
  const overloads = cls?.methods.filter((each) => each.name === made.method) ?? [];
  const method = overloads.find((each) => each.parameters.some((parameter) => parameter.name === 'params')) ?? overloads[0];
  const params = method?.parameters.find((each) => each.name === 'params');
  return {
    id: `${made.cls}.${made.method}`,
    method: made.http,
    path: made.path,
    params: params === undefined ? undefined : shapes.of(params.type, context),
    paramsRequired: params !== undefined && !params.optional,
    result: method?.returns === undefined ? undefined : shapes.of(method.returns, context),
    paging: made.paging,
    base: '',
    multipart: false,
    stream: false,
  };
}

function resourcesOf(scope: Scope, shapes: Shapes, place: { context: Context; folders: ReadonlySet<string> }): void {
  const { context, folders } = place;
  for (const [name, declaration] of scope) {
    if (declaration.iface !== undefined) shapes.resource({ declaration, context, name });
    const names = [...context.names, name];
    if (declaration.namespace === undefined || !folders.has(names.join('.'))) continue;
    const inner = { ...context, chain: [declaration.namespace, ...context.chain], names };
    resourcesOf(declaration.namespace, shapes, { context: inner, folders });
  }
}

/** Reads an SDK's package folder, whichever layout it has. Takes one to two seconds. */
export function readAnyProgram(folder: string): Program {
  if (!existsSync(join(folder, 'types'))) return readProgram(folder);
  const module = oneModule(folder);
  const folders = foldersOf(folder);
  const nameOf = (found: Found): string | undefined => {
    const names = found.context.names.filter((name) => name !== 'Stripe');
    return names.length === 0 || folders.has(names.join('.')) ? [...names, found.name].join('.') : undefined;
  };
  const shapes = new Shapes(new Resolver(new Map([[module.file, module]])), nameOf);
  const home = join(folder, 'esm', 'resources');
  const made = filesBelow(home, '.js').flatMap((file) =>
    madeMethods(readFileSync(file, 'utf8'), file, relative(home, file).replace(/\.js$/, '').replaceAll('/', '.')),
  );
  const operations = made.map((each) => operationOf(each, module, shapes));
  resourcesOf(module.scope, shapes, { context: contextOf(module), folders });
  const api = /ApiVersion = '([^']+)'/.exec(readFileSync(join(folder, 'esm', 'apiVersion.js'), 'utf8'))?.[1] ?? '';
  const sdk = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8')).version;
  return { sdk, api, shapes, operations, events: [], callSites: made.length, problems: shapes.problems };
}
