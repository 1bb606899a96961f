import type { ImportMove } from '../mirror/imports.ts';
import { sqlReference } from '../mirror/reference.ts';
import { citusScript } from '../postgres/citus.ts';
import { type Call, type Command, Refused, worldOf } from './command.ts';
import { connectAccount } from './connect.ts';
import { runDoctor } from './doctor.ts';
import { progressText, table, time } from './output.ts';
import { syncAccount, watch } from './sync.ts';
import { runWorker } from './worker.ts';

const MODE = { live: { type: 'boolean' }, test: { type: 'boolean' } } as const;

async function accounts(call: Call): Promise<number> {
  const kit = await call.kit();
  const found = await kit.connections();
  const rows = await Promise.all(
    found.map(async (one) => {
      const progress = await kit.progress(one.account, one.livemode);
      return {
        ...one,
        mode: one.livemode ? 'live' : 'test',
        connected: time(one.connected_ms),
        import: progress?.state,
        objects: progress?.rows,
      };
    }),
  );
  const columns = ['account', 'mode', 'kind', 'state', 'scope', 'connected', 'import', 'objects', 'reference'];
  call.print(rows, rows.length === 0 ? 'No account is connected.' : table(rows, columns));
  return 0;
}

async function forget(call: Call): Promise<number> {
  const world = await worldOf(call, 'forget');
  if (!call.options.yes) throw new Refused(`This erases everything stored for ${world.account}. Add --yes to do it.`);
  const kit = await call.kit();
  if (call.options.disconnect) await kit.connect.disconnect(world);
  const receipt = await kit.forget(world, typeof call.options.reason === 'string' ? call.options.reason : 'asked for');
  const rows = Object.entries(receipt?.counts ?? {}).map(([name, erased]) => ({ table: name, erased }));
  call.print(receipt, `${table(rows, ['table', 'erased'])}\n${world.account} is forgotten.`);
  return 0;
}

async function receipts(call: Call): Promise<number> {
  const found = await (await call.kit()).receipts(call.args[0]);
  const rows = found.map((one) => ({
    ...one,
    mode: one.livemode ? 'live' : 'test',
    finished: time(one.finished_ms),
    rows: Object.values(one.counts).reduce((sum, count) => sum + count, 0),
  }));
  call.print(
    found,
    rows.length === 0 ? 'Nothing was erased yet.' : table(rows, ['account', 'mode', 'finished', 'rows', 'reason', 'reference']),
  );
  return 0;
}

async function reconcile(call: Call): Promise<number> {
  const done = await (await call.kit()).reconcile(await worldOf(call, 'reconcile'));
  call.print(
    done,
    done.gap ?? `${done.recovered} events were found that no webhook had brought (${done.requests} requests). A worker applies them.`,
  );
  return 0;
}

const move =
  (name: ImportMove) =>
  async (call: Call): Promise<number> => {
    const world = await worldOf(call, name);
    const kit = await call.kit();
    if (!(await kit.import(world, name))) {
      const progress = await kit.progress(world.account, world.livemode);
      throw new Refused(`The import of ${world.account} is ${progress?.state ?? 'not there'}: it cannot ${name}.`);
    }
    const progress = await kit.progress(world.account, world.livemode);
    call.print(progress, `The import of ${world.account} is ${progress?.state}.`);
    return 0;
  };

async function progress(call: Call): Promise<number> {
  const world = await worldOf(call, 'progress');
  const kit = await call.kit();
  const now = call.options.watch ? await watch(call, kit, world) : await kit.progress(world.account, world.livemode);
  call.print(now, now === undefined ? 'There is no import.' : call.options.watch ? now.state : progressText(now));
  return 0;
}

async function aside(call: Call): Promise<number> {
  const kit = await call.kit();
  if (call.options.retry) {
    const again = await kit.retryAside(await worldOf(call, 'aside --retry'), call.args[1]);
    call.print({ again }, `${again} events will be tried again by a worker.`);
    return 0;
  }
  const rows = (await kit.aside()).map((one) => ({ ...one, mode: one.livemode ? 'live' : 'test', received: time(one.received_ms) }));
  call.print(
    rows,
    rows.length === 0 ? 'No event was set aside.' : table(rows, ['account', 'mode', 'id', 'type', 'attempts', 'received', 'error']),
  );
  return 0;
}

async function sql(call: Call): Promise<number> {
  const [text] = call.args;
  if (text === undefined) throw new Refused('Which statement? annex sql "select … from stripe.customers where account = \'acct_…\'"');
  const rows = await (await call.kit()).query(text);
  call.print(rows, rows.length === 0 ? 'No rows.' : table(rows, Object.keys(rows[0]!)));
  return 0;
}

