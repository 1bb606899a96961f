interface Waiting<Thing> {
  readonly thing: Thing;
  done(): void;
  failed(error: unknown): void;
}

/** A second statement sets out while one is under way only with so many: a statement costs as much as five things in it. */
const WORTH_ANOTHER = 24;

/** Stores what arrives at the same time together. Each caller is answered after what it brought is committed. */
export function groupCommit<Thing>(store: (things: readonly Thing[]) => Promise<void>, most: number): (thing: Thing) => Promise<void> {
  let waiting: Waiting<Thing>[] = [];
  let flying = 0;
  let soon = false;

  const free = (): boolean => flying === 0 || (flying === 1 && waiting.length >= WORTH_ANOTHER);
  const flush = async (): Promise<void> => {
    const batch = waiting.slice(0, most);
    waiting = waiting.slice(most);
    flying++;
    try {
      await store(batch.map(({ thing }) => thing));
      for (const { done } of batch) done();
    } catch (error) {
      // One that cannot be kept must not cost the others their answer.
      if (batch.length === 1) batch[0]?.failed(error);
      else await Promise.all(batch.map(({ thing, done, failed }) => store([thing]).then(done, failed)));
    } finally {
      flying--;
      if (waiting.length > 0 && free()) void flush();
    }
  };
  return (thing) =>
    new Promise((done, failed) => {
      waiting.push({ thing, done, failed });
      // Whoever comes in this turn of the event loop goes along.
      if (free() && !soon) {
        soon = true;
        setImmediate(() => {
          soon = false;
          if (waiting.length > 0 && free()) void flush();
        });
      }
    });
}
