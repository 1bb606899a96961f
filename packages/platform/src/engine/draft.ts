import { type Contract, defaultObject } from '@annex/contract';
import type { SubList } from './behaviour.ts';
import { noSuch } from './errors.ts';
import { eventNameOf } from './event-name.ts';
import type { Actor, Core, EmitOptions, Entry, Ground, Happening, InsertOptions, SetOptions, Transition } from './ground.ts';
import { NOBODY, writeOf } from './ground.ts';
import { type Ids, newId } from './ids.ts';
import { Overlay } from './overlay.ts';
import { changes, previousAttributes } from './previous-attributes.ts';
import { signed } from './signed.ts';
import type { PageQuery, Write } from './store.ts';
import { matches } from './values.ts';
import { type Fields, homeOf, type StripeObject, type World, worldKey } from './world.ts';

/**
 * What should be so: an overlay over the store in which behaviours read their own writes. Nothing is kept until the
 * engine turns the draft into one change. Objects read from a draft are values: change them with `set`, never in place.
 */
export class Draft {
  readonly world: World;
  /** Unix seconds, of the clock that the present operation lives on. */
  readonly now: number;
  readonly actor: Actor;
  private readonly core: Core;

  private constructor(core: Core, world: World, now: number, actor: Actor) {
    this.core = core;
    this.world = world;
    this.now = now;
    this.actor = actor;
  }

  static begin(ground: Ground, world: World): Draft {
    return new Draft(
      { ground, entries: new Overlay(), happenings: [], transitions: [], staleParents: new Map(), writes: [] },
      world,
      ground.now,
      ground.actor,
    );
  }

  get ids(): Ids {
    return this.core.ground.ids;
  }

  get contract(): Contract {
    return this.core.ground.contract;
  }

  /** Whether the answer will show what this path leads to: some things are made at once only where they are asked for. */
  willShow(field: string): boolean {
    return this.core.ground.expand.some((path) => path === field || path.endsWith(`.${field}`));
  }

  get origin(): string {
    return this.core.ground.origin;
  }

  get limits(): boolean {
    return this.core.ground.limits;
  }

  /** The same draft, seen from another world (a fee belongs to the platform's account, its charge to the connected one). */
  in(world: World): Draft {
    return new Draft(this.core, world, this.now, this.actor);
  }

  /** A draft of its own over the same store, at the same instant, that nobody keeps or is told of: what would happen is lived in it. */
  scratch(): Draft {
    return Draft.begin({ ...this.core.ground, silent: true }, this.world).at(this.now);
  }

  /** The same draft at another instant (a test clock's). */
  at(now: number): Draft {
    return now === this.now ? this : new Draft(this.core, this.world, now, this.actor);
  }

  /** The same draft on behalf of an application: what people complete on a page that an extension asked for. */
  onBehalfOf(application: string | null): Draft {
    return application === this.actor.application ? this : new Draft(this.core, this.world, this.now, { ...this.actor, application });
  }

  /** A new id for this kind of object, in this world. */
  id(object: string, style?: 'long' | 'short'): string {
    const prefix = this.contract.idPrefix(object) ?? `${object.replaceAll('.', '_')}_`;
    return newId(this.core.ground.ids, { object, prefix, world: this.world, now: this.now, style });
  }

  /** `length` random characters (secrets, suffixes). */
  random(length: number): string {
    return this.core.ground.ids.random(length);
  }

  /** The object, or nothing where it never was or is deleted. */
  get(object: string, id: string | null | undefined): StripeObject | undefined {
    if (id === null || id === undefined) return undefined;
    const entry = this.entry(object, id);
    return entry?.state === 'kept' ? entry.value : undefined;
  }

  /** As `get`, but deleted objects answer their stub. */
  getOrStub(object: string, id: string): StripeObject | undefined {
    const entry = this.entry(object, id);
    return entry === undefined || entry.state === 'gone' ? undefined : entry.value;
  }

  /** The object named by a parameter, or Stripe's refusal (400 `resource_missing` with that parameter). */
  need(object: string, id: string, param: string): StripeObject {
    const found = this.get(object, id);
    if (found === undefined) throw noSuch(this.contract.objectWord(object), id, { param, inPath: false });
    return found;
  }

