import type { Contract, Operation } from './contract.ts';
import { ParamError } from './param-error.ts';
import { fieldsOf, type Node, type NodeId } from './table.ts';

const DEEPEST = 4;

type Found = { readonly id?: unknown } & Record<string, unknown>;
/** Finds the object behind an id among these kinds; deleted ones answer their stub. */
export type Fetch = (objects: readonly string[], id: string) => object | undefined;
/** A field that is absent unless it is expanded (`charge.refunds`). */
export type Include = (parent: object, field: string) => unknown;

const badPath = (path: string, hint: string): ParamError => new ParamError(`This property cannot be expanded (${path}).${hint}`);

const tooDeep = (path: string, levels: number): ParamError =>
  new ParamError(`You cannot expand more than ${DEEPEST} levels of a property. The property '${path}' has ${levels} levels.`);

/** The nodes that a field of this name leads to, through unions, lists, embedded and expandable objects. */
function below(contract: Contract, id: NodeId, name: string): NodeId[] {
  const node = contract.node(id);
  if (typeof node === 'string') return [];
  switch (node[0]) {
    case 'o':
      return fieldsOf(node)
        .filter((field) => field.name === name)
        .map((field) => field.node);
    case 'r':
      return below(contract, contract.shapeOfResource(node[1]), name);
    case 'x':
    case 'p':
      return node[1].flatMap((index) => below(contract, contract.shapeOfResource(index), name));
    case 'l':
    case 's':
      return name === 'data' ? [node[1]] : [];
    case 'a':
      return below(contract, node[1], name);
    case 'u':
      return node[1].flatMap((arm) => below(contract, arm, name));
    default:
      return [];
  }
}

/** Something that expansion can mean anything for: a reference, an embedded object, a list. */
function isExpandable(contract: Contract, id: NodeId): boolean {
  const node: Node = contract.node(id);
  if (typeof node === 'string') return false;
  if (node[0] === 'u') return node[1].some((arm) => isExpandable(contract, arm));
  if (node[0] === 'a') return isExpandable(contract, node[1]);
  return 'rxplso'.includes(node[0]);
}

function reaches(contract: Contract, from: NodeId, segments: readonly string[]): boolean {
  let at: NodeId[] = [from];
  for (const segment of segments) {
    at = [...new Set(at.flatMap((node) => below(contract, node, segment)))];
    if (at.length === 0) return false;
  }
  return at.some((node) => isExpandable(contract, node));
}

/** Refuses a path that leads nowhere, before anything happens (api-and-events 1.9). */
export function checkExpand(contract: Contract, op: Operation, paths: readonly string[]): void {
  for (const path of paths) {
    const segments = path.split('.');
    // The `data` of a listed page counts; that of a list inside an object does not, else documented paths would be too deep.
    const levels = segments.filter((segment, index) => index === 0 || segment !== 'data').length;
    if (levels > DEEPEST) throw tooDeep(path, levels);
    if (op.resultIsList && (path === 'data' || (op.paging === 'search' && path === 'total_count'))) continue;
    if (op.result >= 0 && reaches(contract, op.result, segments)) continue;
    const own = op.resultIsList && segments[0] === 'data' ? segments.slice(1) : segments;
    if (own.length === 1 && contract.isIncludable(op.resultObject, own[0]!)) continue;
    const isMisplaced = op.resultIsList && op.result >= 0 && reaches(contract, op.result, ['data', ...segments]);
    throw badPath(path, isMisplaced || op.resultIsList ? ` You may want to try expanding 'data.${path}' instead.` : '');
  }
}

interface Walk {
  readonly contract: Contract;
  readonly fetch: Fetch;
  readonly include: Include;
}

function expandAt(walk: Walk, place: { value: unknown; node: NodeId; segments: readonly string[] }): unknown {
  const { contract } = walk;
  const { value, segments } = place;
  const node = contract.node(place.node);
  if (value === null || value === undefined || typeof node === 'string') return value;
  if (Array.isArray(value)) {
    const item = node[0] === 'a' ? node[1] : place.node;
    return value.map((each) => expandAt(walk, { value: each, node: item, segments }));
  }
  let here: unknown = value;
  if (node[0] === 'u') {
    for (const arm of node[1]) here = expandAt(walk, { value: here, node: arm, segments });
    return here;
  }
  if (node[0] === 'x' && typeof here === 'string') here = walk.fetch(contract.objectsOf(node[1]), here) ?? here;
  const [next, ...rest] = segments;
  if (next === undefined || typeof here !== 'object' || here === null) return here;
  const parent = here as Found;
  const inside = next in parent ? parent[next] : walk.include(parent, next);
  if (inside === undefined) return here;
  let expanded: unknown = inside;
  for (const child of new Set(below(contract, place.node, next)))
    expanded = expandAt(walk, { value: expanded, node: child, segments: rest });
  return { ...parent, [next]: expanded };
}

/** A new answer in which the ids at these paths are their objects. Null stays null; what is embedded stays. */
export function expandAnswer(
  contract: Contract,
  op: Operation,
  answer: unknown,
  ...[paths, fetch, include]: [paths: readonly string[], fetch: Fetch, include: Include]
): unknown {
  const walk: Walk = { contract, fetch, include };
  return paths.reduce((seen: unknown, path) => expandAt(walk, { value: seen, node: op.result, segments: path.split('.') }), answer);
}
