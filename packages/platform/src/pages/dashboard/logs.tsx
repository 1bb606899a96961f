import { type Context, Hono } from 'hono';
import type { FC } from 'hono/jsx';
import type { LogEntry } from '../../http/log.ts';
import type { Platform } from '../../platform.ts';
import { CopyButton, Time } from '../bits.tsx';
import { accountName } from '../brand.ts';
import { LOG_KIND } from '../live.ts';
import type { DashboardEnv } from '../place.ts';
import { problemPage } from '../problem.tsx';
import { shellPage } from '../shell.tsx';
import { Json, Ref, type Seen } from '../values.tsx';

const MOST = 100;

/** Who asked: the account with its own key, or an extension. */
function askerOf(platform: Platform, entry: LogEntry): string {
  if (entry.application === undefined) return 'this account';
  const owner = platform.accounts.application(entry.application)?.account;
  return accountName(owner === undefined ? undefined : platform.accounts.account(owner)) ?? entry.application;
}

interface Filter {
  readonly method: string;
  readonly status: string;
  readonly path: string;
  readonly application: string;
}

function fits(entry: LogEntry, filter: Filter): boolean {
  if (filter.method !== '' && entry.method !== filter.method) return false;
  if (filter.status === 'ok' && entry.status >= 400) return false;
  if (filter.status === 'refused' && entry.status < 400) return false;
  if (filter.path !== '' && !`${entry.path}?${entry.query}`.includes(filter.path)) return false;
  if (filter.application === 'own') return entry.application === undefined;
  return filter.application === '' || entry.application === filter.application;
}

const tone = (status: number): string => (status < 300 ? 'good' : status < 500 ? 'warn' : 'bad');

export const LogTable: FC<{ seen: Seen; entries: readonly LogEntry[] }> = ({ seen, entries }) => (
  <div class="scroll">
    <table>
      <thead>
        <tr>
          <th scope="col">Request</th>
          <th scope="col">Status</th>
          <th scope="col">By</th>
          <th scope="col" class="num">
            ms
          </th>
          <th scope="col" class="num">
            Events
          </th>
          <th scope="col">Time (UTC)</th>
        </tr>
      </thead>
      <tbody>
        {entries.map((entry) => (
          <tr class="rowlink" data-row={entry.id}>
            <td>
              <a class="cover" href={`${seen.base}/logs/${entry.id}`}>
                <code>
                  {entry.method} {entry.path}
                </code>
              </a>
            </td>
            <td>
              <span class={`tag ${tone(entry.status)}`}>{entry.status}</span>
            </td>
            <td>{askerOf(seen.platform, entry)}</td>
            <td class="num">{entry.took}</td>
            <td class="num">{entry.events.length === 0 ? '' : entry.events.length}</td>
            <td>
              <Time seconds={entry.at / 1000} exact />
            </td>
          </tr>
        ))}
      </tbody>
    </table>
  </div>
);

const FilterForm: FC<{ base: string; filter: Filter; applications: readonly (readonly [id: string, name: string])[] }> = ({
  base,
  filter,
  applications,
}) => (
  <form method="get" action={`${base}/logs`} class="line panel">
    <label>
      Method
      <select name="method">
        {['', 'GET', 'POST', 'DELETE'].map((method) => (
          <option value={method} selected={filter.method === method}>
            {method === '' ? 'any' : method}
          </option>
        ))}
      </select>
    </label>
    <label>
      Status
      <select name="status">
        {(
          [
            ['', 'any'],
            ['ok', 'done'],
            ['refused', 'refused'],
          ] as const
        ).map(([value, label]) => (
          <option value={value} selected={filter.status === value}>
            {label}
          </option>
        ))}
      </select>
    </label>
    <label>
      By
      <select name="application">
        {([['', 'anybody'], ['own', 'this account'], ...applications] as const).map(([value, label]) => (
          <option value={value} selected={filter.application === value}>
            {label}
          </option>
        ))}
      </select>
    </label>
    <label>
      Path contains
      <input name="path" value={filter.path} size={18} />
    </label>
    <button type="submit">Filter</button>
  </form>
);

