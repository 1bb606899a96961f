import type { KitOptions } from '../kit.ts';
import { type AppKeys, type GivenSettings, SETTINGS, type SealingKey, type Settings } from '../settings.ts';

/** What the command line reads from the environment beside the settings of `settings.ts`: variable, then sentence. */
export const ENVIRONMENT: Readonly<Record<string, string>> = {
  DATABASE_URL: 'postgres://… of the database. Without it an embedded one is used: a single process, for development.',
  ANNEX_DATA: 'The folder of the embedded database. Default: .annex/kit in the current folder.',
  STRIPE_TEST_SECRET_KEY: 'The secret key of your own account for test data: sk_test_….',
  STRIPE_TEST_CLIENT_ID: 'The client id of your application for test data: ca_….',
  STRIPE_LIVE_SECRET_KEY: 'The secret key for live data: sk_live_….',
  STRIPE_LIVE_CLIENT_ID: 'The client id for live data: ca_….',
};

type Env = Readonly<Record<string, string | undefined>>;

/** The options of a kit as the environment gives them. Throws a sentence that names the variable, its value and the remedy. */
export function kitOptions(env: Env): KitOptions {
  const settings: Record<string, unknown> = {};
  for (const [name, row] of Object.entries(SETTINGS)) {
    const text = row.env === undefined ? undefined : env[row.env];
    if (text === undefined || text === '') continue;
    settings[name] = read(row.env!, name as keyof Settings, text);
  }
  // A local platform serves everything on one origin: one variable is enough.
  const { apiBase } = settings;
  if (apiBase !== undefined) for (const name of ['connectBase', 'authorizeBase']) settings[name] ??= apiBase;
  const database = { url: env.DATABASE_URL, folder: env.ANNEX_DATA ?? '.annex/kit' };
  return { ...(settings as GivenSettings), apps: appsOf(env), database };
}

function appsOf(env: Env): AppKeys[] {
  return (['TEST', 'LIVE'] as const).flatMap((mode) => {
    const [secretKey, clientId] = [env[`STRIPE_${mode}_SECRET_KEY`], env[`STRIPE_${mode}_CLIENT_ID`]];
    if (!secretKey && !clientId) return [];
    if (!secretKey || !clientId)
      throw new Error(`STRIPE_${mode}_SECRET_KEY and STRIPE_${mode}_CLIENT_ID are needed together: one of them is missing.`);
    return [{ secretKey, clientId }];
  });
}

function read(variable: string, name: keyof Settings, text: string): unknown {
  const list = (): string[] =>
    text
      .split(',')
      .map((one) => one.trim())
      .filter((one) => one !== '');
  if (name === 'webhookSecrets') return list();
  if (name === 'objects') return text === 'usual' || text === 'all' ? text : list();
  if (name === 'sealingKeys')
    return list().map((one): SealingKey => ({ id: one.slice(0, one.indexOf(':')), key: one.slice(one.indexOf(':') + 1) }));
  if (typeof SETTINGS[name].default !== 'number') return text;
  const number = Number(text);
  if (!Number.isFinite(number)) throw new Error(`${variable} must be a number, not ${text}.`);
  return number;
}
