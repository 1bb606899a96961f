import type { Database } from './database.ts';
import { connectEmbedded } from './embedded.ts';
import { connectServer } from './server.ts';

export interface DatabaseChoice {
  /** `postgres://…`: a PostgreSQL server. Without it the embedded database is used. */
  readonly url?: string | undefined;
  /** Where the embedded database keeps its files; without it, in memory only. */
  readonly folder?: string | undefined;
  /** Connections to a server, for this process. Default 10. */
  readonly connections?: number | undefined;
  /** Named statements on a server; switch off behind a pooler in transaction mode. Default true. */
  readonly prepared?: boolean | undefined;
  /** How long one statement on a server may take, in milliseconds, before it counts as failed. Default 120,000. */
  readonly timeoutMs?: number | undefined;
}

/** Opens the database. Errors are one sentence: unreachable server, folder in use, folder not writable. */
export async function connectDatabase(choice: DatabaseChoice = {}): Promise<Database> {
  if (choice.url === undefined || choice.url === '') return connectEmbedded(choice.folder);
  if (!/^postgres(ql)?:\/\//.test(choice.url)) throw notAPostgresUrl();
  const { url, connections = 10, prepared = true, timeoutMs = 120_000 } = choice;
  return connectServer({ url, connections, prepared, timeoutMs });
}

function notAPostgresUrl(): Error {
  return new Error('The database URL must begin with postgres:// or postgresql://. Leave it out to use the embedded database.');
}
