import { contractAnswer, fitFields } from '@annex/contract';
import type { Behaviour, SubList } from './behaviour.ts';
import type { Draft } from './draft.ts';
import { invalid, noSuch, notSimulated } from './errors.ts';
import type { Call, Engine, Step } from './execute.ts';
import { limitOf, listQuery } from './list.ts';
import { assertEnded, assertMayStart } from './machine.ts';
import { mergedMetadata } from './metadata.ts';
import type { ParentPlan, Plan } from './plan.ts';
import { searchPredicate } from './search.ts';
import type { StripeObject } from './world.ts';

export const answerFromContract: Step = (engine, call) => ({
  body: contractAnswer(engine.contract, call.op, { ids: call.ids, params: call.params, created: call.now, livemode: call.world.livemode }),
});

export const refuseToPretend: Step = (_engine, call) => {
  throw notSimulated(`${call.op.method} ${call.op.path}`);
};

function planned(engine: Engine, call: Call): { object: string; parent: ParentPlan | undefined; behaviour: Behaviour | undefined } {
  const { plan, behaviour } = engine.route(call.op);
  if (plan.verb === 'other' || plan.verb === 'action') throw new Error(`${call.op.key} has no plan`);
  return { object: plan.object, parent: plan.parent, behaviour };
}

/** The parent that the path names must exist; the child must be its child. */
function parentId(call: Call, draft: Draft, parent: ParentPlan | undefined): string | undefined {
  if (parent === undefined) return undefined;
  const id = call.ids[0]!;
  if (draft.get(parent.object, id) === undefined)
    throw noSuch(draft.contract.objectWord(parent.object), id, { param: parent.field, inPath: true });
  return id;
}

function target(engine: Engine, call: Call, draft: Draft): StripeObject {
  const { object, parent } = planned(engine, call);
  const under = parentId(call, draft, parent);
  const id = call.ids[call.ids.length - 1]!;
  const found = draft.getOrStub(object, id);
  const isChild =
    under === undefined ||
    found === undefined ||
    parent === undefined ||
    found[parent.field] === under ||
    found[parent.field]?.id === under;
  if (found === undefined || !isChild) throw missing(draft, call, object, id);
  return found;
}

function missing(draft: Draft, call: Call, object: string, id: string): Error {
  const { world } = draft;
  const elsewhere = draft.in({ account: world.account, livemode: !world.livemode }).getOrStub(object, id) !== undefined;
  const [there, here] = world.livemode ? ['test', 'live'] : ['live', 'test'];
  const hint = elsewhere ? `; a similar object exists in ${there} mode, but a ${here} mode key was used to make this request.` : '';
  return noSuch(draft.contract.objectWord(object), id, { param: draft.contract.missingParamName(call.op), inPath: true, hint });
}

const mustLive = (draft: Draft, call: Call, found: StripeObject): StripeObject => {
  if (found.deleted === true) throw missing(draft, call, found.object, found.id);
  return found;
};

const retrieve: Step = (engine, call, draft) => {
  const { object, parent, behaviour } = planned(engine, call);
  if (parent === undefined && behaviour?.retrieved === undefined && call.expand.length === 0) {
    const row = engine.store.row(call.world, object, call.ids[0]!);
    if (row !== undefined) return { body: undefined, text: row.text };
  }
  const found = target(engine, call, draft);
  return { body: behaviour?.retrieved?.(draft, found) ?? found };
};

/** A row as it is listed: its own text, unless the caller sees it otherwise than it is stored. */
function listedText(draft: Draft, behaviour: Behaviour | undefined, text: string): string {
  if (behaviour?.retrieved === undefined) return text;
  const stored = JSON.parse(text) as StripeObject;
  const seen = behaviour.retrieved(draft, stored);
  return seen === stored ? text : JSON.stringify(seen);
}

const list: Step = (engine, call, draft) => {
  const { object, parent, behaviour } = planned(engine, call);
  const under = parentId(call, draft, parent);
  const query = listQuery(draft, { object, behaviour, plain: engine.resources.filters, params: call.params });
  const where = under === undefined ? query.where : ([[parent!.field, under], ...(query.where ?? [])] as const);
  // A list inside an object goes on where it was cut, also where its address stands at the top (`/v1/subscription_items?subscription=…`).
  const continues = ({ child, parent: of, by }: SubList): boolean =>
    child === object && (parent === undefined ? call.params[by] !== undefined : of === parent.object);
  const order = engine.resources.subLists.find(continues)?.order;
  const page = engine.store.page(call.world, object, {
    ...query,
    ...(where && { where }),
    ...(order === 'oldest' && { oldestFirst: true }),
  });
  const url = call.op.path.replace(/\{[^}]+\}/g, () => under ?? '');
  const texts = page.rows.map((row) => listedText(draft, behaviour, row.text));
  const text = `{"object":"list","url":${JSON.stringify(url)},"has_more":${page.hasMore},"data":[${texts.join(',')}]}`;
  return { body: undefined, text };
};

