import type { FC } from 'hono/jsx';
import { Time } from '../design/bits.tsx';
import { Empty } from '../design/form.tsx';
import { html, Inside } from '../design/layout.tsx';
import { ACTIONS, type AuditLine, readAudit } from '../people/audit.ts';
import type { AccountVisit, Route } from '../web/visit.ts';

const factsText = (facts: AuditLine['facts']): string =>
  Object.entries(facts)
    .map(([name, value]) => `${name.replaceAll('_', ' ')}: ${typeof value === 'string' ? value : JSON.stringify(value)}`)
    .join(', ');

const Line: FC<{ line: AuditLine; zone: string }> = ({ line, zone }) => (
  <tr>
    <td>
      <Time ms={line.at_ms} zone={zone} />
    </td>
    <td>
      <strong>{line.actor}</strong> {ACTIONS[line.action] ?? line.action}
      {Object.keys(line.facts).length > 0 && <span class="reason">{factsText(line.facts)}</span>}
    </td>
    <td>{line.livemode === null ? '' : line.livemode ? 'live' : 'test'}</td>
  </tr>
);

const MOST = 500;

async function audit(visit: AccountVisit): Promise<Response> {
  const lines = await readAudit(visit.lantern.kit.database, visit.place.account, MOST);
  return html(
    <Inside visit={visit} title="Audit trail" at="/audit" live={false}>
      <p class="lead-in">Who did what to this account in Lantern, newest first. It stays when the account’s data is erased.</p>
      {lines.length === 0 ? (
        <Empty title="Nothing yet" />
      ) : (
        <section class="scroll" aria-label="Audit trail" tabindex={0}>
          <table>
            <thead>
              <tr>
                <th scope="col">When</th>
                <th scope="col">Who and what</th>
                <th scope="col">Data</th>
              </tr>
            </thead>
            <tbody>
              {lines.map((line) => (
                <Line line={line} zone={visit.place.timeZone} />
              ))}
            </tbody>
          </table>
        </section>
      )}
    </Inside>,
  );
}

export const auditRoutes: readonly Route[] = [
  { method: 'GET', path: '/a/:account/:mode/audit', access: 'owner', afterLeaving: true, run: audit },
];
