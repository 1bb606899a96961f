import { type Params, refuse, type StripeError, type StripeObject, type World } from '../../engine/index.ts';
import type { Platform } from '../../platform.ts';
import type { Exchange } from '../exchange.ts';

/** What an application may not do even with `read_write`, as data (oauth 8.2, 8.3). */
interface Rule {
  readonly when: string;
  readonly method?: RegExp;
  readonly path: RegExp;
  /** Only where this holds too; the ids are those of the path. */
  readonly and?: (platform: Platform, request: Asked) => boolean;
  readonly refusal: (request: Asked) => StripeError;
}

interface Asked {
  readonly world: World;
  readonly ids: readonly string[];
  readonly params: Params;
  /** The client_ids of the acting application's owner. */
  readonly applications: readonly string[];
  readonly owner: string;
}

const ownsItself = (platform: Platform, { world, owner }: Asked): boolean => platform.accounts.controllerOf(world.account) !== owner;

function stored(platform: Platform, world: World, object: string, id: string | undefined): StripeObject | undefined {
  const row = id === undefined ? undefined : platform.store.row(world, object, id);
  return row === undefined || row.deleted ? undefined : (JSON.parse(row.text) as StripeObject);
}

const madeByOthers =
  (object: string) =>
  (platform: Platform, request: Asked): boolean => {
    const found = stored(platform, request.world, object, request.ids[0]);
    return found !== undefined && !request.applications.includes(found.application);
  };

const notYours = (word: string) => (request: Asked) =>
  refuse({
    status: 403,
    message: `This application did not create the ${word} '${request.ids[0]}' on account '${request.world.account}', so it cannot change it. Only whoever created it, or the account itself, can.`,
  });

export const APPLICATION_RULES: readonly Rule[] = [
  {
    when: 'an application creates an account for a connected account',
    method: /POST/,
    path: /^\/v1\/accounts$/,
    refusal: () => refuse({ status: 403, message: 'Connect platforms cannot create new accounts on behalf of their connected accounts.' }),
  },
  {
    when: 'an application looks into what an account that controls itself manages alone (bank accounts, persons, capabilities)',
    path: /^\/v1\/accounts\/[^/]+\/(external_accounts|persons|capabilities|login_links)/,
    and: ownsItself,
    refusal: ({ world }) =>
      refuse({
        status: 403,
        code: 'oauth_not_supported',
        message: `This is managed by the account '${world.account}' itself and cannot be reached by a platform that is connected through OAuth.`,
      }),
  },
  {
    when: 'an application pays out or transfers the balance of an account with a dashboard of its own',
    method: /POST/,
    path: /^\/v1\/(payouts|transfers)(\/|$)/,
    and: ownsItself,
    refusal: () =>
      refuse({
        status: 400,
        code: 'not_allowed_on_standard_account',
        message: 'Transfers and payouts on behalf of a Standard connected account are not allowed.',
      }),
  },
  {
    when: 'an application changes or cancels a subscription that it did not create',
    method: /POST|DELETE/,
    path: /^\/v1\/subscriptions\/[^/]+/,
    and: madeByOthers('subscription'),
    refusal: notYours('subscription'),
  },
  {
    when: 'an application takes a fee on an invoice that it did not create',
    method: /POST/,
    path: /^\/v1\/invoices\/[^/]+/,
    and: (platform, request) => Number(request.params.application_fee_amount ?? 0) > 0 && madeByOthers('invoice')(platform, request),
    refusal: notYours('invoice'),
  },
];

/** Refuses what no grant allows. Runs after the scope was checked and the parameters are known. */
export function applicationRules(platform: Platform, exchange: Exchange): void {
  const { connection, world } = exchange.caller!;
  if (connection === undefined) return;
  const path = exchange.path.replace(/\/{2,}/g, '/');
  for (const rule of APPLICATION_RULES) {
    if (!rule.path.test(path) || (rule.method !== undefined && !rule.method.test(exchange.method))) continue;
    const applications = platform.accounts.applicationsOf(connection.owner).map((row) => row.id);
    const request = { world, ids: exchange.ids ?? [], params: exchange.params ?? {}, applications, owner: connection.owner };
    if (rule.and === undefined || rule.and(platform, request)) throw rule.refusal(request);
  }
}
