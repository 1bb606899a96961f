// One process of an extension, to be killed: `worker` works, `both` receives webhooks besides. It runs the build, as in production.
import { createServer } from 'node:http';
import { createKit, nodeWebhook } from '@annex/kit';

const { role, options } = JSON.parse(process.argv[2]);
const on = {
  'customer.updated': async (event, tx) => {
    await tx.query('insert into public.effects (event) values ($1)', [event.id]);
  },
};

// Killed tests leave nothing behind: without whoever started it there is nothing to do.
process.stdin.resume().once('end', () => process.exit());

async function open() {
  for (;;) {
    try {
      return await createKit({ ...options, on });
    } catch (error) {
      // The database is one of those that are killed: it comes back.
      process.stderr.write(`${error.message}\n`);
      await new Promise((done) => setTimeout(done, 50));
    }
  }
}

const kit = await open();
kit.work.start();
if (role === 'worker') process.stdout.write('ready\n');
else {
  const server = createServer(nodeWebhook(kit));
  server.listen(0, '127.0.0.1', () => process.stdout.write(`ready ${server.address().port}\n`));
}
