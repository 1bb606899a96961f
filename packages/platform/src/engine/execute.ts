import { type Contract, contractAnswer, defaultObject, expandAnswer, fitFields, type Operation } from '@annex/contract';
import type { Behaviour, Consequence, Grade, Resources } from './behaviour.ts';
import { type Actor, Draft } from './draft.ts';
import { invalid, noSuch, notSimulated, refuse } from './errors.ts';
import type { Ids } from './ids.ts';
import { listQuery } from './list.ts';
import { assertEnded, assertMayStart } from './machine.ts';
import { type ParentPlan, type Plan, planOf } from './plan.ts';
import { byObject, settle } from './settle.ts';
import type { StoreRead } from './store.ts';
import type { Params, StripeObject, World } from './world.ts';

/** One request, understood and authenticated, in the words of the contract. */
export interface Call {
  readonly op: Operation;
  readonly ids: readonly string[];
  readonly params: Params;
  readonly expand: readonly string[];
  readonly world: World;
  readonly actor: Actor;
  /** Unix seconds. */
  readonly now: number;
}

/** What a call comes to: the JSON to answer, and the draft to keep. */
export interface Outcome {
  readonly text: string;
  readonly grade: Grade;
  readonly draft: Draft;
}

type Step = (engine: Engine, call: Call, draft: Draft) => { body: unknown; text?: string };

/** What parsing an operation's path and looking its behaviour up came to, kept for the next call. */
interface Route {
  readonly plan: Plan;
  readonly behaviour: Behaviour | undefined;
  readonly grade: Grade;
  readonly step: Step;
}

/** The machinery: knows no resource by name. */
export class Engine {
  readonly contract: Contract;
  readonly resources: Resources;
  readonly store: StoreRead;
  readonly ids: Ids;
  /** stripe-mock's way: what is not there is answered from the contract. */
  readonly invents: boolean;
  private readonly routes = new Map<Operation, Route>();
  private readonly consequences: ReadonlyMap<string, readonly Consequence[]>;

  constructor(parts: { contract: Contract; resources: Resources; store: StoreRead; ids: Ids; invents?: boolean }) {
    this.contract = parts.contract;
    this.resources = parts.resources;
    this.store = parts.store;
    this.ids = parts.ids;
    this.invents = parts.invents ?? false;
    this.consequences = byObject(parts.resources.consequences);
  }

  draft(world: World, now: number, actor: Actor): Draft {
    return Draft.begin({ store: this.store, contract: this.contract, resources: this.resources, ids: this.ids, now, actor }, world);
  }

  /** Decides what a call means. Throws a `StripeError` for a refusal; keeps nothing. */
  execute(call: Call): Outcome {
    const draft = this.draft(call.world, call.now, call.actor);
    const route = this.route(call.op);
    let answer: { body: unknown; text?: string };
    try {
      answer = route.step(this, call, draft);
      this.settle(draft);
    } catch (error) {
      if (this.invents && isMissing(error)) return this.invented(call, draft);
      throw keepDraft(error, draft, () => this.settle(draft));
    }
    const text =
      call.expand.length > 0 ? JSON.stringify(this.expanded(call, draft, answer)) : (answer.text ?? this.textOf(draft, answer.body));
    return { text, grade: route.grade, draft };
  }

  /** Runs consequences to rest. Also for work that no request began (a clock's). */
  settle(draft: Draft): void {
    settle(draft, this.consequences);
  }

  route(op: Operation): Route {
    let route = this.routes.get(op);
    if (route === undefined) {
      route = this.plan(op);
      this.routes.set(op, route);
    }
    return route;
  }

  private plan(op: Operation): Route {
    for (const behaviour of this.resources.behaviours.values()) {
      const special = behaviour.specials?.[op.key];
      if (special === undefined) continue;
      const step: Step = (_engine, call, draft) => ({ body: special(draft, call.params, call.ids) });
      return { plan: { verb: 'other' }, behaviour, grade: behaviour.grade, step };
    }
    const plan = planOf(this.contract, op);
    const behaviour = plan.verb === 'other' ? undefined : this.resources.behaviours.get(plan.object);
    if (plan.verb === 'other')
      return { plan, behaviour, grade: 'contract', step: op.method === 'GET' ? answerFromContract : refuseToPretend };
    if (plan.verb === 'search') return { plan, behaviour, grade: 'contract', step: refuseToPretend };
    if (plan.verb === 'action' && behaviour?.actions?.[plan.action] === undefined) {
      return { plan, behaviour, grade: 'contract', step: refuseToPretend };
    }
    return { plan, behaviour, grade: behaviour?.grade ?? 'plain', step: STEPS[plan.verb] };
  }

  private textOf(draft: Draft, body: unknown): string {
    const isStored = typeof body === 'object' && body !== null && 'id' in body && 'object' in body;
    return isStored ? draft.textOf(body as StripeObject) : JSON.stringify(body);
  }

