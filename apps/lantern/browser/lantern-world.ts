import { createWorld, type World, type WorldOptions } from '@annex/testkit';
import { type LanternOptions, readSettings, type ServedLantern, type Settings, serveLantern } from '../src/index.ts';

/** A platform with owners and accounts, and a Lantern that is connected to it and listens. */
export interface LanternWorld extends World {
  readonly lantern: ServedLantern;
}

export interface LanternWorldOptions extends WorldOptions {
  readonly lantern?: Partial<Omit<LanternOptions, 'settings'>>;
  readonly settings?: Partial<Settings>;
  /** Live data can be connected too. Stripe sends its owners to https alone: whoever plays the browser asks Lantern's own address for it. */
  readonly live?: boolean;
}

/** What stands before Lantern for live owners. */
const SECURE = 'https://lantern.test/callback';

/** The settings and the kit's options by which Lantern has an application for live data beside its test one. */
async function withLive({ platform, extension }: World): Promise<{ settings: Partial<Settings>; kit: { redirectUri: string } }> {
  const application = { oauth_enabled: true, redirect_uris: [SECURE] };
  await platform.control.configureExtension({ account: extension.account, test: application, live: application });
  const settings = { liveSecretKey: extension.liveKey, liveClientId: extension.liveClientId };
  return { settings, kit: { redirectUri: SECURE } };
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
  const live = options.live === true ? await withLive(world) : undefined;
  const served = await serveLantern({
    settings: { ...given, ...live?.settings, ...settings },
    ...more,
    kit: { ...quick, ...live?.kit, ...more.kit },
  });
  return {
    ...world,
    lantern: served,
    async close() {
      await served.close();
      await world.close();
    },
  };
}