async function migrate(call: Call): Promise<number> {
  const { database } = await call.kit();
  const [{ n } = { n: 0 }] = await database.query<{ n: number }>('select max(number) as n from annex.migrations');
  call.print({ migration: n, kind: database.kind }, `The database is at migration ${n}.`);
  return 0;
}

/** Every command, in the order of `--help`. */
export const COMMANDS: readonly Command[] = [
  { name: 'accounts', usage: '', sentence: 'Lists the connected accounts.', run: accounts },
  {
    name: 'connect',
    usage: '[--live] [--own]',
    sentence: 'Connects an account: says which address to open, waits for the callback, imports.',
    options: { live: { type: 'boolean' }, own: { type: 'boolean' }, again: { type: 'boolean' } },
    hints: { own: 'Mirrors your own account; nobody has to consent.' },
    run: connectAccount,
  },
  {
    name: 'sync',
    usage: 'acct_… [--again]',
    sentence: 'Works until the import of an account is over, and shows how far it is.',
    options: { ...MODE, again: { type: 'boolean' } },
    hints: { again: 'Reads everything once more.' },
    run: async (call) => syncAccount(call, await worldOf(call, 'sync')),
  },
  {
    name: 'progress',
    usage: 'acct_… [--watch]',
    sentence: 'Shows how far an import is.',
    options: { ...MODE, watch: { type: 'boolean' } },
    run: progress,
  },
  { name: 'pause', usage: 'acct_…', sentence: 'Pauses an import.', options: MODE, run: move('pause') },
  { name: 'resume', usage: 'acct_…', sentence: 'Goes on with an import that was paused or cancelled.', options: MODE, run: move('resume') },
  { name: 'cancel', usage: 'acct_…', sentence: 'Ends an import where it is; what is there stays.', options: MODE, run: move('cancel') },
  {
    name: 'doctor',
    usage: 'acct_… [--objects a,b] [--pages N] [--repair]',
    sentence:
      'Compares the mirror with Stripe: every object of every list, field by field, and the count and a hash of each month. `--pages` compares a sample, the newest pages of each list, without the months. Exit code 1 where something differs or could not be compared.',
    options: { ...MODE, repair: { type: 'boolean' }, pages: { type: 'string' }, objects: { type: 'string' } },
    hints: {
      repair: 'Puts right what differs: up to 200 objects of a type at once, the others by the workers.',
      pages: 'A sample: only so many pages (of 100) of each list, newest first.',
      objects: 'Only these object types.',
    },
    run: runDoctor,
  },
  {
    name: 'reconcile',
    usage: 'acct_…',
    sentence: 'Reads the event list for events that no webhook brought.',
    options: MODE,
    run: reconcile,
  },
  {
    name: 'aside',
    usage: '[--retry acct_… [evt_…]]',
    sentence: 'Lists events that could not be applied in several attempts; --retry tries them again.',
    options: { ...MODE, retry: { type: 'boolean' } },
    run: aside,
  },
  {
    name: 'forget',
    usage: 'acct_… --yes [--disconnect] [--reason TEXT]',
    sentence: 'Erases everything stored for an account, and shows the receipt.',
    options: { ...MODE, yes: { type: 'boolean' }, disconnect: { type: 'boolean' }, reason: { type: 'string' } },
    hints: { disconnect: 'Also ends the connection on Stripe.' },
    run: forget,
  },
  { name: 'receipts', usage: '[acct_…]', sentence: 'Lists the receipts of what was erased.', run: receipts },
  {
    name: 'worker',
    usage: '[--port N] [--host ADDRESS]',
    sentence: 'Imports, applies, fetches, reconciles and erases until stopped. Any number may run, with DATABASE_URL.',
    options: { port: { type: 'string' }, host: { type: 'string' } },
    hints: {
      port: 'Answers /healthz and /metrics there.',
      host: 'The address to listen on. Default: 127.0.0.1; 0.0.0.0 for probes from elsewhere.',
    },
    run: runWorker,
  },
  {
    name: 'migrate',
    usage: '',
    sentence: 'Brings the database to this version. Every command does so first; this one does nothing else.',
    run: migrate,
  },
  { name: 'sql', usage: '"select …"', sentence: 'Runs one statement on the mirror.', run: sql },
  {
    name: 'citus',
    usage: '',
    sentence: 'Prints the statements that spread the tables over a Citus cluster. Needs no database.',
    run: async (call) => {
      call.terminal.out.write(citusScript());
      return 0;
    },
  },
  {
    name: 'sql-reference',
    usage: '',
    sentence: 'Prints the reference of the views as Markdown. Needs no database.',
    run: async (call) => {
      call.terminal.out.write(sqlReference());
      return 0;
    },
  },
];
