// What is outside of Lantern, in a process of its own: whoever looks at a page, and whoever sends webhooks. Told over IPC what to do;
// answers with times in milliseconds.
import { fetchAgain, openPage, subscriptionEvent } from './lantern-page.mjs';

/** So much more than all others together that the page's MRR tells how many of the probes it shows. */
const PROBE_MRR = 10 ** 11;

let page;
let about;

const timed = async (work) => {
  const start = performance.now();
  await work();
  return performance.now() - start;
};
const send = (event) => fetchAgain(`${about.url}/webhooks`, subscriptionEvent({ account: about.account, secret: about.secret, ...event }));

const tasks = {
  async open(given) {
    about = given;
    page = await openPage(about.url, about);
  },
  async load({ times }) {
    page.times.length = 0;
    for (let n = 0; n < times; n++) await page.load();
    return { pages: [...page.times], bytes: page.bytes() };
  },
  /** Under a load of events of random customers: from the sending of a webhook until the open page shows what it did. */
  async eventToPage({ perSecond, probes, subscriptions }) {
    let [running, sent] = [true, 0];
    const load = (async () => {
      const began = performance.now();
      const open = new Set();
      while (running) {
        const due = Math.floor(((performance.now() - began) * perSecond) / 1000);
        for (; sent < due; sent++) {
          const number = Math.floor(Math.random() * subscriptions);
          const one = send({ id: `evt_load_${sent}`, number, amount: 900 + (sent % 50) }).finally(() => open.delete(one));
          open.add(one);
        }
        await new Promise((done) => setTimeout(done, 5));
      }
      await Promise.all(open);
    })();
    await new Promise((done) => setTimeout(done, 2_000));
    const waits = [];
    page.times.length = 0;
    for (let probe = 1; probe <= probes; probe++) {
      const shown = page.shows(probe * PROBE_MRR);
      waits.push(
        await timed(async () => {
          await send({ id: `evt_probe_${probe}`, number: `probe${probe}`, amount: PROBE_MRR });
          await shown;
        }),
      );
      // Not in step with what is told, or every probe would wait equally long.
      await new Promise((done) => setTimeout(done, 50 + Math.random() * 250));
    }
    running = false;
    await load;
    return { waits, sent, pages: [...page.times] };
  },
  async close() {
    await page?.close();
    process.disconnect();
  },
};

process.on('message', ({ task, given }) => {
  tasks[task](given).then(
    (result) => process.connected && process.send({ result }),
    (error) => process.send({ error: String(error) }),
  );
});
