import type { Operation } from '@annex/contract';
import type { ConnectionRecord, KeyRecord } from '../accounts/records.ts';
import type { Engine, Params, World } from '../engine/index.ts';
import type { RequestFate } from '../faults/faults.ts';
import type { FormerRoute } from '../versions/change.ts';
import type { OldRequest } from '../versions/params.ts';
import type { OldVersion } from '../versions/version.ts';

/** Who calls, and for whom: the outcome of the first steps. */
export interface Caller {
  readonly key: KeyRecord;
  /** The account whose data the request is about. */
  readonly world: World;
  /** Set where another account's application acts. */
  readonly connection: ConnectionRecord | undefined;
  /** `ca_…` of the acting application, which new objects carry. */
  readonly application: string | null;
}

export interface Answer {
  readonly status: number;
  readonly text: string;
  readonly headers?: Readonly<Record<string, string>>;
}

/** One request on its way through the pipeline. Steps fill it in from left to right. */
export interface Exchange {
  readonly method: string;
  readonly path: string;
  readonly query: string;
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  readonly bytes: Buffer;
  readonly requestId: string;
  /** Milliseconds of the platform's clock. */
  readonly startedMs: number;
  caller?: Caller;
  /** The API version that it is served at. */
  version?: string;
  /** Set where that version is older than the model: how answers looked then. */
  old?: OldVersion | undefined;
  /** Set where parameters may have names of before. */
  names?: { readonly of: OldVersion; readonly lenient: boolean };
  /** Set where the address is one of before. */
  former?: { readonly key: string; readonly route: FormerRoute };
  /** What became of such parameters. */
  upgraded?: OldRequest;
  op?: Operation;
  ids?: readonly string[];
  params?: Params;
  expand?: readonly string[];
  /** Paths to expand that lead through fields of before. */
  expandBefore?: readonly string[];
  /** The request's parameters as they came: body or query. */
  form?: string;
  /** Set for a POST that carries an `Idempotency-Key`. */
  idempotent?: { readonly key: string; readonly fingerprint: string };
  /** `req_…` of the request whose answer is replayed. */
  originalRequest?: string;
  replayed?: boolean;
  grade?: string;
  eventIds?: readonly string[];
  /** What goes wrong with it, where that was asked for. */
  fate?: RequestFate;
  /** The platform as it was, where a list is to be stale. */
  readFrom?: Engine | undefined;
  answer?: Answer;
}

export const header = (exchange: Exchange, name: string): string | undefined => {
  const value = exchange.headers[name];
  return Array.isArray(value) ? value[0] : value;
};