  /** All objects with these field values, newest first. */
  find(object: string, where: PageQuery['where'], filter?: PageQuery['filter']): StripeObject[] {
    const isFound = (value: StripeObject): boolean => matches(value, where) && (filter === undefined || filter(value));
    const found: StripeObject[] = [];
    const stored = new Set<string>();
    for (const row of this.core.ground.store.page(this.world, object, { ...(where && { where }), limit: Number.POSITIVE_INFINITY }).rows) {
      stored.add(row.id);
      const value = this.get(object, row.id);
      if (value !== undefined && isFound(value)) found.push(value);
    }
    for (const entry of this.core.entries.of(this.world, object)) {
      if (!entry.touched || entry.state !== 'kept' || stored.has(entry.value.id)) continue;
      if (isFound(entry.value)) found.unshift(this.fresh(entry));
    }
    return found;
  }

  /**
   * The contract's defaults of a new object, to be filled in place and inserted: writing fields that are there costs next to nothing,
   * adding fields to a copy a microsecond each.
   */
  blank(object: string, id: string): StripeObject {
    return Object.assign(defaultObject(this.contract, object, { id, created: this.now, livemode: this.world.livemode }), { id, object });
  }

  /** A new object from the contract's defaults and these fields, with an id of its own, stored as by `insert`. */
  make(object: string, fields: Fields, options: InsertOptions = {}): StripeObject {
    const id = typeof fields.id === 'string' ? fields.id : this.id(object);
    return this.insert(Object.assign(this.blank(object, id), fields, { id, object }), options);
  }

  /** Stores a new object and tells `<object>.created` where the contract knows that event. */
  insert(made: StripeObject, options: InsertOptions = {}): StripeObject {
    const value = signed(this.contract, this.actor.application, made);
    const entry: Entry = { world: this.world, before: undefined, value, text: undefined, state: 'kept', touched: true };
    this.core.entries.put(entry);
    this.childChanged(value);
    // Parts that were made before the whole (an invoice's lines) stand in it when it is told.
    const whole = this.fresh(entry);
    this.moved(entry, undefined);
    this.tell(this.eventName(value.object, 'created', options.event), whole);
    return this.fresh(entry);
  }

  /** Lays fields over an object and tells `<object>.updated` with `previous_attributes`; nothing where nothing changed. */
  set(target: StripeObject, patch: Fields, options: SetOptions = {}): StripeObject {
    const entry = this.entry(target.object, target.id);
    if (entry === undefined || entry.state !== 'kept') throw new Error(`${target.object} ${target.id} is not in this draft`);
    const before = this.fresh(entry);
    const changed = changes(before, patch);
    if (changed) {
      const value: StripeObject = { ...before, ...patch };
      entry.value = value;
      entry.text = undefined;
      entry.touched = true;
      this.childChanged(value, before);
      this.moved(entry, before);
    }
    const { event } = options;
    if (typeof event === 'string') this.tell(event, entry.value, { before });
    else if (event) for (const type of event) this.tell(type, entry.value, { before });
    else if (changed && event !== null) this.tell(this.eventName(target.object, 'updated', undefined), entry.value, { before });
    return entry.value;
  }

  /** Deletes: a stub stays retrievable, or nothing does. Tells `<object>.deleted` with the last state. */
  remove(target: StripeObject, leaving: 'stub' | 'gone', options: InsertOptions = {}): StripeObject {
    const entry = this.entry(target.object, target.id);
    if (entry === undefined) throw new Error(`${target.object} ${target.id} is not in this draft`);
    this.tell(this.eventName(target.object, 'deleted', options.event), this.fresh(entry));
    this.childChanged(entry.value);
    const stub: StripeObject = { id: target.id, object: target.object, deleted: true };
    Object.assign(entry, { value: stub, text: undefined, state: leaving, touched: true });
    return stub;
  }

  /** Tells an event of an object as it is now. */
  emit(type: string, object: StripeObject, options: EmitOptions = {}): void {
    this.tell(type, object, options);
  }

  /** The text of an object as it will be stored, where this draft has it at hand. */
  textOf(value: StripeObject): string {
    const entry = this.core.entries.get(this.world, value.object, value.id);
    if (entry === undefined || entry.value !== value) return JSON.stringify(value);
    entry.text ??= JSON.stringify(value);
    return entry.text;
  }

