/** What is always the same in the demo, so that commands and configurations can be written down. None of it is secret. */

export interface DemoAccount {
  readonly id: string;
  readonly name: string;
  readonly email: string;
  readonly country: string;
  readonly currency: string;
  readonly timezone: string;
  readonly testKey: string;
  readonly liveKey: string;
}

export const PAPERCRANE: DemoAccount = {
  id: 'acct_1PapercraneDemo1',
  name: 'Papercrane',
  email: 'billing@papercrane.example',
  country: 'US',
  currency: 'usd',
  timezone: 'America/New_York',
  testKey: 'sk_test_demo_papercrane',
  liveKey: 'sk_live_demo_papercrane',
};

export const FERNWEH: DemoAccount = {
  id: 'acct_1FernwehPlanDemo',
  name: 'Fernweh Reiseplaner',
  email: 'buchhaltung@fernweh.example',
  country: 'DE',
  currency: 'eur',
  timezone: 'Europe/Berlin',
  testKey: 'sk_test_demo_fernweh',
  liveKey: 'sk_live_demo_fernweh',
};

/** The maker of the extension. */
export const LANTERN: DemoAccount = {
  id: 'acct_1LanternAppDemo1',
  name: 'Lantern Analytics',
  email: 'team@lantern.example',
  country: 'US',
  currency: 'usd',
  timezone: 'Etc/UTC',
  testKey: 'sk_test_demo_lantern',
  liveKey: 'sk_live_demo_lantern',
};

export const LANTERN_CLIENT_IDS = {
  test: 'ca_demoLanternTest'.padEnd(35, '0'),
  live: 'ca_demoLanternLive'.padEnd(35, '0'),
} as const;

/** Where Lantern is reached when it is started as `npm start` starts it. */
export const LANTERN_ORIGINS = ['http://127.0.0.1:4242', 'http://localhost:4242'] as const;

export const LANTERN_SECRETS = { connect: 'whsec_demo_lantern_connected_accounts', own: 'whsec_demo_lantern_own_account' } as const;

export interface DemoUser {
  readonly email: string;
  readonly name: string;
  readonly password: string;
  readonly accounts: readonly string[];
}

export const DEMO_USERS: readonly DemoUser[] = [
  { email: 'demo@annex.local', name: 'Dana Demo', password: 'demo', accounts: [PAPERCRANE.id, FERNWEH.id] },
  { email: 'maker@annex.local', name: 'Max Maker', password: 'demo', accounts: [LANTERN.id] },
];