function list(platform: Platform, c: Context<DashboardEnv>): Response | Promise<Response> {
  const { world, base } = c.get('place');
  const of = (name: string): string => c.req.query(name) ?? '';
  const filter: Filter = { method: of('method'), status: of('status'), path: of('path'), application: of('application') };
  const mine = platform.log.entries().filter((entry) => entry.account === world.account && entry.livemode === world.livemode);
  const applications = new Map(
    mine.flatMap((entry) => (entry.application === undefined ? [] : [[entry.application, askerOf(platform, entry)] as const])),
  );
  const found = mine.filter((entry) => fits(entry, filter));
  return shellPage(platform, c, {
    title: 'API log',
    current: '/logs',
    lead: 'Every request about this account, by itself and by extensions. Kept in memory: the newest ones, until the platform stops.',
    children: (
      <>
        <FilterForm base={base} filter={filter} applications={[...applications]} />
        <section class="panel" id="log" data-live={LOG_KIND}>
          {found.length === 0 ? (
            <div class="empty">{mine.length === 0 ? 'No requests yet.' : 'No request fits this filter.'}</div>
          ) : (
            <LogTable seen={{ platform, world, base }} entries={found.slice(0, MOST)} />
          )}
          {found.length > MOST && (
            <p class="pager quiet">
              The newest {MOST} of {found.length.toLocaleString('en')}.
            </p>
          )}
        </section>
      </>
    ),
  });
}

const parsed = (text: string): unknown => {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
};

const Body: FC<{ seen: Seen; text: string }> = ({ seen, text }) => {
  const value = parsed(text);
  return value === undefined ? <pre class="code">{text === '' ? '(empty)' : text}</pre> : <Json seen={seen} value={value} />;
};

function show(platform: Platform, c: Context<DashboardEnv>): Response | Promise<Response> {
  const { world, base } = c.get('place');
  const seen = { platform, world, base };
  const id = c.req.param('id');
  const entry = platform.log.entries().find((candidate) => candidate.id === id && candidate.account === world.account);
  if (entry === undefined) {
    return problemPage(c, {
      status: 404,
      title: 'This request is not in the log',
      text: 'The log keeps the newest requests, in memory. Older ones are gone.',
      back: { href: `${base}/logs`, label: 'API log' },
    });
  }
  const facts: readonly (readonly [string, string | undefined])[] = [
    ['Request id', entry.id],
    ['By', askerOf(platform, entry)],
    ['Key', entry.key],
    ['Stripe-Version', entry.apiVersion],
    ['Idempotency-Key', entry.idempotencyKey],
    ['User agent', entry.userAgent],
    ['Took', `${entry.took} ms`],
  ];
  const form = entry.form === '' ? [] : [...new URLSearchParams(entry.form)];
  return shellPage(platform, c, {
    title: `${entry.method} ${entry.path}`,
    current: '/logs',
    lead: (
      <>
        <span class={`tag ${tone(entry.status)}`}>{entry.status}</span> <Time seconds={entry.at / 1000} exact /> UTC{' '}
        <CopyButton text={entry.id} label="Copy the request id" />
      </>
    ),
    children: (
      <>
        <section class="panel">
          <dl class="facts">
            {facts.map(
              ([name, value]) =>
                value !== undefined && (
                  <>
                    <dt>{name}</dt>
                    <dd>{value}</dd>
                  </>
                ),
            )}
          </dl>
        </section>
        {entry.events.length > 0 && (
          <section class="panel">
            <h2>Events it caused</h2>
            <ul class="plain">
              {entry.events.map((event) => {
                const row = platform.store.row(world, 'event', event);
                return (
                  <li>
                    <Ref seen={seen} id={event} /> {row === undefined ? '' : (JSON.parse(row.text) as { type: string }).type}
                  </li>
                );
              })}
            </ul>
          </section>
        )}
        <section class="panel">
          <h2>Parameters</h2>
          {form.length === 0 ? (
            <p class="quiet">None.</p>
          ) : (
            <dl class="facts">
              {form.map(([name, value]) => (
                <>
                  <dt>
                    <code>{name}</code>
                  </dt>
                  <dd>{value}</dd>
                </>
              ))}
            </dl>
          )}
        </section>
        <section class="panel">
          <h2>Answer</h2>
          <Body seen={seen} text={entry.answer} />
        </section>
      </>
    ),
  });
}

/** P6: what was asked about this account, and what it was answered. */
export function logRoutes(platform: Platform): Hono<DashboardEnv> {
  const app = new Hono<DashboardEnv>();
  app.get('/logs', (c) => list(platform, c));
  app.get('/logs/:id', (c) => show(platform, c));
  return app;
}