  private expanded(call: Call, draft: Draft, answer: { body: unknown; text?: string }): unknown {
    const body = answer.body ?? JSON.parse(answer.text!);
    const fetch = (objects: readonly string[], id: string): StripeObject | undefined => {
      for (const object of objects) {
        const found = draft.getOrStub(object, id);
        if (found !== undefined) return this.resources.behaviours.get(object)?.retrieved?.(draft, found) ?? found;
      }
      return this.invents
        ? (defaultObject(this.contract, objects[0]!, { id, created: call.now, livemode: call.world.livemode }) as StripeObject)
        : undefined;
    };
    const include = (parent: object, field: string): unknown => {
      const owner = parent as StripeObject;
      const list = this.resources.subLists.find((row) => row.parent === owner.object && row.field === field);
      return list === undefined ? undefined : draft.embedded(list, owner.id);
    };
    return expandAnswer(this.contract, call.op, body, call.expand, fetch, include);
  }

  private invented(call: Call, draft: Draft): Outcome {
    const body = contractAnswer(this.contract, call.op, {
      ids: call.ids,
      params: call.params,
      created: call.now,
      livemode: call.world.livemode,
    });
    const fresh = this.draft(call.world, call.now, call.actor);
    const text = call.expand.length > 0 ? JSON.stringify(this.expanded(call, draft, { body })) : JSON.stringify(body);
    return { text, grade: 'contract', draft: fresh };
  }
}

const isMissing = (error: unknown): boolean => {
  const refusal = (error as { refusal?: { code?: string; status: number } }).refusal;
  return refusal !== undefined && (refusal.code === 'resource_missing' || refusal.status === 501);
};

/** A refusal that keeps what was done before it (a declined charge) carries the draft out with it. */
function keepDraft(error: unknown, draft: Draft, settleIt: () => void): unknown {
  if ((error as { keepsChanges?: boolean }).keepsChanges !== true) return error;
  settleIt();
  return Object.assign(error as object, { draft });
}

const answerFromContract: Step = (engine, call) => ({
  body: contractAnswer(engine.contract, call.op, { ids: call.ids, params: call.params, created: call.now, livemode: call.world.livemode }),
});

const refuseToPretend: Step = (_engine, call) => {
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

const list: Step = (engine, call, draft) => {
  const { object, parent, behaviour } = planned(engine, call);
  const under = parentId(call, draft, parent);
  const query = listQuery(draft, { object, behaviour, params: call.params });
  const where = under === undefined ? query.where : ([[parent!.field, under], ...(query.where ?? [])] as const);
  const order = engine.resources.subLists.find((row) => row.parent === parent?.object && row.child === object)?.order;
  const page = engine.store.page(call.world, object, {
    ...query,
    ...(where && { where }),
    ...(order === 'oldest' && { oldestFirst: true }),
  });
  const url = call.op.path.replace(/\{[^}]+\}/g, () => under ?? '');
  const texts = page.rows.map((row) =>
    behaviour?.retrieved === undefined ? row.text : JSON.stringify(behaviour.retrieved(draft, JSON.parse(row.text))),
  );
  const text = `{"object":"list","url":${JSON.stringify(url)},"has_more":${page.hasMore},"data":[${texts.join(',')}]}`;
  return { body: undefined, text };
};

const create: Step = (engine, call, draft) => {
  const { object, parent, behaviour } = planned(engine, call);
  const under = parentId(call, draft, parent);
  const { params } = call;
  const chosen = behaviour?.id?.chosenBy === undefined ? undefined : params[behaviour.id.chosenBy];
  const id: string = chosen ?? behaviour?.id?.make?.(draft, params) ?? draft.id(object, behaviour?.id?.style);
  if (chosen !== undefined && draft.getOrStub(object, id)?.deleted === undefined && draft.get(object, id) !== undefined)
    throw alreadyExists(draft, object);
  const fields = {
    ...defaultObject(engine.contract, object, { id, created: draft.now, livemode: draft.world.livemode }),
    ...fitFields(engine.contract, object, params),
    ...(params.metadata !== undefined && { metadata: mergedMetadata({}, params.metadata) }),
    ...(under !== undefined && { [parent!.field]: under }),
    ...behaviour?.create?.(draft, under === undefined ? params : { ...params, [parent!.field]: under }),
  };
  const stored = draft.insert(fields as StripeObject);
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

const STEPS: Readonly<Record<Exclude<Plan['verb'], 'other' | 'search'>, Step>> = { retrieve, list, create, update, delete: remove, action };

/** Keys merge; an empty value deletes its key; empty metadata wipes all (api-and-events 1.10). */
export function mergedMetadata(before: Record<string, string>, given: Record<string, string> | null | ''): Record<string, string> {
  if (given === null || given === '') return {};
  const merged: Record<string, string> = { ...before };
  for (const [key, value] of Object.entries(given)) {
    if (value === '' || value === null) delete merged[key];
    else Object.defineProperty(merged, key, { value, enumerable: true, configurable: true, writable: true });
  }
  if (Object.keys(merged).length > 50)
    throw refuse({ status: 400, message: 'You can only have up to 50 metadata keys.', param: 'metadata' });
  return merged;
}
