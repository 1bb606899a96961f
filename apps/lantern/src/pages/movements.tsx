import type { FC } from 'hono/jsx';
import { CountOf, Live } from '../design/bits.tsx';
import { Empty } from '../design/form.tsx';
import { html, Inside } from '../design/layout.tsx';
import { Money } from '../design/money.tsx';
import { isMonth, monthPlus, monthText } from '../design/months.ts';
import { movementColumns } from '../design/movement.tsx';
import { Choices, Pager, Table } from '../design/table.tsx';
import { accountFigures } from '../figures/account.ts';
import { KINDS } from '../figures/months.ts';
import { isKind, KIND_TEXT, movementLines } from '../figures/movements.ts';
import type { Kind, Month } from '../ledger/index.ts';
import type { AccountVisit, Route } from '../web/visit.ts';
import { problem } from './problem.tsx';

/** Start, what moved, end: every line opens its movements, and the lines add up. */
export const RollForward: FC<{ month: Month; currency: string; base: string }> = ({ month, currency, base }) => (
  <dl class="roll" data-month={month.month}>
    <div>
      <dt>MRR at the start</dt>
      <dd>
        <Money minor={month.start} currency={currency} />
      </dd>
    </div>
    {KINDS.map((kind) => (
      <div>
        <dt>
          <span class={`swatch ${kind}`} aria-hidden="true"></span>
          <a href={`${base}/movements/${month.month}?kind=${kind}`}>{KIND_TEXT[kind]}</a>
        </dt>
        <dd data-kind={kind}>
          <Money minor={month[kind]} currency={currency} signed />
        </dd>
      </div>
    ))}
    {month.fx !== 0 && (
      <div>
        <dt>
          <span class="swatch fx" aria-hidden="true"></span>Exchange rates
        </dt>
        <dd data-kind="fx">
          <Money minor={month.fx} currency={currency} signed />
        </dd>
      </div>
    )}
    <div class="sum">
      <dt>MRR at the end</dt>
      <dd>
        <Money minor={month.end} currency={currency} />
      </dd>
    </div>
  </dl>
);

const PAGE = 100;

async function movements(visit: AccountVisit): Promise<Response> {
  const { lantern, place, params, url } = visit;
  const { month: asked } = params;
  const figures = await accountFigures(lantern, place);
  const month = figures.months.find((one) => one.month === asked);
  if (!isMonth(asked) || month === undefined)
    return problem(visit, {
      status: 404,
      title: 'There is nothing of that month',
      text: 'Months are written like 2026-03, from the first subscription on.',
    });
  const asKind = url.searchParams.get('kind');
  const kind: Kind | undefined = isKind(asKind) ? asKind : undefined;
  const [day, customer] = [url.searchParams.get('day'), url.searchParams.get('customer')];
  const lines = await movementLines(lantern.kit.database, place, {
    ...{ month: asked, limit: PAGE },
    ...(kind !== undefined && { kind }),
    ...(day !== null && customer !== null && { after: { day, customer } }),
  });
  const { base } = place;
  const here = `${base}/movements/${asked}`;
  const withKind = kind === undefined ? here : `${here}?kind=${kind}`;
  const last = lines.at(-1);
  const older =
    lines.length < PAGE || last === undefined
      ? undefined
      : `${withKind}${kind === undefined ? '?' : '&'}day=${last.day}&customer=${last.customer}`;
  const { currency } = figures.desk;
  return html(
    <Inside visit={visit} title={`Movements, ${monthText(asked)}`} at="/mrr">
      <p class="row">
        {figures.months.some((one) => one.month === monthPlus(asked, -1)) && (
          <a href={`${base}/movements/${monthPlus(asked, -1)}`}>{monthText(monthPlus(asked, -1))}</a>
        )}
        {figures.months.some((one) => one.month === monthPlus(asked)) && (
          <a href={`${base}/movements/${monthPlus(asked)}`}>{monthText(monthPlus(asked))}</a>
        )}
        <a href={`${base}/mrr`}>All months</a>
      </p>
      <Live name="movements">
        <RollForward month={month} currency={currency} base={base} />
        <Choices
          label="Kind of movement"
          choices={[
            { label: 'All', href: here, current: kind === undefined },
            ...KINDS.map((one) => ({ label: KIND_TEXT[one], href: `${here}?kind=${one}`, current: one === kind })),
          ]}
        />
        {lines.length === 0 ? (
          <Empty title="No such movement in this month" />
        ) : (
          <>
            {kind !== undefined && (
              <p class="headline" data-total={month[kind]}>
                <Money minor={month[kind]} currency={currency} signed /> <span class="quiet">of {KIND_TEXT[kind].toLowerCase()}</span>
              </p>
            )}
            <Table caption="Movements" columns={movementColumns(base, currency)} rows={lines} />
            <p class="quiet below">
              <CountOf n={lines.length} one="movement" many="movements" /> on this page, one per customer and day
            </p>
          </>
        )}
        <Pager older={older} first={day === null ? undefined : withKind} />
      </Live>
    </Inside>,
  );
}

export const movementsRoutes: readonly Route[] = [
  { method: 'GET', path: '/a/:account/:mode/movements/:month', access: 'member', run: movements },
];