  /** A platform record that is no Stripe object (a delivery, a log line): stored with the change as it is. */
  keep(write: Write): void {
    this.core.writes.push(write);
  }

  /** For the engine: takes the transitions noted since the last call. */
  takeTransitions(): Transition[] {
    return this.core.transitions.splice(0);
  }

  get happenings(): readonly Happening[] {
    return this.core.happenings;
  }

  /** For the engine: all writes of this draft. */
  writes(): Write[] {
    for (const stale of [...this.core.staleParents.values()]) this.in(stale.world).entry(stale.list.parent, stale.id);
    const writes = [...this.core.writes];
    for (const entry of this.core.entries.all()) {
      if (!entry.touched) continue;
      writes.push(writeOf(entry, this.core.ground.now));
    }
    return writes;
  }

  private entry(object: string, id: string): Entry | undefined {
    const world = homeOf(this.world, object);
    const known = this.core.entries.get(world, object, id);
    if (known !== undefined) {
      this.fresh(known);
      return known;
    }
    const row = this.core.ground.store.row(world, object, id);
    if (row === undefined) return undefined;
    const value = JSON.parse(row.text) as StripeObject;
    const entry: Entry = { world, before: value, value, text: row.text, state: row.deleted ? 'stub' : 'kept', touched: false };
    this.core.entries.put(entry);
    this.fresh(entry);
    return entry;
  }

  /** The value of an entry with its embedded lists up to date. */
  private fresh(entry: Entry): StripeObject {
    const { staleParents } = this.core;
    if (staleParents.size === 0) return entry.value;
    for (const [key, stale] of staleParents) {
      if (stale.id !== entry.value.id || stale.list.parent !== entry.value.object) continue;
      staleParents.delete(key);
      if (entry.state === 'kept') {
        entry.value = { ...entry.value, [stale.list.field]: this.in(stale.world).embedded(stale.list, stale.id) };
        entry.text = undefined;
        entry.touched = true;
      }
    }
    return entry.value;
  }

  /** A sub-list as an object carries it: the first ten. */
  embedded(list: SubList, parentId: string): Fields {
    const children = this.find(list.child, [[list.by, parentId]]);
    if (list.order === 'oldest') children.reverse();
    const seen = this.core.ground.resources.behaviours.get(list.child)?.retrieved;
    const data = children.slice(0, 10).map((child) => seen?.(this, child) ?? child);
    return { object: 'list', data, has_more: children.length > 10, url: list.url(parentId) };
  }

  private childChanged(value: StripeObject, before?: StripeObject): void {
    for (const list of this.core.ground.resources.subLists) {
      if (list.onExpand || list.child !== value.object) continue;
      for (const id of new Set([value[list.by], before?.[list.by]])) {
        if (typeof id !== 'string') continue;
        this.core.staleParents.set(`${worldKey(this.world)}/${list.parent}/${list.field}/${id}`, { world: this.world, list, id });
      }
    }
  }

  private moved(entry: Entry, before: StripeObject | undefined): void {
    const { value } = entry;
    this.core.transitions.push({ world: this.world, object: value.object, id: value.id, now: this.now, before, after: value });
  }

  private eventName(object: string, verb: 'created' | 'updated' | 'deleted', asked: string | null | undefined): string | undefined {
    if (asked !== undefined) return asked ?? undefined;
    const declared = this.core.ground.resources.behaviours.get(object)?.events?.[verb];
    if (declared !== undefined) return declared ?? undefined;
    return eventNameOf(this.contract, object, verb);
  }

  private tell(type: string | undefined, object: StripeObject, options: EmitOptions & { readonly before?: StripeObject } = {}): void {
    if (type === undefined || this.core.ground.silent === true) return;
    const text = this.textOf(object);
    const previous = (): Fields | undefined => options.before && previousAttributes(options.before, object);
    const told = this.core.ground.resources.tellsBefore(type) ? (options.previous ?? previous()) : undefined;
    const actor = options.automatic === true ? NOBODY : this.actor;
    this.core.happenings.push({ world: this.world, type, text, previous: told, actor, onlyFor: options.onlyFor });
  }
}