/** Newest first; `page` is the last object of the page before. Search is immediate here; Stripe's lags behind by up to a minute. */
const search: Step = (engine, call, draft) => {
  const { object } = planned(engine, call);
  const filter = searchPredicate(String(call.params.query ?? ''), engine.resources.searchFields[object]!);
  const { page } = call.params;
  if (page !== undefined && draft.getOrStub(object, page) === undefined)
    throw invalid(`Invalid page: '${page}'. Use the next_page of an earlier answer.`, 'page');
  const query = { filter, limit: limitOf(call.params), ...(page !== undefined && { startingAfter: page as string }) };
  const found = engine.store.page(call.world, object, query);
  const next = found.hasMore ? found.rows.at(-1)!.id : null;
  const total = call.expand.includes('total_count')
    ? engine.store.page(call.world, object, { filter, limit: Number.POSITIVE_INFINITY }).rows.length
    : undefined;
  const data = found.rows.map((row) => JSON.parse(row.text));
  return {
    body: {
      object: 'search_result',
      url: call.op.path,
      has_more: found.hasMore,
      next_page: next,
      data,
      ...(total !== undefined && { total_count: total }),
    },
  };
};

const create: Step = (engine, call, draft) => {
  const { object, parent, behaviour } = planned(engine, call);
  const under = parentId(call, draft, parent);
  const { params } = call;
  const chosen = behaviour?.id?.chosenBy === undefined ? undefined : params[behaviour.id.chosenBy];
  const id: string = chosen ?? behaviour?.id?.make?.(draft, params) ?? draft.id(object, behaviour?.id?.style);
  if (chosen !== undefined && draft.getOrStub(object, id)?.deleted === undefined && draft.get(object, id) !== undefined)
    throw alreadyExists(draft, object);
  const fields = Object.assign(
    draft.blank(object, id),
    fitFields(engine.contract, object, params),
    params.metadata !== undefined && { metadata: mergedMetadata({}, params.metadata) },
    under !== undefined && { [parent!.field]: under },
    behaviour?.create?.(draft, under === undefined ? params : { ...params, [parent!.field]: under }),
  );
  const stored = draft.insert(fields);
  return { body: behaviour?.created?.(draft, stored, params) ?? stored };
};

const alreadyExists = (draft: Draft, object: string): Error => {
  const word = draft.contract.objectWord(object);
  return invalid(`${word.charAt(0).toUpperCase()}${word.slice(1)} already exists.`, 'id', 'resource_already_exists');
};

const update: Step = (engine, call, draft) => {
  const { object, behaviour } = planned(engine, call);
  const before = mustLive(draft, call, target(engine, call, draft));
  const { params } = call;
  const fields = {
    ...fitFields(engine.contract, object, params, before),
    ...(params.metadata !== undefined && { metadata: mergedMetadata(before.metadata ?? {}, params.metadata) }),
    ...behaviour?.update?.(draft, before, params),
  };
  const after = draft.set(draft.get(object, before.id) ?? before, fields);
  return { body: behaviour?.updated?.(draft, after, params, before) ?? after };
};

const remove: Step = (engine, call, draft) => {
  const { behaviour } = planned(engine, call);
  const before = mustLive(draft, call, target(engine, call, draft));
  const leaving = behaviour?.remove?.(draft, before, call.params) ?? 'stub';
  return { body: typeof leaving === 'string' ? draft.remove(before, leaving) : leaving };
};

const action: Step = (engine, call, draft) => {
  const { plan, behaviour } = engine.route(call.op);
  if (plan.verb !== 'action' || behaviour === undefined) throw new Error(`${call.op.key} is no action`);
  const id = call.ids[call.ids.length - 1]!;
  const object = draft.get(plan.object, id);
  if (object === undefined) throw missing(draft, call, plan.object, id);
  const { machine } = behaviour;
  if (machine !== undefined) assertMayStart(machine, plan.action, object);
  const after = behaviour.actions![plan.action]!(draft, object, call.params);
  const ended = draft.get(plan.object, id);
  if (machine !== undefined && ended !== undefined) assertEnded(machine, plan.action, ended);
  return { body: after };
};

export const STEPS: Readonly<Record<Exclude<Plan['verb'], 'other'>, Step>> = {
  retrieve,
  list,
  search,
  create,
  update,
  delete: remove,
  action,
};
