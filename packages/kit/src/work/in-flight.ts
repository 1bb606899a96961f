/** What is in flight beside the loops: how much, since when nothing was heard of it, and when all of it has landed. */
export interface InFlight {
  readonly taken: number;
  /** `work` is given what it calls now and then to show that it lives. */
  hold(work: (alive: () => void) => Promise<unknown>): void;
  silentMs(): number;
  settled(): Promise<void>;
}

export function inFlight(): InFlight {
  const flying = new Map<Promise<unknown>, { heard: number }>();
  return {
    get taken() {
      return flying.size;
    },
    hold(work) {
      const sign = { heard: performance.now() };
      const landed = work(() => {
        sign.heard = performance.now();
      })
        .catch(() => {})
        .finally(() => flying.delete(landed));
      flying.set(landed, sign);
    },
    silentMs() {
      let oldest = performance.now();
      for (const { heard } of flying.values()) oldest = Math.min(oldest, heard);
      return performance.now() - oldest;
    },
    async settled() {
      while (flying.size > 0) await Promise.all(flying.keys());
    },
  };
}
