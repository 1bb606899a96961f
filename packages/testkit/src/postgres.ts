import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { chownSync, existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { connectDatabase } from '@annex/kit';

/** A real PostgreSQL server of the tests' own: in a temporary folder, on a free port, gone at the end. */
export interface PostgresServer {
  /** The URL of a database on it; the server's own one without a name. */
  url(database?: string): string;
  /** `-9` to every process of it, as a power cut would. */
  kill(): Promise<void>;
  /** Starts it again on the same folder and port. */
  restart(): Promise<void>;
  /** Its processes' CPU time so far, in seconds (Linux; else 0). For benchmarks. */
  cpuSeconds(): number;
  stop(): Promise<void>;
}

/** Where the server's programs are: on the path of `pg_config`, or where Debian and Homebrew put them. Newest first. */
export function findPostgres(): string | undefined {
  const told = spawnSync('pg_config', ['--bindir'], { encoding: 'utf8' });
  const versions = (folder: string): string[] =>
    existsSync(folder)
      ? readdirSync(folder)
          .sort((a, b) => Number.parseFloat(b) - Number.parseFloat(a))
          .map((version) => join(folder, version, 'bin'))
      : [];
  const places = [
    ...(told.status === 0 ? [told.stdout.trim()] : []),
    ...versions('/usr/lib/postgresql'),
    ...versions('/opt/homebrew/opt').filter((place) => place.includes('postgresql')),
    '/usr/local/pgsql/bin',
  ];
  return places.find((place) => existsSync(join(place, 'initdb')) && existsSync(join(place, 'postgres')));
}

/** Makes and starts one. It loses what a crash of the machine would lose (no fsync), not what a crash of a process would. */
export async function startPostgres(bin: string, settings: Readonly<Record<string, string>> = {}): Promise<PostgresServer> {
  sweep();
  const folder = mkdtempSync(join(tmpdir(), PREFIX));
  const user = ordinaryUser();
  if (user !== undefined) chownSync(folder, user.uid, user.gid);
  const data = join(folder, 'data');
  const made = spawnSync(join(bin, 'initdb'), ['-D', data, '-U', 'annex', '-A', 'trust', '-E', 'UTF8', '--locale=C', '--no-sync'], {
    ...user,
    cwd: folder,
    encoding: 'utf8',
  });
  if (made.status !== 0) throw new Error(`initdb failed: ${made.stderr || made.error?.message}`);
  const port = await freePort();
  const options = { port, listen_addresses: '127.0.0.1', unix_socket_directories: '', fsync: 'off', max_connections: '200', ...settings };
  const args = ['-D', data, ...Object.entries(options).flatMap(([name, value]) => ['-c', `${name}=${value}`])];
  let server = run(bin, args, { ...user, cwd: folder });
  const url = (database = 'postgres'): string => `postgres://annex@127.0.0.1:${port}/${database}`;
  await answering(url(), server);
  return {
    url,
    async kill() {
      for (const pid of serverPids(data)) signal(pid, 'SIGKILL');
      await server.ended;
      server.child.stdin?.end();
    },
    async restart() {
      for (let tries = 1; ; tries++) {
        await rm(join(data, 'postmaster.pid'), { force: true });
        server = run(bin, args, { ...user, cwd: folder });
        try {
          return await answering(url(), server);
        } catch (error) {
          // A process of the killed server that was being born is missed by the kill, and ends by itself a moment later.
          if (tries >= 100 || !server.output.includes('shared memory block')) throw error;
          await new Promise((done) => setTimeout(done, 50));
        }
      }
    },
    cpuSeconds: () => serverPids(data).reduce((sum, pid) => sum + cpuOf(pid), 0),
    async stop() {
      server.end();
      await server.ended;
      await rm(folder, { recursive: true, force: true });
    },
  };
}

const PREFIX = 'annex-postgres-';
const STALE_MS = 600_000;

/** Removes the folders of servers whose tests were killed before they could clear up. */
function sweep(): void {
  for (const name of readdirSync(tmpdir()).filter((one) => one.startsWith(PREFIX))) {
    const folder = join(tmpdir(), name);
    const age = Date.now() - (statSync(folder, { throwIfNoEntry: false })?.mtimeMs ?? Date.now());
    if (age > STALE_MS && !isAlive(mainPid(join(folder, 'data')))) rmSync(folder, { recursive: true, force: true });
  }
}

/** The process that holds a data folder; 0 where none does. */
function mainPid(data: string): number {
  const file = join(data, 'postmaster.pid');
  return existsSync(file) ? Number(readFileSync(file, 'utf8').split('\n')[0]) : 0;
}

function isAlive(pid: number): boolean {
  if (pid === 0) return false;
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}

interface Running {
  readonly child: ChildProcess;
  readonly ended: Promise<void>;
  end(): void;
  output: string;
}

/**
 * The shell in between ends the server when our end of its input closes: also when this process is killed and can do nothing
 * any more. A server that survives its tests would be in the way for ever.
 */
function run(bin: string, args: readonly string[], options: { uid?: number; gid?: number; cwd: string }): Running {
  const script = '"$@" & pid=$!; { read -r _; kill -INT $pid; } <&3 & wait $pid';
  const child = spawn('sh', ['-c', `exec 3<&0; ${script}`, 'sh', join(bin, 'postgres'), ...args], {
    ...options,
    stdio: ['pipe', 'ignore', 'pipe'],
  });
  const running: Running = {
    child,
    output: '',
    ended: new Promise((done) => child.once('exit', () => done())),
    end: () => {
      // Held again, so that whoever waits for the end is not cut off by the process ending first.
      child.ref();
      child.stdin?.end();
    },
  };
  child.stderr?.on('data', (chunk: Buffer) => {
    running.output = (running.output + chunk).slice(-4_000);
  });
  child.stdin?.on('error', () => {});
  child.unref();
  for (const stream of [child.stdin, child.stderr] as unknown as { unref?(): void }[]) stream.unref?.();
  return running;
}

/** PostgreSQL refuses to run as root; then it runs as its own user, or as nobody. */
function ordinaryUser(): { uid: number; gid: number } | undefined {
  if (process.getuid?.() !== 0) return undefined;
  const users = readFileSync('/etc/passwd', 'utf8')
    .split('\n')
    .map((line) => line.split(':'));
  const found = users.find(([name]) => name === 'postgres') ?? users.find(([name]) => name === 'nobody');
  if (found === undefined) throw new Error('PostgreSQL does not run as root, and there is neither a user postgres nor a user nobody.');
  return { uid: Number(found[2]), gid: Number(found[3]) };
}

function freePort(): Promise<number> {
  return new Promise((done, failed) => {
    const probe = createServer().once('error', failed);
    probe.listen(0, '127.0.0.1', () => {
      const { port } = probe.address() as { port: number };
      probe.close(() => done(port));
    });
  });
}

async function answering(url: string, server: Running): Promise<void> {
  let ended = false;
  void server.ended.then(() => {
    ended = true;
  });
  for (let tries = 0; tries < 300; tries++) {
    if (ended) throw new Error(`PostgreSQL did not start: ${server.output}`);
    const database = await connectDatabase({ url, connections: 1 }).catch(() => undefined);
    if (database !== undefined) return database.close();
    await new Promise((done) => setTimeout(done, 50));
  }
  throw new Error(`PostgreSQL does not answer: ${server.output}`);
}

/** The postmaster and its children. */
function serverPids(data: string): number[] {
  const main = mainPid(data);
  // Never 0: a signal to it would reach ourselves.
  if (main === 0) return [];
  const listed = spawnSync('ps', ['-o', 'pid=', '--ppid', String(main)], { encoding: 'utf8' });
  return [
    main,
    ...listed.stdout
      .split('\n')
      .map(Number)
      .filter((pid) => pid > 0),
  ];
}

function cpuOf(pid: number): number {
  try {
    const fields = readFileSync(`/proc/${pid}/stat`, 'utf8')
      .replace(/^.*\) /s, '')
      .split(' ');
    // For the postmaster, with what its ended children used (cutime, cstime).
    return (Number(fields[11]) + Number(fields[12]) + Number(fields[13]) + Number(fields[14])) / 100;
  } catch {
    return 0;
  }
}

function signal(pid: number, name: NodeJS.Signals): void {
  try {
    process.kill(pid, name);
  } catch {
    // It ended by itself.
  }
}

/** A database of its own, copied from one that is already migrated: some 50 ms. */
export async function freshDatabase(server: string): Promise<{ url: string; drop(): Promise<void> }> {
  const name = `t_${process.pid}_${Date.now().toString(36)}_${Math.random().toString(36).slice(2, 8)}`;
  const admin = await connectDatabase({ url: server, connections: 1 });
  try {
    await admin.query(`create database ${name} template annex_template`);
  } finally {
    await admin.close();
  }
  return {
    url: server.replace(/\/[^/]*$/, `/${name}`),
    async drop() {
      const again = await connectDatabase({ url: server, connections: 1 });
      await again.query(`drop database if exists ${name} with (force)`);
      await again.close();
    },
  };
}
