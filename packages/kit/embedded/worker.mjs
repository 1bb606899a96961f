// The embedded database runs here, in a thread of its own: on the main thread it would stall every other request.
// Plain JavaScript on purpose, so that the same file serves the sources and the build.
import { parentPort, workerData } from 'node:worker_threads';
import { PGlite } from '@electric-sql/pglite';

const plainError = (error) => ({
  message: String(error?.message ?? error),
  code: error?.code,
  detail: error?.detail,
  constraint: error?.constraint,
  table: error?.table,
});

try {
  const database = await PGlite.create(workerData.folder ?? 'memory://');
  parentPort.on('message', async ({ id, kind, text, params }) => {
    try {
      if (kind === 'close') {
        await database.close();
        parentPort.postMessage({ id, rows: [] });
        parentPort.close();
      } else if (kind === 'script') {
        await database.exec(text);
        parentPort.postMessage({ id, rows: [] });
      } else {
        const { rows } = await database.query(text, params);
        parentPort.postMessage({ id, rows });
      }
    } catch (error) {
      parentPort.postMessage({ id, error: plainError(error) });
    }
  });
  parentPort.postMessage({ ready: true });
} catch (error) {
  parentPort.postMessage({ ready: false, error: plainError(error) });
}
