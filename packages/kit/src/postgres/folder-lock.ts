import { randomUUID } from 'node:crypto';
import { readFileSync, rmSync } from 'node:fs';
import { mkdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

interface Holder {
  pid: number;
  /** When that process started, where the system tells: a reused pid is not the same process. */
  started: string | undefined;
  /** Tells two openings by one process apart. */
  token: string;
}

/**
 * Takes the folder for this process, or throws one sentence that names the folder and the process that has it. The embedded
 * database takes no lock of its own, and a second process that opened the same folder would lose acknowledged rows.
 * Returns what gives the folder back.
 */
export async function lockFolder(folder: string): Promise<() => Promise<void>> {
  await mkdir(folder, { recursive: true }).catch((error: Error) => {
    throw new Error(`The data folder ${folder} cannot be written: ${error.message}. Choose another folder.`);
  });
  const path = join(folder, 'annex.lock');
  const mine: Holder = { pid: process.pid, started: startOf(process.pid), token: randomUUID() };
  if (!(await created(path, mine))) await takeOver(folder, path, mine);
  const removeIfMine = (): void => {
    try {
      if ((JSON.parse(readFileSync(path, 'utf8')) as Holder).token === mine.token) rmSync(path);
    } catch {
      // Already gone: nothing to give back.
    }
  };
  process.once('exit', removeIfMine);
  return async () => {
    process.removeListener('exit', removeIfMine);
    removeIfMine();
  };
}

/** Only one process at a time may judge that a lock is stale, or two would each remove the other's. */
async function takeOver(folder: string, path: string, mine: Holder): Promise<void> {
  const judging = join(folder, 'annex.lock.judging');
  if ((await ageOf(judging)) > 10_000) await rm(judging, { force: true });
  if (!(await created(judging, mine))) throw heldBy(folder, undefined);
  try {
    const holder = await readFile(path, 'utf8').then(parsed, () => undefined);
    if (holder !== undefined && alive(holder)) throw heldBy(folder, holder.pid);
    // A lock that cannot be read yet is being written this moment.
    if (holder === undefined && (await ageOf(path)) < 2_000) throw heldBy(folder, undefined);
    await rm(path, { force: true });
    if (!(await created(path, mine))) throw heldBy(folder, undefined);
  } finally {
    await rm(judging, { force: true });
  }
}

function heldBy(folder: string, pid: number | undefined): Error {
  const who = pid === undefined ? 'another process' : pid === process.pid ? `this process (pid ${pid})` : `the process with pid ${pid}`;
  return new Error(
    `The embedded database in ${folder} is in use by ${who}: it serves a single process. Stop that one, choose another folder, or set DATABASE_URL to a PostgreSQL server.`,
  );
}

async function created(path: string, holder: Holder): Promise<boolean> {
  try {
    await writeFile(path, JSON.stringify(holder), { flag: 'wx' });
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EEXIST') return false;
    throw new Error(`The data folder cannot be written: ${(error as Error).message}. Choose another folder.`);
  }
}

const ageOf = (path: string): Promise<number> =>
  stat(path).then(
    (found) => Date.now() - found.mtimeMs,
    () => 0,
  );

function parsed(text: string): Holder | undefined {
  try {
    return JSON.parse(text) as Holder;
  } catch {
    return undefined;
  }
}

function alive(holder: Holder): boolean {
  try {
    process.kill(holder.pid, 0);
  } catch (error) {
    // EPERM: it runs, as another user.
    if ((error as NodeJS.ErrnoException).code !== 'EPERM') return false;
  }
  const started = startOf(holder.pid);
  return started === undefined || holder.started === undefined || started === holder.started;
}

/** Boot and start time of a process, on Linux; elsewhere unknown, and then a pid alone decides. */
function startOf(pid: number): string | undefined {
  try {
    const boot = readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').trim();
    const line = readFileSync(`/proc/${pid}/stat`, 'utf8');
    return `${boot}/${line.slice(line.lastIndexOf(')') + 2).split(' ')[19]}`;
  } catch {
    return undefined;
  }
}
