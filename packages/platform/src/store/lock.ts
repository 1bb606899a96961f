import { closeSync, existsSync, mkdirSync, openSync, readFileSync, rmSync, writeSync } from 'node:fs';
import { hostname } from 'node:os';
import { dirname, join, resolve } from 'node:path';

/** Who holds a data folder, as its lock file says. */
interface Holder {
  readonly pid: number;
  readonly host: string;
  /** When that process started, as the system tells it; tells a process from a later one with the same number. */
  readonly started: string;
}

/** Folders that this very process holds. */
const held = new Set<string>();

/** Field 22 of /proc/PID/stat; empty where there is no /proc. */
function startedAt(pid: number): string {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
    return stat.slice(stat.lastIndexOf(')') + 2).split(' ')[19] ?? '';
  } catch {
    return '';
  }
}

function isAlive(holder: Holder): boolean {
  if (holder.pid === process.pid && holder.started === startedAt(process.pid)) return false;
  try {
    process.kill(holder.pid, 0);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ESRCH') return false;
  }
  return holder.started === '' || holder.started === startedAt(holder.pid);
}

function holderOf(file: string): Holder | undefined {
  try {
    return JSON.parse(readFileSync(file, 'utf8')) as Holder;
  } catch {
    return undefined;
  }
}

const taken = (folder: string, file: string, holder: Holder): Error =>
  new Error(
    holder.host === hostname()
      ? `The data folder ${folder} is in use by another platform (process ${holder.pid}). Stop it, or choose another folder with --data.`
      : `The data folder ${folder} is in use by a platform on ${holder.host} (process ${holder.pid}). Stop it, or remove ${file} if it is gone.`,
  );

const REASONS: Readonly<Record<string, string>> = {
  EACCES: 'this user may not write there',
  EPERM: 'this user may not write there',
  EROFS: 'it is on a read-only file system',
  ENOTDIR: 'a part of its path is a file',
  EEXIST: 'it is a file, not a folder',
  ENOENT: 'it cannot be made',
  ENOSPC: 'the disk is full',
};

const unwritable = (folder: string, error: NodeJS.ErrnoException): Error =>
  new Error(
    `The data folder ${folder} cannot be written: ${REASONS[error.code ?? ''] ?? error.message}. Choose another folder with --data.`,
  );

/** As `mkdir -p`, but it ends where a file system answers that it cannot (Node's own goes on for ever in /proc). */
function makeFolder(folder: string): void {
  if (existsSync(folder)) return;
  if (dirname(folder) !== folder) makeFolder(dirname(folder));
  mkdirSync(folder);
}

/** One process per data folder: two would each miss what the other writes. A lock whose process is gone is taken over. */
export class FolderLock {
  private readonly folder: string;
  private readonly file: string;

  private constructor(folder: string, file: string) {
    this.folder = folder;
    this.file = file;
  }

  /** Throws a sentence where the folder is taken or cannot be written. */
  static take(given: string): FolderLock {
    const folder = resolve(given);
    const file = join(folder, 'lock');
    const me: Holder = { pid: process.pid, host: hostname(), started: startedAt(process.pid) };
    if (held.has(folder)) throw taken(given, file, me);
    for (let tries = 0; ; tries++) {
      try {
        makeFolder(folder);
        const fd = openSync(file, 'wx');
        writeSync(fd, `${JSON.stringify(me)}\n`);
        closeSync(fd);
        held.add(folder);
        return new FolderLock(folder, file);
      } catch (error) {
        const isThere = (error as NodeJS.ErrnoException).code === 'EEXIST';
        const holder = holderOf(file);
        if (!isThere || (holder === undefined && tries > 50)) throw unwritable(given, error as NodeJS.ErrnoException);
        if (holder !== undefined && (holder.host !== me.host || isAlive(holder))) throw taken(given, file, holder);
        rmSync(file, { force: true });
      }
    }
  }

  release(): void {
    held.delete(this.folder);
    rmSync(this.file, { force: true });
  }
}
