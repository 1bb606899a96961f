import { closeSync, existsSync, fsyncSync, mkdirSync, openSync, readFileSync, renameSync, truncateSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import type { Change, StoredAnswer, Write } from '../engine/index.ts';
import type { Snapshot } from './memory.ts';

/** One line of the journal: writes as tuples, and the answer of an idempotent request. */
interface Line {
  readonly w: readonly [world: string, object: string, id: string, created: number, text: string | null, deleted: 0 | 1][];
  readonly a?: StoredAnswer;
}

const lineOf = (change: Change): string => {
  const w = change.writes.map((write) => [write.world, write.object, write.id, write.created, write.text, write.deleted ? 1 : 0]);
  return `${JSON.stringify(change.answer === undefined ? { w } : { w, a: change.answer })}\n`;
};

const changeOf = (line: Line): Change => ({
  writes: line.w.map(
    ([world, object, id, created, text, deleted]): Write => ({ world, object, id, created, text, deleted: deleted === 1 }),
  ),
  ...(line.a !== undefined && { answer: line.a }),
});

/**
 * The append-only file behind `--data DIR`: one commit, one line, written before the answer is sent. A process killed at
 * any instant restarts with every acknowledged write (the operating system has the line; it is not forced to the disk, so
 * a power cut may take the last moments). A last line cut short was never acknowledged and is dropped.
 */
export class Journal {
  private fd: number;
  readonly file: string;

  private constructor(file: string, fd: number) {
    this.file = file;
    this.fd = fd;
  }

  /** Opens the journal in this folder and replays it. Throws what `mkdir` and `open` throw (EACCES, ENOTDIR …). */
  static open(folder: string, replay: (change: Change) => void): Journal {
    mkdirSync(folder, { recursive: true });
    const file = join(folder, 'journal.ndjson');
    if (existsSync(file)) Journal.replay(file, replay);
    return new Journal(file, openSync(file, 'a'));
  }

  append(change: Change): void {
    const bytes = Buffer.from(lineOf(change));
    let written = 0;
    while (written < bytes.length) written += writeSync(this.fd, bytes, written);
  }

  /** Starts over from a snapshot: the new file takes the old one's place in one step. */
  rewrite(snapshot: Snapshot): void {
    const fresh = `${this.file}.new`;
    const fd = openSync(fresh, 'w');
    const rows = [...snapshot.rows].sort((a, b) => a.row.seq - b.row.seq);
    for (const { world, row } of rows) writeSync(fd, lineOf({ writes: [{ world, ...row }] }));
    for (const answer of snapshot.answers) writeSync(fd, lineOf({ writes: [], answer }));
    fsyncSync(fd);
    closeSync(fd);
    renameSync(fresh, this.file);
    closeSync(this.fd);
    this.fd = openSync(this.file, 'a');
  }

  close(): void {
    closeSync(this.fd);
  }

  private static replay(file: string, replay: (change: Change) => void): void {
    const bytes = readFileSync(file);
    let start = 0;
    for (let end = bytes.indexOf(10); end >= 0; end = bytes.indexOf(10, start)) {
      const text = bytes.toString('utf8', start, end);
      replay(changeOf(JSON.parse(text) as Line));
      start = end + 1;
    }
    if (start < bytes.length) truncateSync(file, start);
  }
}
