export interface Loop {
  /** Look again now. */
  wake(): void;
  /** Ends after the step under way. */
  stop(): Promise<void>;
  /** How long the step under way has shown no sign of life (ms); 0 while the loop rests. */
  silentMs(): number;
}

/**
 * Runs `step` again and again: at once while it answers true, else when woken or after `idleMs`. A step that throws is told to
 * `failed` and tried again after a pause that grows to 10 s: a database that restarts must not end the worker. A step that takes long
 * calls `alive` now and then; one that does not is taken for stuck.
 */
export function loop(step: (alive: () => void) => Promise<boolean>, options: { idleMs: number; failed: (error: Error) => void }): Loop {
  let stopped = false;
  let woken = false;
  let heard: number | undefined;
  let nudge = (): void => {};
  const rest = (ms: number): Promise<void> =>
    new Promise((done) => {
      heard = undefined;
      const timer = setTimeout(done, ms);
      nudge = () => {
        clearTimeout(timer);
        done();
      };
    });
  const alive = (): void => {
    heard = performance.now();
  };
  const run = async (): Promise<void> => {
    let failures = 0;
    while (!stopped) {
      woken = false;
      alive();
      try {
        const busy = await step(alive);
        failures = 0;
        if (!busy && !woken && !stopped) await rest(options.idleMs);
      } catch (error) {
        failures++;
        options.failed(error as Error);
        if (!stopped) await rest(Math.min(10_000, 100 * 2 ** failures));
      }
    }
    heard = undefined;
  };
  const running = run();
  return {
    wake() {
      woken = true;
      nudge();
    },
    async stop() {
      stopped = true;
      nudge();
      await running;
    },
    silentMs: () => (heard === undefined ? 0 : performance.now() - heard),
  };
}
