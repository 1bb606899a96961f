import { NOBODY, SYSTEM } from '../../engine/index.ts';
import type { Platform } from '../../platform.ts';
import { disconnect } from '../../resources/connection.ts';
import { clientOf } from '../checks/client.ts';
import { refuseOAuth } from '../refusals.ts';

const modeName = (livemode: boolean): string => (livemode ? 'live' : 'test');

/** `POST /oauth/deauthorize`: the application lets go of an account (oauth 6). */
export function deauthorize(platform: Platform, authorization: string | undefined, form: URLSearchParams): { stripe_user_id: string } {
  const key = clientOf(platform, authorization, form);
  const client_id = form.get('client_id') ?? '';
  const account = form.get('stripe_user_id') ?? '';
  if (client_id === '') throw refuseOAuth('no_client_id');
  if (account === '') throw refuseOAuth('no_stripe_user_id');
  const application = platform.accounts.application(client_id);
  if (application?.account !== key.account) throw refuseOAuth('foreign_application', { client_id });
  if (application.livemode !== key.livemode) {
    throw refuseOAuth('other_mode', { client_id, there: modeName(application.livemode), here: modeName(key.livemode) });
  }
  const connection = platform.accounts.connection(client_id, account);
  if (connection === undefined) throw refuseOAuth('not_connected', { account });
  if (platform.accounts.controllerOf(account) === key.account) throw refuseOAuth('controlled_account', { account });
  const draft = platform.engine.draft(SYSTEM, platform.clock.now(), NOBODY);
  disconnect(draft, connection);
  platform.commit(draft);
  return { stripe_user_id: account };
}
