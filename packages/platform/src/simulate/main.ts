import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { SeededIds } from '../accounts/keys.ts';
import { SYSTEM } from '../engine/index.ts';
import { type AnnexPlatform, createPlatform } from '../index.ts';
import { type Business, readBusiness } from './business.ts';
import { ledgerOf } from './ledger.ts';
import { live, type Place, type Progress } from './live.ts';
import { scenarioOf } from './scenario.ts';

/** `annex simulate`: a business lives its years through the public API of a platform and its clock. */

const HELP = `annex simulate FILE [options]

  Lives the business that FILE describes (YAML or JSON; docs/guides/simulate.md) through the public API and the clock
  of a platform: one that it starts and leaves running, or the one at --url.

  --ledger FILE   write what the scenario decided, customer by customer, to hold analytics against
  --port N        the port of the platform that it starts; 12111 unless told, 0 picks a free one
  --data DIR      the folder of that platform, which must hold nothing yet; without it everything is in memory
  --once          stop the platform when the last day is over
  --url URL       live at a running platform instead; its clock is moved, for all of its accounts
  --key KEY       the account's test key; sk_test_simulated unless told
`;

/** Who looks after the account on the platform that is started here. No secret: as in the demo. */
const OWNER = { email: 'demo@annex.local', password: 'demo' };

class Wrong extends Error {}

function readLine(args: readonly string[]) {
  const text = { type: 'string' } as const;
  const options = {
    ledger: text,
    port: text,
    data: text,
    url: text,
    key: text,
    once: { type: 'boolean' },
    help: { type: 'boolean', short: 'h' },
  } as const;
  try {
    const { values, positionals } = parseArgs({ args: [...args], options, allowPositionals: true });
    return { ...values, file: positionals[0], more: positionals.slice(1) };
  } catch (error) {
    throw new Wrong(`${(error as Error).message.split(/\.?(?: To specify|\n)/)[0]}. --help lists the options.`);
  }
}

type Line = ReturnType<typeof readLine>;

function check({ file, more, port, data, url, once, key = '' }: Line): string {
  if (file === undefined) throw new Wrong('Which business? Give its file: annex simulate examples/businesses/quiet.yaml');
  if (more.length > 0) throw new Wrong(`One business at a time: '${more[0]}' is one too many.`);
  if (port !== undefined && !(/^\d+$/.test(port) && Number(port) <= 65_535))
    throw new Wrong(`--port takes a number up to 65535, not '${port}'.`);
  if (url !== undefined && (port ?? data ?? once) !== undefined)
    throw new Wrong('--url names a platform that runs already; --port, --data and --once are for one that is started here.');
  if (key !== '' && !/^sk_test_\w{3,}$/.test(key))
    throw new Wrong('--key takes a test key such as sk_test_mine: a business is simulated in test mode.');
  return file;
}

function read(file: string): Business {
  if (!existsSync(file)) throw new Wrong(`There is no file ${file}. examples/businesses/quiet.yaml is one to begin with.`);
  try {
    return readBusiness(readFileSync(file, 'utf8'), Math.floor(Date.now() / 1000));
  } catch (error) {
    throw new Wrong(`The business ${file} cannot be lived: ${(error as Error).message}`);
  }
}

/** A platform that is not there is told before anything is written. */
async function findPlatform(url: string): Promise<string> {
  const isThere = await fetch(`${url}/_annex/health`).then(
    (answer) => answer.ok,
    () => false,
  );
  if (!isThere) throw new Wrong(`No platform answers at ${url}. Start one with 'annex platform', or leave --url out.`);
  return url;
}

const dayText = (seconds: number): string => new Date(seconds * 1000).toISOString().slice(0, 10);

/** On a terminal one line that changes; elsewhere a line for each year. */
function teller(): (progress: Progress) => void {
  let year = '';
  return ({ done, of, now }) => {
    const day = dayText(now);
    const line = `  ${day}  ${done} of ${of} acts`;
    if (process.stderr.isTTY) process.stderr.write(`\r${line}${done === of ? '\n' : ''}`);
    else if (day.slice(0, 4) !== year || done === of) process.stderr.write(`${line}\n`);
    year = day.slice(0, 4);
  };
}

async function simulate(line: Line, file: string): Promise<void> {
  const business = read(file);
  const scenario = scenarioOf(business);
  const key = line.key ?? 'sk_test_simulated';
  const own = line.url === undefined ? await startOwn(line, business) : undefined;
  const place: Place = { url: own?.url ?? (await findPlatform(line.url!.replace(/\/$/, ''))), key };
  if (line.ledger !== undefined) writeFileSync(line.ledger, `${JSON.stringify(ledgerOf(business, scenario), null, 1)}\n`);
  if (own !== undefined) await open(own, business, { from: scenario.from, key });
  process.stdout.write(`${business.name} lives from ${dayText(scenario.from)} to ${dayText(scenario.to)} at ${place.url}.\n`);
  await live(business, scenario, { place, told: teller() });
  const kept = line.ledger === undefined ? '' : ` What was decided is in ${line.ledger}.`;
  process.stdout.write(`${scenario.customers.length} customers have come. The account's key is ${key}.${kept}\n`);
  if (own === undefined) return;
  if (line.once === true) return own.close();
  await own.control.setClock({ speed: 1 });
  process.stdout.write(`The platform (a local simulator, not Stripe) goes on at ${own.url}.\n`);
  process.stdout.write(`Its dashboard is there, too: sign in as ${OWNER.email}, password ${OWNER.password}.\n`);
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => void own.close().then(() => process.exit(0)));
}

/** The account opens on the first day of the life, not today. */
async function open({ control }: AnnexPlatform, { name }: Business, { from, key }: { from: number; key: string }): Promise<void> {
  await control.setClock({ to: String(from), speed: 0 });
  const { id } = await control.createAccount({ name, test_key: key });
  await control.createUser({ ...OWNER, accounts: [id] });
}

async function startOwn({ data, port, once }: Line, { seed }: Business) {
  // The same seed gives the same ids.
  const platform = await createPlatform({
    ids: new SeededIds(`simulate ${seed}`),
    port: Number(port ?? (once === true ? 0 : 12_111)),
    ...(data !== undefined && { data }),
  });
  if (platform.store.kinds(SYSTEM).size === 0) return platform;
  await platform.close();
  throw new Wrong(`The folder ${data} holds a platform already. Give a new one: a life begins with nothing.`);
}

/** Runs the command with these arguments. */
export async function main(args: readonly string[]): Promise<void> {
  try {
    const line = readLine(args);
    if (line.help === true) process.stdout.write(HELP);
    else await simulate(line, check(line));
  } catch (error) {
    process.stderr.write(`annex simulate: ${(error as Error).message}\n`);
    process.exit(1);
  }
}
