import type { FC } from 'hono/jsx';
import { CountOf, Day, Live } from '../design/bits.tsx';
import { Empty } from '../design/form.tsx';
import { dateText } from '../design/format.ts';
import { html, Inside } from '../design/layout.tsx';
import { Money } from '../design/money.tsx';
import { Choices, type Column, Pager, Table } from '../design/table.tsx';
import { accountFigures } from '../figures/account.ts';
import {
  type CustomerFilter,
  type CustomerLine,
  customerLines,
  customerTotals,
  SORTS,
  type Sort,
  STATUSES,
  type Status,
} from '../figures/customers.ts';
import type { AccountVisit, Route } from '../web/visit.ts';

const PAGE = 50;

function filterOf({ url }: AccountVisit): CustomerFilter {
  const query = url.searchParams;
  const status = (Object.keys(STATUSES) as Status[]).find((one) => one === query.get('status')) ?? 'all';
  const sort = (Object.keys(SORTS) as Sort[]).find((one) => one === query.get('sort')) ?? 'mrr';
  const offset = Math.max(0, Math.floor(Number(query.get('from')) || 0));
  return { status, sort, search: (query.get('search') ?? '').trim().slice(0, 200), offset, limit: PAGE };
}

const addressOf = (filter: CustomerFilter, change: Partial<CustomerFilter>): string => {
  const { status, sort, search, offset } = { ...filter, offset: 0, ...change };
  const query = new URLSearchParams({
    ...(status !== 'all' && { status }),
    ...(sort !== 'mrr' && { sort }),
    ...(search !== '' && { search }),
    ...(offset > 0 && { from: String(offset) }),
  });
  return `?${query}`;
};

const stateOf = (line: CustomerLine, zone: string) => {
  if (line.ending > 0)
    return (
      <span class="state warn">leaves {line.ends_at === null ? 'at the end of the period' : dateText(line.ends_at * 1000, zone)}</span>
    );
  if (line.mrr > 0) return <span class="state good">paying</span>;
  if (line.trialing) return 'on trial';
  return line.first_day === null ? <span class="quiet">never paid</span> : <span class="state bad">gone</span>;
};

const columnsOf = (base: string, about: { currency: string; zone: string }): Column<CustomerLine>[] => [
  {
    head: 'Customer',
    names: true,
    cell: ({ id, name, email }) => (
      <>
        <a href={`${base}/customers/${id}`}>{name ?? email ?? id}</a>
        {name !== null && email !== null && <span class="reason">{email}</span>}
      </>
    ),
  },
  { head: 'MRR', number: true, cell: ({ mrr }) => <Money minor={mrr} currency={about.currency} /> },
  { head: 'Plans', cell: ({ plans }) => plans?.join(', ') ?? '' },
  { head: 'State', cell: (line) => stateOf(line, about.zone) },
  { head: 'Paying since', cell: ({ first_day: day }) => day && <Day day={day} /> },
  { head: 'Last movement', cell: ({ last_day: day }) => day && <Day day={day} /> },
  { head: 'Country', cell: ({ country }) => country ?? '' },
];

const Search: FC<{ filter: CustomerFilter }> = ({ filter }) => (
  <form method="get" class="row find">
    {filter.status !== 'all' && <input type="hidden" name="status" value={filter.status} />}
    <label class="hidden" for="search">
      Name, address or id
    </label>
    <input id="search" name="search" type="search" value={filter.search} placeholder="Name, address or id" />
    <label class="hidden" for="sort">
      Order
    </label>
    <select id="sort" name="sort">
      {(Object.keys(SORTS) as Sort[]).map((sort) => (
        <option value={sort} selected={sort === filter.sort}>
          {SORTS[sort]}
        </option>
      ))}
    </select>
    <button type="submit">Find</button>
  </form>
);

async function customers(visit: AccountVisit): Promise<Response> {
  const { lantern, place } = visit;
  const { database } = lantern.kit;
  const filter = filterOf(visit);
  const { desk } = await accountFigures(lantern, place);
  const lines = await customerLines(database, place, filter);
  const totals = await customerTotals(database, place, filter);
  const { currency } = desk;
  return html(
    <Inside visit={visit} title="Customers" at="/customers">
      <Choices
        label="Which customers"
        choices={(Object.keys(STATUSES) as Status[]).map((status) => ({
          ...{ label: STATUSES[status], href: addressOf(filter, { status }), current: status === filter.status },
        }))}
      />
      <Search filter={filter} />
      <Live name="customers">
        <p class="headline" data-total={totals.mrr}>
          <CountOf n={totals.customers} one="customer" many="customers" />, <Money minor={totals.mrr} currency={currency} /> a month
        </p>
        {lines.length === 0 ? (
          <Empty title={filter.search === '' ? 'No such customer' : `Nobody is found for ‘${filter.search}’`}>
            <p>
              <a href="?">All customers</a>
            </p>
          </Empty>
        ) : (
          <Table caption="Customers" columns={columnsOf(place.base, { currency, zone: desk.timeZone })} rows={lines} />
        )}
        <Pager
          older={lines.length === PAGE ? addressOf(filter, { offset: filter.offset + PAGE }) : undefined}
          first={filter.offset > 0 ? addressOf(filter, {}) : undefined}
        />
      </Live>
    </Inside>,
  );
}

export const customersRoutes: readonly Route[] = [{ method: 'GET', path: '/a/:account/:mode/customers', access: 'member', run: customers }];
