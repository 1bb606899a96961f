import type { Setup } from '../setup.ts';
import type { World } from '../wire/stripe-api.ts';
import { open, seal, sealedByOldKey } from './secrets.ts';

/** What Stripe gave at the exchange. Calls are made with our own key and `Stripe-Account`; these are for what still needs them. */
export interface Tokens {
  readonly refresh_token?: string;
  readonly access_token?: string;
}

/** The tokens of a connection; undefined when there is none, or when none were kept because no sealing key is set. */
export async function tokensOf(setup: Setup, { account, livemode }: World): Promise<Tokens | undefined> {
  const [row] = await setup.database.query<{ sealed: string | null }>(
    'select sealed from annex.connections where account = $1 and livemode = $2',
    [account, livemode],
  );
  return row?.sealed ? (JSON.parse(open(setup.settings.sealingKeys, row.sealed, account)) as Tokens) : undefined;
}

/** Seals again, under the first key, what an older key sealed: afterwards the older key can be removed. Answers how many. */
export async function reseal(setup: Setup): Promise<number> {
  const { sealingKeys } = setup.settings;
  if (sealingKeys.length === 0) return 0;
  const rows = await setup.database.query<World & { sealed: string }>(
    'select account, livemode, sealed from annex.connections where sealed is not null',
  );
  let done = 0;
  for (const { account, livemode, sealed } of rows.filter((row) => sealedByOldKey(sealingKeys, row.sealed))) {
    const again = seal(sealingKeys, open(sealingKeys, sealed, account), account);
    // Only what is still the same: a connection made meanwhile has its own tokens.
    const changed = await setup.database.query(
      'update annex.connections set sealed = $3 where account = $1 and livemode = $2 and sealed = $4 returning account',
      [account, livemode, again, sealed],
    );
    done += changed.length;
  }
  return done;
}
