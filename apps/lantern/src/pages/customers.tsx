import type { FC } from 'hono/jsx';
import { CountOf, Day, Live } from '../design/bits.tsx';
import { Empty } from '../design/form.tsx';
import { dateText } from '../design/format.ts';
import { html, Inside } from '../design/layout.tsx';
import { Money } from '../design/money.tsx';
import { Choices, type Column, Pager, Table } from '../design/table.tsx';
import { accountFigures } from '../figures/account.ts';
import { countryChoices, countryText, NO_COUNTRY, type PlanChoice, planChoices, planText } from '../figures/customer-choices.ts';
import {
  type CustomerFilter,
  type CustomerLine,
  customerLines,
  customerTotals,
  SORTS,
  type Sort,
  STATUSES,
  type Status,
} from '../figures/find-customers.ts';
import type { AccountVisit, Route } from '../web/visit.ts';

const PAGE = 50;

function filterOf({ url }: AccountVisit): CustomerFilter {
  const query = url.searchParams;
  const status = (Object.keys(STATUSES) as Status[]).find((one) => one === query.get('status')) ?? 'all';
  const sort = (Object.keys(SORTS) as Sort[]).find((one) => one === query.get('sort')) ?? 'mrr';
  const offset = Math.min(Math.max(0, Math.floor(Number(query.get('from')) || 0)), 1_000_000);
  const text = (name: string): string => (query.get(name) ?? '').trim().slice(0, 200);
  return { status, sort, search: text('search'), plan: text('plan'), country: text('country'), offset, limit: PAGE };
}

