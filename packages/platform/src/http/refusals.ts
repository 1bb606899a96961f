import { invalid, refuse, type StripeError } from '../engine/index.ts';

/** Refusals of the door itself, in Stripe's words (api-and-events 1.3, 1.7, 1.8; oauth 8.2). */

export const noKey = (): StripeError =>
  refuse({
    status: 401,
    message:
      "You did not provide an API key. You need to provide your API key in the Authorization header, using Bearer auth (e.g. 'Authorization: Bearer YOUR_SECRET_KEY'). See https://stripe.com/docs/api#authentication for details, or we can help at https://support.stripe.com/.",
    headers: { 'WWW-Authenticate': 'Bearer realm="Stripe"' },
  });

export const invalidKey = (masked: string): StripeError =>
  refuse({ status: 401, message: `Invalid API Key provided: ${masked}`, headers: { 'WWW-Authenticate': 'Bearer realm="Stripe"' } });

export const expiredKey = (masked: string): StripeError =>
  refuse({ status: 401, code: 'api_key_expired', message: `Expired API Key provided: ${masked}` });

export const expiredPlatformKey = (masked: string): StripeError =>
  refuse({
    status: 401,
    code: 'platform_api_key_expired',
    message: `Expired API Key provided: ${masked}. Platform access may have been revoked.`,
  });

export const secretKeyRequired = (): StripeError =>
  refuse({
    status: 403,
    code: 'secret_key_required',
    message:
      'This API call cannot be made with a publishable API key. Please use a secret API key. You can find a list of your API keys at https://dashboard.stripe.com/account/apikeys.',
  });

export const invalidVersion = (version: string): StripeError => invalid(`Invalid Stripe API version: ${version}`);

export const accountInvalid = (masked: string, account: string): StripeError =>
  refuse({
    status: 403,
    code: 'account_invalid',
    message: `The provided key '${masked}' does not have access to account '${account}' (or that account does not exist). Application access may have been revoked.`,
  });

export const platformAccountRequired = (): StripeError =>
  refuse({
    status: 403,
    code: 'platform_account_required',
    message:
      "Only Stripe Connect platforms can work with other accounts. If you specified a client_id parameter, make sure it's correct. If you need to setup a Stripe Connect platform, you can do so at https://dashboard.stripe.com/account/applications/settings.",
  });

export const morePermissions = (account: string, needed: 'read_only' | 'read_write'): StripeError =>
  refuse({
    status: 403,
    code: 'more_permissions_required_for_application',
    message: `This application does not have the required permissions for this endpoint on account '${account}'. Having the '${needed}' scope would allow this request to continue.`,
  });

export const otherAccountInPath = (): StripeError =>
  refuse({
    status: 400,
    message:
      'The account specified in the path of /v1/accounts/:account does not match the account specified in the Stripe-Account header.',
  });

export const nestedAccount = (): StripeError =>
  refuse({ status: 403, message: "You cannot access the connected accounts of your platform's connected accounts." });

export const noConnectPermission = (): StripeError =>
  refuse({
    status: 403,
    message:
      'You passed a restricted API key with the Stripe-Account header, but the restricted API key does not have any Connect permissions.',
  });

const SUPPORT = 'Please see https://stripe.com/docs or we can help at https://support.stripe.com/.';

export function unrecognizedUrl(method: string, path: string): StripeError {
  const slash = path.endsWith('/')
    ? ' If you are trying to list objects, remove the trailing slash. If you are trying to retrieve an object, make sure you passed a valid (non-empty) identifier in your code.'
    : '';
  return refuse({ status: 404, message: `Unrecognized request URL (${method}: ${path}). ${SUPPORT}${slash}` });
}

export const noV2 = (method: string, path: string): StripeError =>
  refuse({
    status: 404,
    message: `Unrecognized request URL (${method}: ${path}). Annex serves the v1 API and OAuth; it does not simulate /v2 yet. It is a local simulator, not Stripe.`,
  });

export const onlyInTestMode = (path: string): StripeError =>
  invalid(`${path} is a test helper: it works in test mode only. Use a test mode key (sk_test_…) to make this request.`);

export const tooLarge = (limit: number): StripeError => refuse({ status: 413, message: `The request body is larger than ${limit} bytes.` });

export const badBody = (message: string): StripeError => invalid(message);

export const otherParameters = (key: string): StripeError =>
  refuse({
    status: 400,
    type: 'idempotency_error',
    message: `Keys for idempotent requests can only be used with the same parameters they were first used with. Try using a key other than '${key}' if you meant to execute a different request.`,
  });

export const otherEndpoint = (key: string, paths: { now: string; first: string }): StripeError =>
  refuse({
    status: 400,
    type: 'idempotency_error',
    message: `Keys for idempotent requests can only be used for the same endpoint they were first used for ('${paths.first}' vs '${paths.now}'). Try using a key other than '${key}' if you meant to execute a different request.`,
  });

export const keyTooLong = (): StripeError =>
  invalid('Idempotency-Key is longer than 255 characters. Use a shorter key, for example a UUID.');

export const keyInUse = (key: string): StripeError =>
  refuse({
    status: 409,
    code: 'idempotency_key_in_use',
    message: `There is currently another in-progress request using this Idempotent Key (that probably means you submitted twice, and the other request is still going through): ${key}. Please try again later.`,
    headers: { 'Stripe-Should-Retry': 'true' },
  });
