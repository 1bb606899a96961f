import type { Scope, UserRecord } from '../../accounts/records.ts';
import type { StripeObject } from '../../engine/index.ts';
import type { Platform } from '../../platform.ts';
import type { AuthorizeRequest } from './authorize.ts';

/** One of the person's accounts on the consent page. */
export interface Choice {
  readonly account: StripeObject;
  /** Why it cannot be chosen, in a sentence. */
  readonly refusal: string | undefined;
  /** The scope it is connected with already. */
  readonly connected: Scope | undefined;
  /** Connected with at least the scope that is asked for. */
  readonly covers: boolean;
}

const SELF = 'Account cannot connect to itself';

function refusalOf(platform: Platform, request: AuthorizeRequest, account: StripeObject): string | undefined {
  const owner = platform.accounts.account(request.application.account);
  if (account.id === owner?.id) return SELF;
  // An account of the extension's owner (told by its e-mail) counts as the same in test mode (oauth 4.3).
  const sameOwner =
    typeof account.email === 'string' && account.email !== '' && account.email.toLowerCase() === owner?.email?.toLowerCase();
  if (!request.application.livemode && sameOwner) return `${SELF}: it has the e-mail of the account that asks.`;
  const controller = platform.accounts.controllerOf(account.id);
  if (request.application.kind === 'platform' && controller !== undefined && controller !== owner?.id) {
    return 'It is controlled by another platform and cannot join a second one. Create a new account instead.';
  }
  return undefined;
}

export function choicesOf(platform: Platform, request: AuthorizeRequest, user: UserRecord): Choice[] {
  const choices: Choice[] = [];
  for (const id of user.accounts) {
    const account = platform.accounts.account(id);
    if (account === undefined) continue;
    const connected = platform.accounts.connection(request.application.id, id)?.scope;
    const covers = connected === 'read_write' || connected === request.scope;
    choices.push({ account, refusal: refusalOf(platform, request, account), connected, covers });
  }
  return choices;
}

/**
 * The account that needs no asking: all that could be chosen are connected with this scope already, and it is clear which
 * one is meant. Where another account could still be connected, the person is asked (oauth 4.3).
 */
export function straightThrough(choices: readonly Choice[], current: string | undefined): string | undefined {
  const open = choices.filter((choice) => choice.refusal === undefined);
  if (open.length === 0 || open.some((choice) => !choice.covers)) return undefined;
  if (open.length === 1) return open[0]!.account.id;
  return open.find((choice) => choice.account.id === current)?.account.id;
}

export function refusalOfChoice(choices: readonly Choice[], account: string): string | undefined {
  const choice = choices.find((row) => row.account.id === account);
  if (choice === undefined)
    return account === '' ? 'Choose the account to connect.' : 'This account is not one of yours. Choose another one.';
  return choice.refusal;
}
