import { Empty } from '../design/form.tsx';
import { html, Inside } from '../design/layout.tsx';
import { Money } from '../design/money.tsx';
import { monthText } from '../design/months.ts';
import { Choices, type Column, Table } from '../design/table.tsx';
import { ledgerCurrencies, readObservations } from '../figures/history.ts';
import { calendarOf, differencesOf, type Part, PRESETS, presetOf, type Rules } from '../ledger/index.ts';
import type { AccountVisit, Route } from '../web/visit.ts';
import { customerNames } from './mrr.tsx';

/** What a rule decides, as a person would say it. */
const RULES: Readonly<Record<keyof Rules, string>> = {
  discounts: 'Which discounts are subtracted',
  pastDueDays: 'How long a past-due subscription counts',
  cancellation: 'Whether an end counts when it is asked for or when it comes',
  paused: 'Whether paused subscriptions count',
  free: 'Whether a customer who pays nothing any more is gone',
  sameMonth: 'Whether customers that came and went within a month are shown',
};

async function why(visit: AccountVisit): Promise<Response> {
  const { lantern, place, url } = visit;
  const database = lantern.kit.database;
  const [from, to] = [
    presetOf(url.searchParams.get('from') ?? '') ?? PRESETS[0]!,
    presetOf(url.searchParams.get('to') ?? '') ?? PRESETS[1]!,
  ];
  const currencies = await ledgerCurrencies(database, place);
  const currency = currencies.find((one) => one === url.searchParams.get('currency')) ?? currencies[0] ?? place.currency;
  const calendar = calendarOf(place.timeZone);
  const through = calendar.day(Math.floor(lantern.now() / 1000)).slice(0, 7);
  const observations = (await readObservations(database, place)).filter((seen) => seen.currency === currency);
  const difference = differencesOf(observations, { from: from.rules, to: to.rules }, { calendar, through });
  const names = await customerNames(visit);
  const columns: Column<Part['customers'][number]>[] = [
    {
      head: 'Customer',
      names: true,
      cell: ({ customer }) => (
        <a href={`${place.base}/customers/${customer}?rules=${to.id}&currency=${currency}`}>{names.get(customer) ?? customer}</a>
      ),
    },
    { head: 'Difference', number: true, cell: ({ amount }) => <Money minor={amount} currency={currency} signed={true} /> },
  ];
  const choose = (side: 'from' | 'to', current: string) =>
    PRESETS.map(({ id, name }) => ({
      label: name,
      href: `?from=${side === 'from' ? id : from.id}&to=${side === 'to' ? id : to.id}&currency=${currency}`,
      current: id === current,
    }));
  return html(
    <Inside visit={visit} title="Why do they differ?" at="/mrr" live={false}>
      <p class="lead-in">
        Two sets of rules over the same subscriptions, and the difference in MRR at the end of {monthText(through)}, part by part, to the
        cent.
      </p>
      <Choices label="From" choices={choose('from', from.id)} />
      <Choices label="To" choices={choose('to', to.id)} />
      <p class="headline">
        {from.name} <Money minor={difference.from} currency={currency} />, {to.name} <Money minor={difference.to} currency={currency} />
      </p>
      {difference.parts.length === 0 ? (
        <Empty title="They come to the same">
          <p>No subscription of this account is treated differently by these two.</p>
        </Empty>
      ) : (
        difference.parts.map((part) => (
          <section>
            <h2>
              {RULES[part.rule]}: <Money minor={part.amount} currency={currency} signed={true} />
            </h2>
            <Table caption={RULES[part.rule]} columns={columns} rows={part.customers} />
          </section>
        ))
      )}
    </Inside>,
  );
}

export const whyRoutes: readonly Route[] = [{ method: 'GET', path: '/a/:account/:mode/why', access: 'member', run: why }];
