/** What was waited for did not come in time. What it was still doing may go on; nobody waits for it any more. */
export class TooLate extends Error {
  override readonly name = 'TooLate';
}

/** The same promise, but it fails with this sentence after `ms`. */
export async function within<T>(ms: number, work: Promise<T>, sentence: string): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, failed) => {
    timer = setTimeout(() => failed(new TooLate(sentence)), ms);
  });
  try {
    return await Promise.race([work, late]);
  } finally {
    clearTimeout(timer);
  }
}

/** Waits for this at most so long. Answers whether it ended in time; a failure is an end too. */
export const endsWithin = (ms: number, work: Promise<unknown>): Promise<boolean> =>
  within(ms, work, '').then(
    () => true,
    (error: unknown) => !(error instanceof TooLate),
  );
