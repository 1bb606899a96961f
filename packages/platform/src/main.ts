import { CommandLineError, helpText, readCommandLine } from './command-line.ts';
import { type AnnexPlatform, createPlatform } from './index.ts';

/** `annex platform`: starts a platform and keeps it until it is told to stop. */

function giveUp(sentence: string): never {
  process.stderr.write(`annex platform: ${sentence}\n`);
  process.exit(1);
}

function checkNode(): void {
  const [major = 0, minor = 0] = process.versions.node.split('.').map(Number);
  if (major > 20 || (major === 20 && minor >= 19)) return;
  giveUp(
    `Node ${process.versions.node} is too old; Annex needs Node 20.19 or later. Install it from nodejs.org and run the command again.`,
  );
}

function greet(platform: AnnexPlatform): void {
  const { settings, url } = platform;
  const kept = settings.data === undefined ? 'in memory; it forgets when it stops' : `kept in ${settings.data}`;
  const sown = platform.sown === undefined ? '' : `  ${platform.sown}\n`;
  process.stdout.write(`Annex platform (a local simulator, not Stripe) is ready at ${url}\n  State is ${kept}.\n${sown}`);
}

function stopWhenTold(platform: AnnexPlatform): void {
  let stopping = false;
  for (const signal of ['SIGINT', 'SIGTERM'] as const) {
    process.on(signal, () => {
      if (stopping) process.exit(1);
      stopping = true;
      platform.close().then(
        () => process.exit(0),
        (error: unknown) => giveUp(`could not stop cleanly: ${String(error)}`),
      );
    });
  }
}

/** Runs the command with these arguments. */
export async function main(args: readonly string[]): Promise<void> {
  checkNode();
  try {
    const line = readCommandLine(args);
    if (line.help) {
      process.stdout.write(helpText());
      return;
    }
    const { settings } = line;
    const platform = await createPlatform({ ...settings, port: settings.port ?? 12111 });
    stopWhenTold(platform);
    greet(platform);
  } catch (error) {
    giveUp((error as Error).message);
  }
}

export { CommandLineError };
