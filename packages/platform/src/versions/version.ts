import type { Contract, FormHash, Operation } from '@annex/contract';
import type { FormerRoute, Look, VersionChange } from './change.ts';
import { CHANGES } from './changes/index.ts';
import { Downgrade } from './downgrade.ts';
import { expandBefore, referencesOf, splitExpand } from './expand.ts';
import { isBefore } from './known.ts';
import { OldRequest, type ParamRule } from './params.ts';

const withoutNames = (key: string): string => key.replace(/\{[^}]*\}/g, '{}');

/** An API version older than the model: what its requests mean now, and how what is now looked then. */
export class OldVersion {
  readonly changes: readonly VersionChange[];
  readonly downgrade: Downgrade;
  private readonly rules = new Map<string, ParamRule[]>();
  private readonly references: ReadonlyMap<string, string>;
  private readonly unknownEvents: ReadonlySet<string>;
  private readonly routes: Readonly<Record<string, FormerRoute>>;

  constructor(changes: readonly VersionChange[]) {
    this.changes = changes;
    this.downgrade = new Downgrade(changes);
    this.references = referencesOf(changes);
    this.routes = Object.assign({}, ...changes.map((change) => change.routes ?? {}));
    this.unknownEvents = new Set(changes.flatMap((change) => change.events ?? []));
    // The oldest change first: what it makes of a request is what the next one knows.
    for (const rule of [...changes].reverse().flatMap((change) => change.params ?? [])) {
      for (const op of rule.on) {
        const known = this.rules.get(op);
        if (known === undefined) this.rules.set(op, [rule]);
        else known.push(rule);
      }
    }
  }

  /** What serves an address that is gone, or nothing. */
  route(method: string, path: string): FormerRoute | undefined {
    return this.routes[`${method} ${path}`];
  }

  /** Brings parameters up to date, in place. Throws a `ParamError` for a name that came later. `ops` are the operation's key, and before it the address of before. */
  upgrade(ops: readonly string[], request: { form: FormHash; ids: readonly string[]; look: Look; lenient?: boolean }): OldRequest {
    const old = new OldRequest({ ...request, lenient: request.lenient ?? false });
    const rules = ops.flatMap((op) => this.rules.get(withoutNames(op)) ?? []);
    for (const rule of rules) for (const name of rule.since ?? []) old.refuse(name);
    for (const rule of rules) {
      for (const [from, to] of Object.entries(rule.moved ?? {})) old.move(from, to);
      rule.up?.(old);
      if (!old.lenient) rule.assumed?.(old);
    }
    return old;
  }

  splitExpand(contract: Contract, op: Operation, paths: readonly string[]) {
    return splitExpand({ contract, op, references: this.references }, paths);
  }

  /** An answer as it was, with what was expanded through fields of before. */
  answer(text: string, given: { contract: Contract; look: Look; expand: readonly string[] }): string {
    const { contract, look, expand } = given;
    const { downgrade, references } = this;
    const old = downgrade.text(text, look);
    if (expand.length === 0) return old;
    const value = JSON.parse(old) as unknown;
    for (const path of expand) expandBefore({ contract, look, downgrade, references }, value, path.split('.'));
    return JSON.stringify(value);
  }

  /** Whether an event type existed. */
  knowsEvent(type: string): boolean {
    return !this.unknownEvents.has(type);
  }
}

const made = new Map<number, OldVersion>();

/** What a version does not know yet; nothing where it knows everything, so that nothing is done for it. */
export function oldVersion(version: string): OldVersion | undefined {
  const count = CHANGES.filter((change) => isBefore(version, change.version)).length;
  if (count === 0) return undefined;
  let old = made.get(count);
  if (old === undefined) {
    old = new OldVersion(CHANGES.slice(0, count));
    made.set(count, old);
  }
  return old;
}

/** Names of all times in one request, for a client that mixes them: the Stripe CLI's fixtures. */
export const anyTime = (): OldVersion => oldVersion(CHANGES[CHANGES.length - 1]!.version.replace(/^\d{4}/, '2000'))!;
