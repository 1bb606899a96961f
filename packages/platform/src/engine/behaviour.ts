import type { Draft } from './draft.ts';
import type { DueRow } from './due.ts';
import type { Machine } from './machine.ts';
import type { SearchField } from './search.ts';
import type { PageQuery } from './store.ts';
import type { Unsimulated } from './unsimulated.ts';
import type { Fields, Params, StripeObject } from './world.ts';

/** How faithful an operation is; told to the user in the generated coverage page and in the `Annex-Grade` header. */
export type Grade = 'contract' | 'plain' | 'ruled' | 'lived';

/** What an action answers: usually the object it changed; sometimes another one (a refund of a charge). */
export type Action = (draft: Draft, object: StripeObject, params: Params) => StripeObject;

/** An operation that is none of the six verbs (a singleton such as `GET /v1/balance`, or a computed list). Answers the wire object. */
export type Special = (draft: Draft, params: Params, ids: readonly string[]) => unknown;

export type FilterPredicate = (object: StripeObject, value: unknown, draft: Draft) => boolean;

/** A filter that is the equality of its field for plain values, and a predicate for values of this pattern (`customer.*`). */
export interface PatternFilter {
  readonly pattern: RegExp;
  readonly holds: FilterPredicate;
}

/**
 * What a resource means, beyond being stored. Declared always in this order, so that eyes learn where to look. Every
 * member is optional: a resource without a file is created, listed, updated and deleted from the contract alone.
 */
export interface Behaviour {
  readonly object: string;
  readonly grade: 'ruled' | 'lived';
  readonly id?: {
    /** The parameter by which a caller may choose the id (coupon, plan, product). */
    readonly chosenBy?: string;
    /** `long` carries a piece of the account's id (`in_1…`), `short` is 14 characters (`cus_…`). */
    readonly style?: 'long' | 'short';
    readonly make?: (draft: Draft, params: Params) => string;
  };
  /** Events of the six verbs where the naming rule `<object>.<verb>d` is not what Stripe does; `null` for none. */
  readonly events?: { readonly created?: string | null; readonly updated?: string | null; readonly deleted?: string | null };
  readonly machine?: Machine;
  /** List filters that are not the equality of a field of that name: the field's path, a predicate, or one for some values. */
  readonly filters?: Readonly<Record<string, string | FilterPredicate | PatternFilter>>;
  /** Nothing that was created before this second is listed (events are kept for 30 days). */
  readonly listedSince?: (draft: Draft) => number;
  /** What a list leaves out unless it is asked for (canceled subscriptions). */
  readonly listed?: (params: Params) => Pick<PageQuery, 'where' | 'filter'>;
  /** Fields of a new object, laid over the contract's defaults and the parameters that name fields. */
  readonly create?: (draft: Draft, params: Params) => Fields;
  /** Runs when the new object is stored: what its making brings about (a subscription's first invoice). Answers the object. */
  readonly created?: (draft: Draft, object: StripeObject, params: Params) => StripeObject;
  readonly update?: (draft: Draft, object: StripeObject, params: Params) => Fields;
  /** Runs when the update is stored. */
  readonly updated?: (draft: Draft, object: StripeObject, params: Params, before: StripeObject) => StripeObject;
  /** `stub`: can still be retrieved as `{id, object, deleted}`; `gone`: 404 from then on; an object: answered instead (subscriptions). */
  readonly remove?: (draft: Draft, object: StripeObject, params: Params) => 'stub' | 'gone' | StripeObject;
  /** Changes what is answered, not what is stored (an account as another sees it). */
  readonly retrieved?: (draft: Draft, object: StripeObject) => StripeObject;
  /** Fields that are absent unless they are asked for by `expand`, and are no list: what each then says. */
  readonly onExpand?: Readonly<Record<string, (draft: Draft, object: StripeObject) => unknown>>;
  /** By the last segment of the path: `cancel`, `confirm`, `finalize` … */
  readonly actions?: Readonly<Record<string, Action>>;
  /** By operation key (`GET /v1/balance`). */
  readonly specials?: Readonly<Record<string, Special>>;
}

/** A list that an object embeds (its first ten), kept current by the engine from the rows of the child. */
export interface SubList {
  readonly parent: string;
  readonly field: string;
  readonly child: string;
  /** The child's field that names the parent. */
  readonly by: string;
  readonly url: (parentId: string) => string;
  readonly order: 'newest' | 'oldest';
  /** Absent unless it is expanded (charge.refunds). */
  readonly onExpand?: boolean;
}

/** When an object enters a state, then … : the one table of effects of one object on others. */
export interface Consequence {
  readonly object: string;
  readonly field?: string;
  readonly enters: readonly string[];
  readonly follows: (draft: Draft, object: StripeObject, before: StripeObject | undefined) => void;
}

/** What a request is about, for the clock that its object lives on. */
export interface Subject {
  readonly object: string | undefined;
  readonly id: string | undefined;
  readonly params: Params;
}

/** Everything the resources declare, given to the engine as data. */
export interface Resources {
  /** The present of an object under a test clock (unix seconds); nothing for all others. */
  readonly present?: (draft: Draft, subject: Subject) => number | undefined;
  readonly due: readonly DueRow[];
  /** What `GET /v1/…/search` can ask for, by object. */
  readonly searchFields: Readonly<Record<string, Readonly<Record<string, SearchField>>>>;
  /** An object that an answer names and that lives in another world: an application, the fee that the platform earned. */
  readonly elsewhere?: (draft: Draft, object: string, id: string) => StripeObject | undefined;
  readonly behaviours: ReadonlyMap<string, Behaviour>;
  /** Filters of resources without a behaviour, by `<object>.<filter>`. */
  readonly filters: NonNullable<Behaviour['filters']>;
  readonly subLists: readonly SubList[];
  /** Parameters that are refused, because what they ask for is not simulated. */
  readonly unsimulated: readonly Unsimulated[];
  /** Whether an event of this type carries `previous_attributes`. */
  readonly tellsBefore: (type: string) => boolean;
  readonly consequences: readonly Consequence[];
}
