import { expect } from 'vitest';
import { createKit, type Database, type GivenSettings, type Kit, type KitOptions } from '../src/index.ts';
import { FakeStripe, type Thing, whole } from './fake-stripe.ts';

/** A kit beside a model of the source, for tests: connected to nothing yet. */
export interface MirroredWorld {
  readonly stripe: FakeStripe;
  readonly kit: Kit;
  readonly origin: string;
  connect(account: string): Promise<void>;
  /** Waits until nothing is under way for the account any more: no event, no range, no object in doubt. */
  caughtUp(account: string): Promise<void>;
  /** What the mirror holds that the source does not, or differently: empty when they are equal. */
  differences(account: string): Promise<string[]>;
  close(): Promise<void>;
}

export const SESSION = 'a session of this browser';

export async function mirroredWorld(database: Database, settings: GivenSettings = {}, options: KitOptions = {}): Promise<MirroredWorld> {
  const stripe = new FakeStripe();
  const origin = await stripe.start();
  const kit = await createKit({
    database,
    apps: [{ secretKey: 'sk_test_platform', clientId: 'ca_test' }],
    apiBase: origin,
    connectBase: origin,
    authorizeBase: origin,
    redirectUri: 'http://kit.test/callback',
    webhookSecrets: [stripe.secret],
    limits: 'none',
    pollMs: 20,
    settleMs: 5,
    retryMs: 5,
    reconcileMinutes: 0,
    ...settings,
    ...options,
  });
  return {
    stripe,
    kit,
    origin,
    async connect(account) {
      const { state } = await kit.connect.start({ session: SESSION });
      const query = new URLSearchParams({ state, code: stripe.code(account), scope: 'read_only' });
      expect(await kit.connect.finish({ query, session: SESSION })).toMatchObject({ kind: 'connected', account });
    },
    async caughtUp(account) {
      for (const began = Date.now(); ; ) {
        const counts = await open(kit, account);
        if (Object.values(counts).every((count) => count === 0)) return;
        if (Date.now() - began > 20_000) throw new Error(`${account} does not catch up: ${JSON.stringify(counts)}`);
        await new Promise((done) => setTimeout(done, 10));
      }
    },
    differences: (account) => differences(kit, stripe, account),
    async close() {
      await kit.close();
      await stripe.stop();
    },
  };
}

async function open(kit: Kit, account: string): Promise<Record<string, number>> {
  const [counts] = await kit.query<Record<string, number>>(
    `select (select count(*) from annex.inbox where account = $1 and state = 'new')::int as events,
       (select count(*) from annex.ranges where account = $1 and state = 'open')::int as ranges,
       (select count(*) from annex.refetch where account = $1)::int as doubts`,
    [account],
  );
  return counts!;
}

const TABLES: Record<string, string> = { customer: 'customers', subscription: 'subscriptions', invoice: 'invoices', coupon: 'coupons' };

export async function differences(kit: Kit, stripe: FakeStripe, account: string): Promise<string[]> {
  const found: string[] = [];
  const source = [...stripe.account(account).things.values()];
  for (const [object, table] of Object.entries(TABLES)) {
    const rows = await kit.query(`select id, data, dirty from mirror.${table} where account = $1 and not deleted`, [account]);
    const mirrored = new Map(rows.map((row) => [row.id as string, row]));
    for (const thing of source.filter((one) => one.object === object)) {
      const row = mirrored.get(thing.id);
      mirrored.delete(thing.id);
      if (row === undefined) found.push(`${thing.id} is missing`);
      else if (!same(row.data, whole(thing as Thing)))
        found.push(`${thing.id}: ${JSON.stringify(row.data)} is not ${JSON.stringify(whole(thing as Thing))}`);
      else if (row.dirty) found.push(`${thing.id} is still in doubt`);
    }
    for (const id of mirrored.keys()) found.push(`${id} is not in the source`);
  }
  return found;
}

function same(mirrored: Record<string, unknown>, source: Record<string, unknown>): boolean {
  const plain = (value: unknown): unknown =>
    Array.isArray(value)
      ? value.map(plain)
      : typeof value === 'object' && value !== null
        ? Object.fromEntries(
            Object.entries(value)
              .sort(([a], [b]) => (a < b ? -1 : 1))
              .map(([name, inner]) => [name, plain(inner)]),
          )
        : value;
  return JSON.stringify(plain(mirrored)) === JSON.stringify(plain(source));
}
