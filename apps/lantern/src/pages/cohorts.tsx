import { Live } from '../design/bits.tsx';
import { Empty } from '../design/form.tsx';
import { html, Inside } from '../design/layout.tsx';
import { Money } from '../design/money.tsx';
import { moneyText } from '../design/money-text.ts';
import { monthText } from '../design/months.ts';
import { Choices } from '../design/table.tsx';
import { accountFigures } from '../figures/account.ts';
import { type Cohort, cohortsOf, type Movement, monthOf } from '../ledger/index.ts';
import type { AccountVisit, Route } from '../web/visit.ts';

type Measure = 'customers' | 'mrr';

const MEASURES: Readonly<Record<Measure, string>> = { customers: 'Customers', mrr: 'Revenue' };
const WIDEST = 24;

const MOVEMENTS = `select customer, day, kind, after from lantern.movements where account = $1 and livemode = $2 order by day, customer`;

/** Of what there was at the end of the first month, how much is there later. */
const shareOf = (cohort: Cohort, n: number, measure: Measure): number | undefined => {
  const [first, then] = [cohort.remaining[0], cohort.remaining[n]];
  if (then === undefined || first === undefined) return undefined;
  const whole = measure === 'customers' ? cohort.customers : first.mrr;
  return whole === 0 ? undefined : then[measure] / whole;
};

/** One of eleven shades; the number itself stands in the cell. */
const shade = (share: number): string => `heat-${Math.min(10, Math.max(0, Math.round(share * 10)))}`;

const Cell = ({ cohort, n, measure, currency }: { cohort: Cohort; n: number; measure: Measure; currency: string }) => {
  const share = shareOf(cohort, n, measure);
  const then = cohort.remaining[n];
  if (share === undefined || then === undefined) return <td></td>;
  const exact = measure === 'customers' ? `${then.customers} of ${cohort.customers}` : moneyText(then.mrr, currency);
  return (
    <td class={`number ${shade(share)}`} title={exact}>
      {Math.round(share * 100)} %
    </td>
  );
};

async function cohorts(visit: AccountVisit): Promise<Response> {
  const { lantern, place, url } = visit;
  const { desk, today } = await accountFigures(lantern, place);
  const movements = await lantern.kit.query<Movement>(MOVEMENTS, [place.account, place.livemode]);
  const rows = cohortsOf(movements, monthOf(today));
  const measure: Measure = url.searchParams.get('of') === 'mrr' ? 'mrr' : 'customers';
  const widest = Math.min(WIDEST, Math.max(0, ...rows.map(({ remaining }) => remaining.length)));
  return html(
    <Inside visit={visit} title="Cohorts" at="/cohorts">
      <p class="lead-in">
        Customers by the month of their first MRR, and how much of them is there at the end of each later month. Month 0 is the first one’s
        end.
      </p>
      <Choices
        label="Measure"
        choices={(Object.keys(MEASURES) as Measure[]).map((one) => ({
          label: MEASURES[one],
          href: `?of=${one}`,
          current: one === measure,
        }))}
      />
      <Live name="cohorts">
        {rows.length === 0 ? (
          <Empty title="No cohort yet">
            <p>The first paying customer begins one.</p>
          </Empty>
        ) : (
          <section class="scroll" aria-label="Cohorts" tabindex={0}>
            <table class="heat">
              <caption class="hidden">Cohorts by {MEASURES[measure].toLowerCase()}</caption>
              <thead>
                <tr>
                  <th scope="col">First month</th>
                  <th scope="col" class="number">
                    {measure === 'customers' ? 'Customers' : 'MRR'}
                  </th>
                  {Array.from({ length: widest }, (_, n) => (
                    <th scope="col" class="number">
                      {n}
                    </th>
                  ))}
                </tr>
              </thead>
              <tbody>
                {[...rows].reverse().map((cohort) => (
                  <tr>
                    <th scope="row">
                      <a href={`${place.base}/movements/${cohort.month}?kind=new`}>{monthText(cohort.month)}</a>
                    </th>
                    <td class="number">
                      {measure === 'customers' ? (
                        cohort.customers
                      ) : (
                        <Money minor={cohort.remaining[0]?.mrr ?? 0} currency={desk.currency} />
                      )}
                    </td>
                    {Array.from({ length: widest }, (_, n) => (
                      <Cell cohort={cohort} n={n} measure={measure} currency={desk.currency} />
                    ))}
                  </tr>
                ))}
              </tbody>
            </table>
          </section>
        )}
      </Live>
    </Inside>,
  );
}

export const cohortsRoutes: readonly Route[] = [{ method: 'GET', path: '/a/:account/:mode/cohorts', access: 'member', run: cohorts }];
