import type { Change, Kit } from '@annex/kit';

export interface Hub {
  /** Told, but not all the time, that something of this account has changed. Returns what ends it. */
  listen(account: string, livemode: boolean, listener: () => void): () => void;
  /** Something of Lantern's own has changed, of which the kit does not know. */
  tell(account: string, livemode: boolean): void;
  close(): void;
}

/** Changes within so long are told together; with many pages open longer, because each is loaded again. */
const QUIET_MS = 80;
const QUIET_MS_A_PAGE = 30;
const LONGEST_MS = 2_000;

/**
 * From the kit's feed to the open pages: changes of one account are told together, so that an import of thousands of pages does not
 * make thousands of page loads. The first change of a burst is told at once, and what follows after the quiet time. A change that
 * `isToldLater` is left to whoever calls `tell` when there is something to see of it.
 */
export function openHub(kit: Kit, isToldLater: (change: Change) => boolean): Hub {
  const listeners = new Map<string, Set<() => void>>();
  const quiet = new Map<string, { timer: NodeJS.Timeout; more: boolean }>();
  const tell = (key: string): void => {
    const told = listeners.get(key) ?? new Set();
    for (const listener of told) listener();
    const quietMs = Math.min(LONGEST_MS, Math.max(QUIET_MS, told.size * QUIET_MS_A_PAGE));
    const timer = setTimeout(() => {
      const more = quiet.get(key)?.more === true;
      quiet.delete(key);
      if (more) tell(key);
    }, quietMs);
    timer.unref();
    quiet.set(key, { timer, more: false });
  };
  const changed = (account: string, livemode: boolean): void => {
    const key = `${account}/${livemode}`;
    if (!listeners.has(key)) return;
    const waiting = quiet.get(key);
    if (waiting === undefined) tell(key);
    else waiting.more = true;
  };
  const end = kit.subscribe((change) => {
    if (!isToldLater(change)) changed(change.account, change.livemode);
  });
  return {
    listen(account, livemode, listener) {
      const key = `${account}/${livemode}`;
      const set = listeners.get(key) ?? new Set();
      listeners.set(key, set.add(listener));
      return () => {
        set.delete(listener);
        if (set.size === 0) listeners.delete(key);
      };
    },
    tell: changed,
    close() {
      end();
      for (const { timer } of quiet.values()) clearTimeout(timer);
      listeners.clear();
    },
  };
}
