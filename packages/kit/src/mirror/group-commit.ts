interface Waiting<Thing> {
  readonly thing: Thing;
  done(): void;
  failed(error: unknown): void;
}

/** A second statement sets out while one is under way only with so many: a statement costs as much as eight things in it. */
const WORTH_ANOTHER = 24;
/** Whoever was just answered may have the next thing ready at once: then it is worth waiting this long (ms) for as many as last time. */
const GATHER_MS = 1;
const WORTH_GATHERING = 4;

/** Stores what arrives at the same time together. Each caller is answered after what it brought is committed. */
export function groupCommit<Thing>(store: (things: readonly Thing[]) => Promise<void>, most: number): (thing: Thing) => Promise<void> {
  let waiting: Waiting<Thing>[] = [];
  let flying = 0;
  let expected = 0;
  let gathering = false;

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
      expected = batch.length + waiting.length;
      if (waiting.length > 0) consider();
    }
  };
  const go = (): void => {
    gathering = false;
    if (waiting.length > 0 && (flying === 0 || waiting.length >= WORTH_ANOTHER)) void flush();
  };
  const consider = (): void => {
    if (flying > 1 || (flying === 1 && waiting.length < WORTH_ANOTHER)) return;
    const busy = expected >= WORTH_GATHERING;
    if (busy && waiting.length >= Math.min(most, expected)) go();
    else if (!gathering) {
      gathering = true;
      // When it is quiet, whoever comes in this turn of the event loop goes along, and nobody waits.
      if (busy) setTimeout(go, GATHER_MS);
      else setImmediate(go);
    }
  };
  return (thing) =>
    new Promise((done, failed) => {
      waiting.push({ thing, done, failed });
      consider();
    });
}
