import { type ServedLantern, serveLantern } from './serve.ts';
import { helpText, readSettings } from './settings.ts';

function giveUp(sentence: string): never {
  process.stderr.write(`lantern: ${sentence}\n`);
  process.exit(1);
}

function stopWhenTold(served: ServedLantern): void {
  let stopping = false;
  for (const signal of ['SIGINT', 'SIGTERM'] as const) {
    process.on(signal, () => {
      if (stopping) process.exit(1);
      stopping = true;
      served.close().then(
        () => process.exit(0),
        (error: unknown) => giveUp(`could not stop cleanly: ${String(error)}`),
      );
    });
  }
}

/** One line of JSON per thing worth knowing; never a secret. */
function log(level: string, message: string, facts: Record<string, unknown> = {}): void {
  if (level === 'info' && process.env.LANTERN_LOG !== 'info') return;
  process.stderr.write(`${JSON.stringify({ at: new Date().toISOString(), level, message, ...facts })}\n`);
}

try {
  const settings = readSettings(process.argv.slice(2), process.env);
  if (settings === 'help') process.stdout.write(helpText());
  else {
    const served = await serveLantern({ settings, log });
    stopWhenTold(served);
    const { notice } = served.lantern.kit.database;
    process.stdout.write(`Lantern is ready at ${served.url}\n${notice === undefined ? '' : `  ${notice}\n`}`);
  }
} catch (error) {
  giveUp((error as Error).message);
}
