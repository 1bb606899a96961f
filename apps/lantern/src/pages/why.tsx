import type { FC } from 'hono/jsx';
import { CountOf } from '../design/bits.tsx';
import { Empty } from '../design/form.tsx';
import { html, Inside } from '../design/layout.tsx';
import { Money } from '../design/money.tsx';
import { isMonth, monthText } from '../design/months.ts';
import { type Column, Table } from '../design/table.tsx';
import { UnknownTax } from '../design/unknown-tax.tsx';
import { accountFigures } from '../figures/account.ts';
import { differenceBetween } from '../figures/why.ts';
import { type Difference, monthOf, type Part, PRESETS, presetOf, type Rules } from '../ledger/index.ts';
import type { AccountVisit, Route } from '../web/visit.ts';

/** What a rule decides, as a person would say it. */
export const RULE_TEXT: Readonly<Record<keyof Rules, string>> = {
  discounts: 'Which discounts are subtracted',
  pastDueDays: 'How long a past-due subscription counts',
  cancellation: 'Whether an end counts when it is asked for or when it comes',
  paused: 'Whether paused subscriptions count',
  metered: 'Whether metered items count',
  free: 'Whether a customer who pays nothing any more is gone',
  churnRate: 'Of whom the customers who left are a share',
  sameMonth: 'Whether customers that came and went within a month are shown',
};

/** The parts as a stair from one figure to the other: it ends where the other stands, to the cent. */
const Stair: FC<{ difference: Difference; names: readonly [string, string]; currency: string }> = ({ difference, names, currency }) => (
  <dl class="roll" data-difference={difference.to - difference.from}>
    <div>
      <dt>{names[0]}</dt>
      <dd>
        <Money minor={difference.from} currency={currency} />
      </dd>
    </div>
    {difference.parts.map(({ rule, amount }) => (
      <div>
        <dt>
          <a href={`#part-${rule}`}>{RULE_TEXT[rule]}</a>
        </dt>
        <dd data-part={amount}>
          <Money minor={amount} currency={currency} signed />
        </dd>
      </div>
    ))}
    <div class="sum">
      <dt>{names[1]}</dt>
      <dd>
        <Money minor={difference.to} currency={currency} />
      </dd>
    </div>
  </dl>
);

const PartOf: FC<{ part: Part; columns: readonly Column<Part['customers'][number]>[]; currency: string }> = ({
  part,
  columns,
  currency,
}) => (
  <section aria-labelledby={`part-${part.rule}`}>
    <h2 id={`part-${part.rule}`}>
      {RULE_TEXT[part.rule]}: <Money minor={part.amount} currency={currency} signed />
    </h2>
    <details open={part.customers.length <= 10}>
      <summary>
        <CountOf n={part.customers.length} one="customer" many="customers" />
      </summary>
      <Table caption={RULE_TEXT[part.rule]} columns={columns} rows={part.customers} />
    </details>
    {part.rounding !== 0 && (
      <p class="quiet below">
        And <Money minor={part.rounding} currency={currency} signed /> from rounding: above, all of them are converted together; here, each
        customer by itself.
      </p>
    )}
  </section>
);

const Side: FC<{ name: string; label: string; current: string; choices: readonly { id: string; name: string }[] }> = ({
  name,
  label,
  current,
  choices,
}) => (
  <p class="field">
    <label for={name}>{label}</label>
    <select id={name} name={name}>
      {choices.map((one) => (
        <option value={one.id} selected={one.id === current}>
          {one.name}
        </option>
      ))}
    </select>
  </p>
);

async function why(visit: AccountVisit): Promise<Response> {
  const { lantern, place, url } = visit;
  const figures = await accountFigures(lantern, place);
  const { desk, today, months } = figures;
  const yours = {
    id: 'yours',
    name: `Yours (${desk.preset?.name ?? 'your own'})`,
    rules: desk.rules,
    bit: desk.shown,
    sentence: 'As this account is counted.',
  };
  const sides = [yours, ...PRESETS];
  const pick = (name: string, otherwise: string) => {
    const asked = url.searchParams.get(name) ?? otherwise;
    return sides.find(({ id }) => id === asked) ?? presetOf(otherwise) ?? yours;
  };
  const [from, to] = [pick('from', 'yours'), pick('to', 'stripe')];
  const asked = url.searchParams.get('month') ?? undefined;
  const through = isMonth(asked) && asked <= monthOf(today) ? asked : monthOf(today);
  const difference = await differenceBetween(lantern, place, { figures, compared: { from, to, through } });
  const names = await customerNames(visit, difference);
  const columns: Column<Part['customers'][number]>[] = [
    {
      head: 'Customer',
      names: true,
      cell: ({ customer }) => <a href={`${place.base}/customers/${customer}`}>{names.get(customer) ?? customer}</a>,
    },
    { head: 'Difference', number: true, cell: ({ amount }) => <Money minor={amount} currency={desk.currency} signed /> },
  ];
  return html(
    <Inside visit={visit} title="Why do they differ?" at="/mrr" live={false}>
      <p class="lead-in">
        Two sets of rules over the same subscriptions, and the difference in MRR at the end of {monthText(through)}: part by part, to the
        cent, each with its customers.
      </p>
      <form method="get" class="card sides">
        <Side name="from" label="From" current={from.id} choices={sides} />
        <Side name="to" label="To" current={to.id} choices={sides} />
        <Side
          name="month"
          label="At the end of"
          current={through}
          choices={[...new Set([through, ...months.map(({ month }) => month)])]
            .sort()
            .reverse()
            .map((month) => ({ id: month, name: monthText(month) }))}
        />
        <button type="submit" class="primary">
          Compare
        </button>
      </form>
      <p class="quiet">
        {from.name}: {from.sentence} {to.name}: {to.sentence}
      </p>
      <UnknownTax customers={figures.now.taxUnknown} base={place.base} />
      <Stair difference={difference} names={[from.name, to.name]} currency={desk.currency} />
      {difference.parts.length === 0 ? (
        <Empty title="They come to the same">
          <p>No subscription of this account is treated differently by these two.</p>
        </Empty>
      ) : (
        difference.parts.map((part) => <PartOf part={part} columns={columns} currency={desk.currency} />)
      )}
    </Inside>,
  );
}

async function customerNames({ lantern, place }: AccountVisit, { parts }: Difference): Promise<ReadonlyMap<string, string>> {
  const ids = parts.flatMap(({ customers }) => customers.map(({ customer }) => customer));
  const rows = await lantern.kit.query<{ id: string; name: string | null }>(
    `select id, coalesce(nullif(data->>'name', ''), data->>'email') as name from mirror.customers
     where account = $1 and livemode = $2 and id = any($3::text[])`,
    [place.account, place.livemode, ids],
  );
  return new Map(rows.flatMap(({ id, name }) => (name === null ? [] : [[id, name] as const])));
}

export const whyRoutes: readonly Route[] = [{ method: 'GET', path: '/a/:account/:mode/why', access: 'member', run: why }];
