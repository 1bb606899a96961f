import { type ChildProcess, spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const BIN = join(import.meta.dirname, '..', 'bin', 'annex-platform.mjs');

/** A platform in a process of its own, as the command starts it. */
export interface PlatformProcess {
  readonly url: string;
  readonly child: ChildProcess;
  /** Resolves when the process is gone: its exit code, and what it said on stderr. */
  readonly gone: Promise<{ code: number | null; said: string }>;
  kill(signal: 'SIGKILL' | 'SIGTERM'): Promise<{ code: number | null; said: string }>;
}

/** Starts the built command; rejects with what it said where it ends before it is ready. */
export function startProcess(args: readonly string[]): Promise<PlatformProcess> {
  const child = spawn(process.execPath, [BIN, '--port', '0', ...args], { stdio: ['ignore', 'pipe', 'pipe'] });
  let said = '';
  child.stderr.setEncoding('utf8').on('data', (text) => {
    said += text;
  });
  const gone = new Promise<{ code: number | null; said: string }>((resolve) => {
    child.once('close', (code) => resolve({ code, said }));
  });
  return new Promise((resolve, reject) => {
    let out = '';
    child.stdout.setEncoding('utf8').on('data', (text) => {
      out += text;
      const url = /ready at (http:\S+)/.exec(out)?.[1];
      const kill = (signal: 'SIGKILL' | 'SIGTERM') => {
        child.kill(signal);
        return gone;
      };
      if (url !== undefined) resolve({ url, child, gone, kill });
    });
    void gone.then(({ code, said: sentence }) => reject(new Error(`exit code ${code}: ${sentence}`)));
  });
}

export const temporaryFolder = (): string => mkdtempSync(join(tmpdir(), 'annex-platform-'));
export const removeFolder = (folder: string): void => rmSync(folder, { recursive: true, force: true });
