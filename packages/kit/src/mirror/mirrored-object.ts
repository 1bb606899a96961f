/** A list inside an object, cut at 10 by Stripe: where `has_more` is true the rest is fetched. It is kept inside, and shown as a view. */
export interface InnerList {
  readonly field: string;
  /** Where the rest is; `{id}` is the object's id. */
  readonly path: string;
  /** View in schema `stripe` with one row per item. */
  readonly view: string;
}

/** One object type that is mirrored. A file in `objects/` declares one; a line in `objects/index.ts` registers it. */
export interface MirroredObject {
  /** Stripe's name, as in the object's `object` field: `checkout.session`. */
  readonly object: string;
  /** Table in schema `mirror` and view in schema `stripe`. */
  readonly table: string;
  /** Path of its list. One object is at the same path followed by its id. */
  readonly list: string;
  /** What the list must be told to hold nothing back, e.g. `status=all`. */
  readonly query?: Readonly<Record<string, string>>;
  /** False where the list cannot be narrowed by `created`; such a list is read in one go. Default true. */
  readonly by_created?: boolean;
  /** True where the path answers with the one object there is, not with a list. */
  readonly single?: boolean;
  /**
   * Fields that are ids or absent unless asked for, and without which the object is of little use; those of the things in a list inside
   * it too (`items.data.discounts`).
   */
  readonly expand?: readonly string[];
  /** When an expanded field must be there, as SQL on the object `o`; always where it is not told. */
  readonly needed?: Readonly<Record<string, string>>;
  /** Lists inside the object. */
  readonly lists?: readonly InnerList[];
  /** Fields that get a column of their own in `mirror`, because queries join or filter on them. */
  readonly columns?: readonly string[];
  /** Event types after which the object is gone. */
  readonly deleted_by?: readonly string[];
  /** True where events do not tell every creation and change: then the list is read again now and then (`refresh.ts`). */
  readonly quiet?: boolean;
  /** What a user wants to see first is imported first: 0, then 1, then 2. */
  readonly priority: 0 | 1 | 2;
  /** False where an extension must ask for it by name, because ordinary accounts do not have it. Default true. */
  readonly usual?: boolean;
}
