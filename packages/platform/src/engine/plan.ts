import type { Contract, Operation } from '@annex/contract';

/** What an operation does to which object: read off its path once, so that 557 operations need no list. */
export type Plan =
  | { readonly verb: 'create' | 'list' | 'search'; readonly object: string; readonly parent: ParentPlan | undefined }
  | { readonly verb: 'retrieve' | 'update' | 'delete'; readonly object: string; readonly parent: ParentPlan | undefined }
  | { readonly verb: 'action'; readonly object: string; readonly action: string }
  | { readonly verb: 'other' };

/** The object whose id precedes in the path (`/v1/customers/{customer}/tax_ids`), and the child's field that names it. */
export interface ParentPlan {
  readonly object: string;
  readonly field: string;
}

const isHole = (segment: string | undefined): boolean => segment?.startsWith('{') ?? false;

/** The operation with this method at this template, holes compared as holes. */
function at(contract: Contract, method: string, segments: readonly string[]): Operation | undefined {
  const filled = segments.map((segment) => (isHole(segment) ? 'x' : segment));
  const found = contract.match(method, `/${filled.join('/')}`);
  return found !== undefined && found.op.path.split('/').length === segments.length + 1 ? found.op : undefined;
}

/** Fields by which children name their parent, where it is not the parent's own name. */
const PARENT_FIELDS: Readonly<Record<string, string>> = {
  'fee_refund.application_fee': 'fee',
  'transfer_reversal.transfer': 'transfer',
  'line_item.invoice': 'invoice',
  'item.checkout.session': 'checkout_session',
  'radar.value_list_item.radar.value_list': 'value_list',
  'capability.account': 'account',
};

function parentOf(contract: Contract, segments: readonly string[], child: string): ParentPlan | undefined {
  const last = segments.findLastIndex((segment) => isHole(segment));
  if (last < 0) return undefined;
  const object = at(contract, 'GET', segments.slice(0, last + 1))?.resultObject;
  if (object === undefined) return undefined;
  return { object, field: PARENT_FIELDS[`${child}.${object}`] ?? object.slice(object.lastIndexOf('.') + 1) };
}

export function planOf(contract: Contract, op: Operation): Plan {
  const segments = op.path.split('/').slice(1);
  const last = segments[segments.length - 1] ?? '';
  const object = op.resultObject;
  // A preview is computed, whatever it looks like.
  if (object === undefined || op.stream || segments.includes('preview')) return { verb: 'other' };
  if (op.method === 'GET') {
    if (op.paging === 'search') return { verb: 'search', object, parent: undefined };
    if (isHole(last)) return { verb: 'retrieve', object, parent: parentOf(contract, segments.slice(0, -1), object) };
    return op.resultIsList ? { verb: 'list', object, parent: parentOf(contract, segments, object) } : { verb: 'other' };
  }
  if (isHole(last)) {
    const parent = parentOf(contract, segments.slice(0, -1), object);
    if (op.method === 'POST') return { verb: 'update', object, parent };
    return { verb: 'delete', object: at(contract, 'GET', segments)?.resultObject ?? object, parent };
  }
  if (op.method === 'DELETE') return { verb: 'other' };
  return createOrAction(contract, { segments, last, object });
}

function createOrAction(contract: Contract, path: { segments: readonly string[]; last: string; object: string }): Plan {
  const { segments, last, object } = path;
  const listed = at(contract, 'GET', segments);
  const isCollection = listed?.resultIsList === true && listed.resultObject === object;
  const owner = at(contract, 'GET', segments.slice(0, -1)) ?? at(contract, 'POST', segments.slice(0, -1));
  if (!isCollection && isHole(segments[segments.length - 2]) && owner?.resultObject !== undefined) {
    return { verb: 'action', object: owner.resultObject, action: last };
  }
  if (segments.length === 2 || isCollection) return { verb: 'create', object, parent: parentOf(contract, segments, object) };
  const sibling = at(contract, 'GET', [...segments, '{id}']);
  if (sibling?.resultObject === object || !segments.some(isHole)) return { verb: 'create', object, parent: undefined };
  return { verb: 'other' };
}
