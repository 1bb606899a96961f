import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { readCalls } from './read-calls.ts';
import { readTypes } from './read-types.ts';
import { type Context, contextOf, type Found, Resolver } from './resolve.ts';
import { type Shape, Shapes } from './shapes.ts';
import type { Call, Method, Module, Scope, TypeText } from './syntax.ts';

export interface FoundOperation {
  readonly id: string;
  readonly method: string;
  readonly path: string;
  readonly params: Shape | undefined;
  readonly paramsRequired: boolean;
  readonly result: Shape | undefined;
  readonly paging: string;
  readonly base: string;
  readonly multipart: boolean;
  readonly stream: boolean;
}

export interface FoundEvent {
  readonly type: string;
  readonly generation: 1 | 2;
  readonly payload: Shape | undefined;
}

/** What the SDK's types say, before it is folded into a table. */
export interface Program {
  readonly sdk: string;
  readonly api: string;
  readonly shapes: Shapes;
  readonly operations: readonly FoundOperation[];
  readonly events: readonly FoundEvent[];
  /** `_makeRequest(` as plain text, to see that no call site was missed. */
  readonly callSites: number;
  readonly problems: readonly string[];
}

export function filesBelow(folder: string, ending: string, found: string[] = []): string[] {
  for (const entry of readdirSync(folder, { withFileTypes: true }).sort((a, b) => (a.name < b.name ? -1 : 1))) {
    const path = join(folder, entry.name);
    if (entry.isDirectory()) filesBelow(path, ending, found);
    else if (path.endsWith(ending)) found.push(path);
  }
  return found;
}

/** Resources stand at the top of their modules; the folders are the first part of their names. */
function resourceName(home: string, found: Found): string | undefined {
  if (found.context.names.length > 0) return undefined;
  return [...relative(home, dirname(found.context.module.file)).split('/').filter(Boolean), found.name].join('.');
}

interface ClassPlace {
  readonly methods: readonly Method[];
  readonly context: Context;
}

function classes(modules: ReadonlyMap<string, Module>): ReadonlyMap<string, ClassPlace> {
  const found = new Map<string, ClassPlace>();
  const scan = (scope: Scope, context: Context): void => {
    for (const [name, { cls, namespace }] of scope) {
      if (cls !== undefined) found.set(`${context.module.file}#${name}`, { methods: cls.methods, context });
      if (namespace !== undefined) scan(namespace, { ...context, chain: [namespace, ...context.chain], names: [...context.names, name] });
    }
  };
  for (const module of modules.values()) scan(module.scope, contextOf(module));
  return found;
}

function operationOf(
  call: Call,
  places: { home: string; classes: ReadonlyMap<string, ClassPlace>; shapes: Shapes; problems: string[] },
): FoundOperation {
  const { shapes } = places;
  const place = places.classes.get(`${call.file.replace(/\.js$/, '.d.ts')}#${call.cls}`);
  const overloads = place?.methods.filter((each) => each.name === call.method) ?? [];
  const method = overloads.find((each) => each.parameters.some((parameter) => parameter.name === 'params')) ?? overloads[0];
  const id = `${relative(places.home, call.file).replace(/\.js$/, '').replaceAll('/', '.')}.${call.method}`;
  if (method === undefined) places.problems.push(`no declaration of ${id}`);
  const params = method?.parameters.find((each) => each.name === 'params');
  const { methodType, apiBase, host, streaming, headers } = call.options;
  return {
    id,
    method: call.http,
    path: call.path,
    params: params === undefined ? undefined : shapes.of(params.type, place!.context),
    paramsRequired: params !== undefined && !params.optional,
    result: method?.returns === undefined ? undefined : shapes.of(method.returns, place!.context),
    paging: String(methodType ?? ''),
    base: String(apiBase ?? host ?? ''),
    multipart: JSON.stringify(headers ?? '').includes('multipart'),
    stream: streaming === true,
  };
}

/** The type names of an event interface: the literals of its `type` field. */
const literals = (type: TypeText | undefined): string[] =>
  type === undefined ? [] : type.t === 'literal' ? [String(type.value)] : type.t === 'union' ? type.members.flatMap(literals) : [];

function eventsOf(module: Module, shapes: Shapes): FoundEvent[] {
  const found: FoundEvent[] = [];
  const generation = module.file.includes('/V2/') ? 2 : 1;
  const scan = (scope: Scope, context: Context): void => {
    for (const [name, { iface, namespace }] of scope) {
      if (iface?.extends.some((base) => base.t === 'reference' && base.name.endsWith('EventBase'))) {
        const inner =
          namespace === undefined ? context : { ...context, chain: [namespace, ...context.chain], names: [...context.names, name] };
        const object = namespace?.get('Data')?.iface?.properties.find((each) => each.name === 'object')?.type;
        const related = iface.methods.find((each) => each.name === 'fetchRelatedObject')?.returns;
        const payload = object !== undefined ? shapes.of(object, inner) : related !== undefined ? shapes.of(related, inner) : undefined;
        for (const type of literals(iface.properties.find((each) => each.name === 'type')?.type)) found.push({ type, generation, payload });
      }
      if (namespace !== undefined && name === 'Events')
        scan(namespace, { ...context, chain: [namespace, ...context.chain], names: [...context.names, name] });
    }
  };
  scan(module.scope, contextOf(module));
  return found;
}

/** Reads the SDK's package folder. Takes one to two seconds. */
export function readProgram(folder: string): Program {
  const home = join(folder, 'esm', 'resources');
  const declarations = [...filesBelow(home, '.d.ts'), join(folder, 'esm', 'shared.d.ts'), join(folder, 'esm', 'lib.d.ts')];
  const modules = new Map(declarations.map((file) => [file, readTypes(readFileSync(file, 'utf8'), file)]));
  const scripts = filesBelow(home, '.js').map((file) => ({ file, text: readFileSync(file, 'utf8') }));
  const shapes = new Shapes(new Resolver(modules), (found) => resourceName(home, found));
  const problems: string[] = [];
  const places = { home, classes: classes(modules), shapes, problems };
  const operations = scripts.flatMap(({ file, text }) => readCalls(text, file)).map((call) => operationOf(call, places));
  for (const module of modules.values()) shapes.resourcesOf(module);
  const events = [...modules.values()]
    .filter((module) => module.file.endsWith('Events.d.ts'))
    .flatMap((module) => eventsOf(module, shapes));
  const manifest = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8'));
  const api = /ApiVersion = '([^']+)'/.exec(readFileSync(join(folder, 'esm', 'apiVersion.js'), 'utf8'))?.[1];
  if (api === undefined) problems.push('no ApiVersion in esm/apiVersion.js');
  return {
    sdk: manifest.version,
    api: api ?? '',
    shapes,
    operations,
    events,
    callSites: scripts.reduce((sum, { text }) => sum + text.split('_makeRequest(').length - 1, 0),
    problems: [...problems, ...shapes.problems],
  };
}
