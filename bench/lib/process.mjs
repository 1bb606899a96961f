// Starts a server as a process of its own and reads what the operating system says of it. Linux only (/proc).
import { spawn } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { createServer } from 'node:net';

/** A port that was free a moment ago. */
export function freePort() {
  return new Promise((resolve, reject) => {
    const server = createServer();
    server.on('error', reject);
    server.listen(0, '127.0.0.1', () => {
      const { port } = server.address();
      server.close(() => resolve(port));
    });
  });
}

/** Starts `node ...args`; resolves at the first answered GET of `path`, with the milliseconds it took. */
export async function start(args, { port, path, env = {} }) {
  const began = performance.now();
  const child = spawn(process.execPath, args, { stdio: ['ignore', 'ignore', 'inherit'], env: { ...process.env, ...env } });
  const gone = new Promise((_, reject) => child.once('exit', (code) => reject(new Error(`${args[0]} ended with ${code}`))));
  gone.catch(() => {});
  const answered = (async () => {
    for (;;) {
      const ok = await fetch(`http://127.0.0.1:${port}${path}`).then(
        (response) => response.arrayBuffer().then(() => true),
        () => false,
      );
      if (ok) return performance.now() - began;
      await new Promise((resolve) => setTimeout(resolve, 3));
    }
  })();
  const readyMs = await Promise.race([answered, gone]);
  const stop = () =>
    new Promise((resolve) => {
      child.once('exit', resolve);
      child.kill('SIGTERM');
    });
  return { pid: child.pid, readyMs, stop };
}

/** User and system time of a process so far, in microseconds (clock ticks are 10 ms). */
export function cpuMicros(pid) {
  const fields = readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ')[1].split(' ');
  return (Number(fields[11]) + Number(fields[12])) * 10_000;
}

/** Resident memory in MB. */
export function residentMb(pid) {
  return Number(/VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))[1]) / 1024;
}