const addressOf = (filter: CustomerFilter, change: Partial<CustomerFilter>): string => {
  const { status, sort, search, plan, country, offset } = { ...filter, offset: 0, ...change };
  const query = new URLSearchParams({
    ...(status !== 'all' && { status }),
    ...(sort !== 'mrr' && { sort }),
    ...(search !== '' && { search }),
    ...(plan !== '' && { plan }),
    ...(country !== '' && { country }),
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
  {
    head: 'Plans',
    cell: ({ plans, former_plans: former }) =>
      plans?.join(', ') ?? (former === null ? '' : <span class="quiet">was on {former.join(', ')}</span>),
  },
  { head: 'State', cell: (line) => stateOf(line, about.zone) },
  { head: 'Paying since', cell: ({ first_day: day }) => day && <Day day={day} /> },
  { head: 'Last movement', cell: ({ last_day: day }) => day && <Day day={day} /> },
  { head: 'Country', cell: ({ country }) => country ?? '' },
];

interface Offered {
  readonly plans: readonly PlanChoice[];
  readonly countries: readonly string[];
}

/** A choice that nothing offers, because an address was made by hand or the last customer moved, is still shown as chosen. */
const Chosen: FC<{ value: string; offered: readonly string[]; label: string }> = ({ value, offered, label }) =>
  value === '' || offered.includes(value) ? null : (
    <option value={value} selected>
      {label}
    </option>
  );

const PlanField: FC<{ plan: string; plans: readonly PlanChoice[] }> = ({ plan, plans }) => (
  <>
    <label class="hidden" for="plan">
      Plan
    </label>
    <select id="plan" name="plan">
      <option value="">Any plan</option>
      <Chosen
        value={plan}
        offered={plans.flatMap(({ product, prices }) => [product, ...prices.map(({ id }) => id)])}
        label={planText(plans, plan)}
      />
      {plans.map(({ product, name, prices }) => (
        <>
          <option value={product} selected={product === plan}>
            {name}
          </option>
          {prices.map(({ id, label }) => (
            <option value={id} selected={id === plan}>
              {label}
            </option>
          ))}
        </>
      ))}
    </select>
  </>
);

const CountryField: FC<{ country: string; countries: readonly string[] }> = ({ country, countries }) => (
  <>
    <label class="hidden" for="country">
      Country
    </label>
    <select id="country" name="country">
      <option value="">Any country</option>
      <Chosen value={country} offered={[...countries, NO_COUNTRY]} label={countryText(country)} />
      {[...countries, NO_COUNTRY].map((one) => (
        <option value={one} selected={one === country}>
          {countryText(one)}
        </option>
      ))}
    </select>
  </>
);

const Find: FC<{ filter: CustomerFilter; offered: Offered }> = ({ filter, offered }) => (
  <form method="get" class="row find">
    {filter.status !== 'all' && <input type="hidden" name="status" value={filter.status} />}
    <label class="hidden" for="search">
      Name, address or id
    </label>
    <input id="search" name="search" type="search" value={filter.search} placeholder="Name, address or id" />
    <PlanField plan={filter.plan} plans={offered.plans} />
    <CountryField country={filter.country} countries={offered.countries} />
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

interface Without {
  readonly label: string;
  readonly href: string;
  readonly customers: number;
}

type Part = 'status' | 'search' | 'plan' | 'country';

/** What is asked for, part by part, and how many there would be without each. */
async function withoutEach({ lantern, place }: AccountVisit, filter: CustomerFilter, plans: readonly PlanChoice[]): Promise<Without[]> {
  const labels: Readonly<Record<Part, string | undefined>> = {
    status: filter.status === 'all' ? undefined : STATUSES[filter.status],
    search: filter.search === '' ? undefined : filter.search,
    plan: filter.plan === '' ? undefined : planText(plans, filter.plan),
    country: filter.country === '' ? undefined : countryText(filter.country),
  };
  const found: Without[] = [];
  for (const [part, label] of Object.entries(labels)) {
    if (label === undefined) continue;
    const change = { [part]: part === 'status' ? 'all' : '' };
    const { customers } = await customerTotals(lantern.kit.database, place, { ...filter, ...change });
    found.push({ label, href: addressOf(filter, change), customers });
  }
  return found;
}

const Nobody: FC<{ without: readonly Without[] }> = ({ without }) => (
  <Empty
    title={without.length === 0 ? 'No customer yet' : `No customer is found for ${without.map(({ label }) => `‘${label}’`).join(' and ')}`}
  >
    {without.length === 0 && <p>Whoever buys from this account appears here, paying or not.</p>}
    {without.map(({ label, href, customers }) => (
      <p data-without={label}>
        <a href={href}>Without ‘{label}’</a>:{' '}
        {customers === 0 ? 'nobody either' : <CountOf n={customers} one="customer" many="customers" />}
      </p>
    ))}
    {without.length > 1 && (
      <p>
        <a href="?">All customers</a>
      </p>
    )}
  </Empty>
);

/** What few accounts ever have is a choice only for who looks at it. */
const shownStatuses = ({ status }: CustomerFilter): readonly Status[] =>
  (Object.keys(STATUSES) as Status[]).filter((one) => one !== 'tax_unknown' || one === status);

async function customers(visit: AccountVisit): Promise<Response> {
  const { lantern, place } = visit;
  const { database } = lantern.kit;
  const filter = filterOf(visit);
  const { desk } = await accountFigures(lantern, place);
  const lines = await customerLines(database, place, filter);
  const totals = await customerTotals(database, place, filter);
  const offered: Offered = { plans: await planChoices(database, place), countries: await countryChoices(database, place) };
  const { currency } = desk;
  return html(
    <Inside visit={visit} title="Customers" at="/customers">
      <Choices
        label="Which customers"
        choices={shownStatuses(filter).map((status) => ({
          ...{ label: STATUSES[status], href: addressOf(filter, { status }), current: status === filter.status },
        }))}
      />
      <Find filter={filter} offered={offered} />
      <Live name="customers">
        <p class="headline" data-total={totals.mrr}>
          <CountOf n={totals.customers} one="customer" many="customers" />, <Money minor={totals.mrr} currency={currency} /> a month
        </p>
        {totals.customers === 0 && <Nobody without={await withoutEach(visit, filter, offered.plans)} />}
        {lines.length > 0 && <Table caption="Customers" columns={columnsOf(place.base, { currency, zone: desk.timeZone })} rows={lines} />}
        <Pager
          older={
            filter.offset + lines.length < totals.customers && lines.length > 0
              ? addressOf(filter, { offset: filter.offset + PAGE })
              : undefined
          }
          first={filter.offset > 0 ? addressOf(filter, {}) : undefined}
        />
      </Live>
    </Inside>,
  );
}

export const customersRoutes: readonly Route[] = [{ method: 'GET', path: '/a/:account/:mode/customers', access: 'member', run: customers }];
