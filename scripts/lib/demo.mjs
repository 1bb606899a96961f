// Introduces Lantern to a platform as its maker would: an extension with branding, a redirect URI and webhook endpoints. Everything
// through the platform's front doors, and only what is not there yet, so that it can run at every start.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { ask } from './ask.mjs';

const NAME = 'Lantern Analytics';

async function findOrOpenAccount(control) {
  const { data } = await ask(`${control}/extensions`);
  const known = data.find(({ name }) => name === NAME);
  if (known !== undefined) return known.account;
  const about = { name: NAME, email: 'team@lantern.example', country: 'US', currency: 'usd' };
  return (await ask(`${control}/accounts`, { json: about })).id;
}

/** One endpoint for events of connected accounts, one for those of Lantern's own account (its customers are billed there). */
async function webhookSecrets({ platform, control, key, url }) {
  const { data } = await ask(`${platform}/v1/webhook_endpoints?limit=100`, { key });
  const secrets = [];
  for (const connect of [true, false]) {
    const known = data.find((endpoint) => endpoint.url === url && endpoint.metadata?.annex_connect === String(connect));
    const form = { url, connect: String(connect), 'enabled_events[0]': '*', 'metadata[annex_connect]': String(connect) };
    const endpoint = known ?? (await ask(`${platform}/v1/webhook_endpoints`, { key, form }));
    secrets.push((await ask(`${control}/webhook_endpoints/${endpoint.id}`)).secret);
  }
  return secrets;
}

/** Answers the environment that Lantern starts with. */
export async function introduceLantern({ platform, lantern, root }) {
  const control = `${platform}/_annex`;
  const account = await findOrOpenAccount(control);
  const picture = (file) => readFileSync(join(root, 'apps', 'lantern', 'assets', 'brand', file)).toString('base64');
  const { data } = await ask(`${control}/extensions?account=${account}`);
  const redirects = new Set([`${lantern}/callback`, ...(data[0]?.test.redirect_uris ?? [])]);
  const settings = {
    ...{ name: NAME, site: 'https://lantern.example', primary_color: '#0b6355', secondary_color: '#e0f0ec' },
    ...{ logo: picture('lantern-logo.png'), icon: picture('lantern-icon.png') },
    test: { oauth_enabled: true, redirect_uris: [...redirects] },
  };
  const extension = await ask(`${control}/extensions/${account}`, { json: settings });
  // Who does not pay is locked out and may come back: when the last try has failed, nothing is canceled.
  await ask(`${control}/accounts/${account}/billing`, { json: { after_retries: 'unpaid' } });
  const accounts = await ask(`${control}/accounts?id=${account}`);
  const key = accounts.data[0].keys.test.secret;
  const secrets = await webhookSecrets({ platform, control, key, url: `${lantern}/webhooks` });
  return {
    PUBLIC_URL: lantern,
    STRIPE_API_BASE: platform,
    STRIPE_TEST_SECRET_KEY: key,
    STRIPE_TEST_CLIENT_ID: extension.test.client_id,
    STRIPE_WEBHOOK_SECRETS: secrets.join(','),
    ANNEX_INVARIANTS_REPORTER: `${control}/invariants`,
  };
}
