import { Hono } from 'hono';
import { streamSSE } from 'hono/streaming';
import { SYSTEM, type World, type WorldKey, worldKey } from '../engine/index.ts';
import type { Platform } from '../platform.ts';
import type { DashboardEnv } from './place.ts';

/** Milliseconds that changes are gathered before a page is told, and that it may hear nothing at most. */
const GATHER = 150;
const HEARTBEAT = 15_000;

/** What the reports of extensions are called in `data-live`. */
export const INVARIANTS_KIND = 'annex.invariants';

/** What the request log's entries are called in `data-live`. */
export const LOG_KIND = 'annex.log';

interface Listener {
  readonly world: WorldKey;
  readonly kinds: Set<string>;
  wake: () => void;
}

/** Tells open pages which kinds of object have changed in what they show. */
class Live {
  private readonly listeners = new Set<Listener>();
  /** How much has happened so far: a page says what it was made from, and is told at once where that is no longer all. */
  moment = 0;

  constructor(platform: Platform) {
    const system = worldKey(SYSTEM);
    platform.store.onCommit(({ writes }) => {
      this.moment += 1;
      if (this.listeners.size === 0) return;
      for (const { world, object } of writes) this.tell(object, (listener) => world === listener.world || world === system);
    });
    platform.invariants.onChanged(() => {
      this.moment += 1;
      this.tell(INVARIANTS_KIND, () => true);
    });
    platform.log.onEntry((entry) => {
      this.moment += 1;
      if (this.listeners.size === 0 || entry.account === undefined) return;
      const world = worldKey({ account: entry.account, livemode: entry.livemode ?? false });
      this.tell(LOG_KIND, (listener) => listener.world === world);
    });
  }

  listen(world: World): Listener {
    const listener: Listener = { world: worldKey(world), kinds: new Set(), wake: () => {} };
    this.listeners.add(listener);
    return listener;
  }

  leave(listener: Listener): void {
    this.listeners.delete(listener);
    listener.wake();
  }

  private tell(kind: string, concerns: (listener: Listener) => boolean): void {
    for (const listener of this.listeners) {
      if (!concerns(listener) || listener.kinds.has(kind)) continue;
      listener.kinds.add(kind);
      listener.wake();
    }
  }
}

const pause = (ms: number): Promise<void> =>
  new Promise((resolve) => {
    setTimeout(resolve, ms).unref();
  });

/** Until something is told, or the heartbeat is due. */
const woken = (listener: Listener): Promise<void> =>
  new Promise((resolve) => {
    const timer = setTimeout(resolve, HEARTBEAT).unref();
    listener.wake = () => {
      clearTimeout(timer);
      resolve();
    };
  });

const lives = new WeakMap<Platform, Live>();

function liveOf(platform: Platform): Live {
  const live = lives.get(platform) ?? new Live(platform);
  lives.set(platform, live);
  return live;
}

/** Where a page that is made now hears of what comes after. */
export const streamPath = (platform: Platform, base: string): string => `${base}/live?since=${liveOf(platform).moment}`;

/** The one stream of a dashboard page: `event: changed`, `data:` the kinds that changed. */
export function liveRoutes(platform: Platform): Hono<DashboardEnv> {
  const live = liveOf(platform);
  const app = new Hono<DashboardEnv>();
  app.get('/live', (c) =>
    streamSSE(c, async (stream) => {
      const listener = live.listen(c.get('place').world);
      stream.onAbort(() => live.leave(listener));
      if (c.req.query('since') !== String(live.moment)) listener.kinds.add('*');
      while (!stream.aborted) {
        if (listener.kinds.size === 0) await woken(listener);
        await pause(GATHER);
        const kinds = [...listener.kinds].join(' ');
        listener.kinds.clear();
        await stream.writeSSE(kinds === '' ? { event: 'still', data: '' } : { event: 'changed', data: kinds });
      }
    }),
  );
  return app;
}
