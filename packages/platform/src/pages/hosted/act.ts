import { type Draft, NOBODY, type Params, StripeError, type Subject, type World } from '../../engine/index.ts';
import type { Platform } from '../../platform.ts';

export interface Acting {
  readonly world: World;
  /** What the page is about: objects on a test clock live in its present. */
  readonly subject: Pick<Subject, 'object' | 'id'>;
  /** The extension for whose sake it is done. */
  readonly application?: string | null;
}

/**
 * A draft for what a person does on a page that needs no key: no request is behind its events.
 */
export function draftFor(platform: Platform, { world, subject, application }: Acting): Draft {
  const { engine, clock } = platform;
  const wall = engine.draft(world, clock.now(), NOBODY);
  const at = engine.resources.present?.(wall, { ...subject, params: {} });
  return (at === undefined ? wall : wall.at(at)).onBehalfOf(application ?? null);
}

/** Keeps what a person did with all that follows from it. Answers the refusal, where there is one; some keep what led to them. */
export function act(platform: Platform, acting: Acting, work: (draft: Draft) => void): StripeError | undefined {
  const draft = draftFor(platform, acting);
  let refusal: StripeError | undefined;
  try {
    work(draft);
  } catch (error) {
    if (!(error instanceof StripeError)) throw error;
    if (!error.keepsChanges) return error;
    refusal = error;
  }
  try {
    platform.engine.settle(draft);
  } catch (error) {
    if (error instanceof StripeError) return error;
    throw error;
  }
  platform.commit(draft);
  return refusal;
}

export interface OwnOperation {
  readonly method: 'POST' | 'DELETE';
  readonly path: string;
  /** Already of their types. */
  readonly params?: Params;
}

/** What an operation of the API would come to, in a draft that nothing has kept yet. Throws its refusal. */
export function tryOut(platform: Platform, world: World, { method, path, params = {} }: OwnOperation): Draft {
  const { engine, clock } = platform;
  const match = engine.contract.match(method, path);
  if (match === undefined) throw new Error(`there is no operation ${method} ${path}`);
  return engine.execute({ op: match.op, ids: match.ids, params, expand: [], world, actor: NOBODY, now: clock.now() }).draft;
}

/** Does what an operation of the API does, without a request. Answers the refusal, where there is one. */
export function operate(platform: Platform, world: World, operation: OwnOperation): StripeError | undefined {
  try {
    platform.commit(tryOut(platform, world, operation));
    return undefined;
  } catch (error) {
    if (!(error instanceof StripeError)) throw error;
    const { draft } = error as { draft?: Draft };
    if (draft !== undefined) platform.commit(draft);
    return error;
  }
}
