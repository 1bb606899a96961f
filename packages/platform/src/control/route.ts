import type { Platform } from '../platform.ts';
import type { Snapshot } from '../store/memory.ts';

/** What the control routes work on: the platform, and what only they keep. */
export interface Controlled {
  readonly platform: Platform;
  readonly snapshots: Map<string, Snapshot>;
}

/** One member of a route's input: from the path, the query of a GET, or the JSON body of a POST. */
export interface Field {
  readonly type: 'string' | 'number' | 'boolean' | 'strings' | 'object' | 'list';
  readonly sentence: string;
  readonly required?: boolean;
  /** The only values, where there are few. */
  readonly oneOf?: readonly string[];
}

export type Shape<Input> = { readonly [Name in keyof Input]-?: Field };

/**
 * One thing that the control API does. The same table serves HTTP (`/_annex/…`), the call in process
 * (`platform.control.<name>`) and the reference page.
 */
export interface ControlRoute<Input, Output> {
  readonly method: 'GET' | 'POST' | 'DELETE';
  /** Below `/_annex`, with `{holes}` named as in the shape: `/snapshots/{id}`. */
  readonly path: string;
  readonly sentence: string;
  readonly shape: Shape<Input>;
  /** What it answers, in a line. */
  readonly answers: string;
  readonly run: (controlled: Controlled, input: Input) => Output | Promise<Output>;
}

/** A route with one member that a call in process may give alone: `control.seed('demo')`. */
export interface ShortRoute<Input, Output> extends ControlRoute<Input, Output> {
  readonly short: keyof Input & string;
}

// biome-ignore lint/suspicious/noExplicitAny: a table of routes holds routes of every input and output
export type AnyRoute = ControlRoute<any, any> & { readonly short?: string };
