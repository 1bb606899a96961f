export interface Loop {
  /** Look again now. */
  wake(): void;
  /** Ends after the step under way. */
  stop(): Promise<void>;
}

/**
 * Runs `step` again and again: at once while it answers true, else when woken or after `idleMs`. A step that throws is told to
 * `failed` and tried again after a pause that grows to 10 s: a database that restarts must not end the worker.
 */
export function loop(step: () => Promise<boolean>, options: { idleMs: number; failed: (error: Error) => void }): Loop {
  let stopped = false;
  let woken = false;
  let nudge = (): void => {};
  const rest = (ms: number): Promise<void> =>
    new Promise((done) => {
      const timer = setTimeout(done, ms);
      nudge = () => {
        clearTimeout(timer);
        done();
      };
    });
  const run = async (): Promise<void> => {
    let failures = 0;
    while (!stopped) {
      woken = false;
      try {
        const busy = await step();
        failures = 0;
        if (!busy && !woken && !stopped) await rest(options.idleMs);
      } catch (error) {
        failures++;
        options.failed(error as Error);
        if (!stopped) await rest(Math.min(10_000, 100 * 2 ** failures));
      }
    }
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
  };
}
