/** The four `type`s that the v1 wire knows (api-and-events 1.8). */
export type ErrorType = 'api_error' | 'card_error' | 'idempotency_error' | 'invalid_request_error';

export interface Refusal {
  readonly status: number;
  readonly type?: ErrorType;
  readonly code?: string | undefined;
  readonly message: string;
  readonly param?: string | undefined;
  /** Further members of `error`: decline_code, charge, payment_intent … */
  readonly more?: Readonly<Record<string, unknown>>;
  readonly headers?: Readonly<Record<string, string>>;
}

/** A refusal on its way to the client: an answer, not an accident. */
export class StripeError extends Error {
  readonly refusal: Refusal;
  /** True where the work done before the refusal must be kept (a declined payment leaves its charge behind). */
  readonly keepsChanges: boolean;

  constructor(refusal: Refusal, options: { keepsChanges?: boolean } = {}) {
    super(refusal.message);
    this.refusal = refusal;
    this.keepsChanges = options.keepsChanges ?? false;
  }

  get status(): number {
    return this.refusal.status;
  }
}

export const docUrl = (code: string): string => `https://stripe.com/docs/error-codes/${code.replaceAll('_', '-')}`;

/** The `{"error":{…}}` body; absent members are left out, not null. */
export function errorBody(refusal: Refusal): { error: Record<string, unknown> } {
  const { code, message, param } = refusal;
  return {
    error: {
      ...(code !== undefined && { code, doc_url: docUrl(code) }),
      message,
      ...(param !== undefined && { param }),
      type: refusal.type ?? 'invalid_request_error',
      ...refusal.more,
    },
  };
}

export const refuse = (refusal: Refusal): StripeError => new StripeError(refusal);

/** 400 with `invalid_request_error`: the common case. */
export const invalid = (message: string, param?: string, code?: string): StripeError => refuse({ status: 400, message, param, code });

export const missingParam = (param: string): StripeError => invalid(`Missing required param: ${param}.`, param, 'parameter_missing');

/** An id in the path that is not there: 404; an id in a parameter: 400 (api-and-events 1.8). */
export const noSuch = (word: string, id: string, where: { param: string; inPath: boolean; hint?: string }): StripeError =>
  refuse({
    status: where.inPath ? 404 : 400,
    code: 'resource_missing',
    message: `No such ${word}: '${id}'${where.hint ?? ''}`,
    param: where.param,
  });

/** What the platform does not simulate says so, with the status of a server that knows the request but cannot do it. */
export const notSimulated = (what: string): StripeError =>
  refuse({ status: 501, type: 'api_error', message: `Annex does not simulate ${what} yet. It is a local simulator, not Stripe.` });
