/** Streams that are open, so that stopping does not wait for browsers. */
export interface OpenStreams {
  /** Returns what takes it off the list. */
  add(end: () => void): () => void;
  endAll(): void;
}

export function openStreams(): OpenStreams {
  const ends = new Set<() => void>();
  return {
    add(end) {
      ends.add(end);
      return () => ends.delete(end);
    },
    endAll() {
      for (const end of [...ends]) end();
    },
  };
}
