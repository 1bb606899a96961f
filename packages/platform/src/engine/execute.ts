import { type Contract, contractAnswer, defaultObject, expandAnswer, type Operation } from '@annex/contract';
import type { Behaviour, Consequence, Grade, Resources } from './behaviour.ts';
import { Draft } from './draft.ts';
import type { Actor } from './ground.ts';
import type { Ids } from './ids.ts';
import { type Plan, planOf } from './plan.ts';
import { byObject, settle } from './settle.ts';
import type { StoreRead } from './store.ts';
import { refuseUnsimulated, rowsFor, type Unsimulated } from './unsimulated.ts';
import { answerFromContract, refuseToPretend, STEPS } from './verbs.ts';
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

export type Step = (engine: Engine, call: Call, draft: Draft) => { body: unknown; text?: string };

/** What parsing an operation's path and looking its behaviour up came to, kept for the next call. */
interface Route {
  readonly plan: Plan;
  readonly behaviour: Behaviour | undefined;
  readonly grade: Grade;
  readonly step: Step;
  readonly refuses: readonly Unsimulated[];
}

/** The machinery: knows no resource by name. */
export class Engine {
  readonly contract: Contract;
  readonly resources: Resources;
  readonly store: StoreRead;
  readonly ids: Ids;
  /** stripe-mock's way: what is not there is answered from the contract. */
  readonly invents: boolean;
  /** Whether Stripe's limits on test clocks hold. */
  readonly limits: boolean;
  private readonly routes = new Map<Operation, Route>();
  private readonly consequences: ReadonlyMap<string, readonly Consequence[]>;

  /** Where the platform's pages are; known once it listens. */
  origin = '';

  constructor(parts: { contract: Contract; resources: Resources; store: StoreRead; ids: Ids; invents?: boolean; limits?: boolean }) {
    this.contract = parts.contract;
    this.resources = parts.resources;
    this.store = parts.store;
    this.ids = parts.ids;
    this.invents = parts.invents ?? false;
    this.limits = parts.limits ?? true;
    this.consequences = byObject(parts.resources.consequences);
  }

  /** `ids` where the new ids must not be chance's: what time brings about is the same when it is done again. */
  draft(world: World, now: number, actor: Actor, given: { readonly expand?: readonly string[]; readonly ids?: Ids } = {}): Draft {
    const { store, contract, resources, limits, origin } = this;
    const { expand = [], ids = this.ids } = given;
    return Draft.begin({ store, contract, resources, ids, now, actor, limits, origin, expand }, world);
  }

  /** Decides what a call means. Throws a `StripeError` for a refusal; keeps nothing. */
  execute(call: Call): Outcome {
    const route = this.route(call.op);
    const draft = this.presentDraft(call, route);
    let answer: { body: unknown; text?: string };
    try {
      refuseUnsimulated(route.refuses, call.params);
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

  /** Objects under a test clock live in its present. */
  private presentDraft(call: Call, route: Route): Draft {
    const draft = this.draft(call.world, call.now, call.actor, { expand: call.expand });
    if (call.op.method === 'GET') return draft;
    const object = ownerOf(route.plan) ?? call.op.resultObject;
    const at = this.resources.present?.(draft, { object, id: call.ids[0], params: call.params });
    return at === undefined ? draft : draft.at(at);
  }

  /** Runs consequences to rest. Also for work that no request began (a clock's). */
  settle(draft: Draft): void {
    settle(draft, this.consequences);
  }

  route(op: Operation): Route {
    let route = this.routes.get(op);
    if (route === undefined) {
      route = { ...this.plan(op), refuses: rowsFor(this.contract, op, this.resources.unsimulated) };
      this.routes.set(op, route);
    }
    return route;
  }

  private plan(op: Operation): Omit<Route, 'refuses'> {
    for (const behaviour of this.resources.behaviours.values()) {
      const special = behaviour.specials?.[op.key];
      if (special === undefined) continue;
      const step: Step = (_engine, call, draft) => ({ body: special(draft, call.params, call.ids) });
      // Its path still tells whose clock it lives on.
      return { plan: planOf(this.contract, op), behaviour, grade: behaviour.grade, step };
    }
    const plan = planOf(this.contract, op);
    const behaviour = plan.verb === 'other' ? undefined : this.resources.behaviours.get(plan.object);
    if (plan.verb === 'other')
      return { plan, behaviour, grade: 'contract', step: op.method === 'GET' ? answerFromContract : refuseToPretend };
    if (plan.verb === 'search' && this.resources.searchFields[plan.object] === undefined) {
      return { plan, behaviour, grade: 'contract', step: refuseToPretend };
    }
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
        const found = draft.getOrStub(object, id) ?? this.resources.elsewhere?.(draft, object, id);
        if (found !== undefined) return this.resources.behaviours.get(object)?.retrieved?.(draft, found) ?? found;
      }
      return this.invents
        ? (defaultObject(this.contract, objects[0]!, { id, created: call.now, livemode: call.world.livemode }) as StripeObject)
        : undefined;
    };
    const include = (parent: object, field: string): unknown => {
      const owner = parent as StripeObject;
      const list = this.resources.subLists.find((row) => row.parent === owner.object && row.field === field);
      if (list !== undefined) return draft.embedded(list, owner.id);
      return this.resources.behaviours.get(owner.object)?.onExpand?.[field]?.(draft, owner);
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

/** The object whose id comes first in the path. */
const ownerOf = (plan: Plan): string | undefined =>
  plan.verb === 'other' ? undefined : plan.verb === 'action' ? plan.object : (plan.parent?.object ?? plan.object);

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
