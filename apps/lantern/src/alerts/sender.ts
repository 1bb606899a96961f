import type { Lantern } from '../lantern.ts';
import { tellDigests } from './digest.ts';
import { claimDue, type Due, settle } from './queue.ts';
import { post } from './send.ts';
import { secretOf } from './urls.ts';

const AT_ONCE = 8;
const LOOK_MS = 1_000;
const DIGESTS_MS = 60_000;

/** Sends what is due, and looks again every second; any number of processes may do so. Returns what ends it. */
export function startSender(lantern: Lantern): () => Promise<void> {
  let stopped = false;
  let timer: NodeJS.Timeout | undefined;
  let working: Promise<void> = Promise.resolve();
  let digestsAt = 0;
  const look = (): void => {
    const due = Date.now() >= digestsAt;
    if (due) digestsAt = Date.now() + DIGESTS_MS;
    working = (due ? tellDigests(lantern) : Promise.resolve())
      .then(() => round(lantern))
      .catch((error: unknown) => lantern.log('warn', 'Alerts could not be sent.', { error: String(error) }))
      .then(() => {
        if (stopped) return;
        timer = setTimeout(look, LOOK_MS);
        timer.unref();
      });
  };
  look();
  return async () => {
    stopped = true;
    clearTimeout(timer);
    await working;
  };
}

async function round(lantern: Lantern): Promise<void> {
  for (;;) {
    const due = await claimDue(lantern.kit.database, lantern.now(), AT_ONCE);
    await Promise.all(due.map((one) => send(lantern, one)));
    if (due.length < AT_ONCE) return;
  }
}

async function send(lantern: Lantern, due: Due): Promise<void> {
  const secret = secretOf(lantern.keys.alerts, { id: due.url_id, secret_version: due.secret_version });
  const nowMs = lantern.now();
  const outcome = await post({ url: due.url, body: JSON.stringify(due.body), secret, nowMs, local: lantern.stripe.local });
  await settle(lantern.kit.database, due, { ...outcome, nowMs: lantern.now() });
  lantern.hub.tell(due.account, due.livemode);
}
