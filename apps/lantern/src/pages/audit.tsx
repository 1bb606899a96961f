import { Time } from '../design/bits.tsx';
import { Empty } from '../design/form.tsx';
import { html, Inside } from '../design/layout.tsx';
import { type Column, Table } from '../design/table.tsx';
import { ACTIONS, type AuditLine, readAudit } from '../people/audit.ts';
import type { AccountVisit, Route } from '../web/visit.ts';

const factsText = (facts: AuditLine['facts']): string =>
  Object.entries(facts)
    .map(([name, value]) => `${name.replaceAll('_', ' ')}: ${typeof value === 'string' ? value : JSON.stringify(value)}`)
    .join(', ');

const columnsOf = (zone: string): Column<AuditLine>[] => [
  { head: 'When', cell: ({ at_ms }) => <Time ms={at_ms} zone={zone} /> },
  {
    head: 'Who and what',
    names: true,
    cell: ({ actor, action, facts }) => (
      <>
        <strong>{actor}</strong> {ACTIONS[action] ?? action}
        {Object.keys(facts).length > 0 && <span class="reason">{factsText(facts)}</span>}
      </>
    ),
  },
  { head: 'Data', cell: ({ livemode }) => (livemode === null ? '' : livemode ? 'live' : 'test') },
];

const MOST = 500;

async function audit(visit: AccountVisit): Promise<Response> {
  const lines = await readAudit(visit.lantern.kit.database, visit.place.account, MOST);
  return html(
    <Inside visit={visit} title="Audit trail" at="/audit" live={false}>
      <p class="lead-in">Who did what to this account in Lantern, newest first. It stays when the account’s data is erased.</p>
      {lines.length === 0 ? (
        <Empty title="Nothing yet" />
      ) : (
        <Table caption="Audit trail" columns={columnsOf(visit.place.timeZone)} rows={lines} phone="cards" />
      )}
    </Inside>,
  );
}

export const auditRoutes: readonly Route[] = [
  { method: 'GET', path: '/a/:account/:mode/audit', access: 'owner', afterLeaving: true, run: audit },
];
