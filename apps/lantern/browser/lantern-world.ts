import { createWorld, type World, type WorldOptions } from '@annex/testkit';
import { type LanternOptions, readSettings, type ServedLantern, type Settings, serveLantern } from '../src/index.ts';

/** A platform with owners and accounts, and a Lantern that is connected to it and listens. */
export interface LanternWorld extends World {
  readonly lantern: ServedLantern;
}

export interface LanternWorldOptions extends WorldOptions {
  readonly lantern?: Partial<Omit<LanternOptions, 'settings'>>;
  readonly settings?: Partial<Settings>;
}

export async function createLanternWorld(options: LanternWorldOptions = {}): Promise<LanternWorld> {
  const world = await createWorld(options);
  const { extension, platform, origin } = world;
  const given = readSettings(['--port', new URL(origin).port, '--public-url', origin, '--stripe-base', platform.url], {
    STRIPE_TEST_SECRET_KEY: extension.testKey,
    STRIPE_TEST_CLIENT_ID: extension.testClientId,
    STRIPE_WEBHOOK_SECRETS: extension.webhookSecrets.join(','),
  });
  if (given === 'help') throw new Error('unreachable');
  const quick = { limits: 'none', pollMs: 50, settleMs: 50, retryMs: 50 } as const;
  const { lantern: more = {}, settings = {} } = options;
  const served = await serveLantern({ settings: { ...given, ...settings }, ...more, kit: { ...quick, ...more.kit } });
  return {
    ...world,
    lantern: served,
    async close() {
      await served.close();
      await world.close();
    },
  };
}
