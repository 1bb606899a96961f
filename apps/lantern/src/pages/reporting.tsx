import { ratio } from '@annex/money';
import type { FC } from 'hono/jsx';
import { Csrf, Field } from '../design/form.tsx';
import type { Desk } from '../figures/desk.ts';
import { type AccountVisit, field, type Route, redirect } from '../web/visit.ts';
import { problem } from './problem.tsx';
import { recount } from './rules.tsx';

const ZONES: readonly string[] = ['UTC', ...Intl.supportedValuesOf('timeZone').filter((zone) => zone !== 'UTC')];
const CURRENCIES: ReadonlySet<string> = new Set(Intl.supportedValuesOf('currency').map((code) => code.toLowerCase()));

export interface SetRate {
  readonly currency: string;
  readonly day: string;
  readonly rate: string;
}

export const ReportingSection: FC<{ visit: AccountVisit; desk: Desk; currencies: readonly string[] }> = ({ visit, desk, currencies }) => (
  <section aria-labelledby="reporting">
    <h2 id="reporting">Days and currency</h2>
    <form method="post" action={`${visit.place.base}/settings/reporting`} class="card">
      <Csrf visit={visit} />
      <p class="field">
        <label for="zone">Days begin at midnight in</label>
        <select id="zone" name="zone">
          <option value="">{visit.place.timeZone} (as set at Stripe)</option>
          {ZONES.map((zone) => (
            <option value={zone} selected={zone === desk.timeZone && zone !== visit.place.timeZone}>
              {zone}
            </option>
          ))}
        </select>
      </p>
      <p class="field">
        <label for="reported-in">Everything is reported in</label>
        <select id="reported-in" name="currency">
          <option value="">{visit.place.currency.toUpperCase()} (the account’s own)</option>
          {currencies
            .filter((one) => one !== visit.place.currency)
            .map((one) => (
              <option value={one} selected={one === desk.currency}>
                {one.toUpperCase()}
              </option>
            ))}
        </select>
      </p>
      <p>
        <button type="submit" class="primary">
          Report like this
        </button>
      </p>
    </form>
  </section>
);

export const RatesSection: FC<{ visit: AccountVisit; desk: Desk; rates: readonly SetRate[] }> = ({ visit, desk, rates }) => (
  <section aria-labelledby="rates">
    <h2 id="rates">Exchange rates</h2>
    <p class="quiet">
      Other currencies are converted at the rates at which Stripe converted your own payments, and at those that you set here. A day is
      counted at the last rate known before it.
    </p>
    {rates.length > 0 && (
      <ul class="plain">
        {rates.map(({ currency, day, rate }) => (
          <li class="row">
            <span>
              from {day}: 1 {currency.toUpperCase()} = {rate} {desk.currency.toUpperCase()}
            </span>
            <form method="post" action={`${visit.place.base}/settings/rates`} class="small">
              <Csrf visit={visit} />
              <input type="hidden" name="remove" value={`${currency} ${day}`} />
              <button type="submit">
                Remove
                <span class="hidden">
                  {' '}
                  the rate of {currency} from {day}
                </span>
              </button>
            </form>
          </li>
        ))}
      </ul>
    )}
    <details open={rates.length === 0}>
      <summary>Set a rate</summary>
      <form method="post" action={`${visit.place.base}/settings/rates`} class="card">
        <Csrf visit={visit} />
        <Field label="One unit of this currency" name="currency" hint="Three letters, for example gbp" />
        <Field label={`is worth so many ${desk.currency.toUpperCase()}`} name="rate" hint="For example 1.17" />
        <Field label="from this day on" name="day" hint="For example 2026-01-01" />
        <p>
          <button type="submit">Set the rate</button>
        </p>
      </form>
    </details>
  </section>
);

async function setReporting(visit: AccountVisit): Promise<Response> {
  const [zone, currency] = [field(visit, 'zone'), field(visit, 'currency').toLowerCase()];
  if ((zone !== '' && !ZONES.includes(zone)) || (currency !== '' && !CURRENCIES.has(currency)))
    return problem(visit, { status: 422, title: 'Nothing was changed', text: 'Choose a time zone and a currency of the lists.' });
  await recount(visit, { timeZone: zone === '' ? null : zone, currency: currency === '' ? null : currency });
  return redirect(`${visit.place.base}/settings`);
}

/** Why this is no rate, in a sentence; nothing where it is one. */
function refuseRate({ currency, day, rate }: SetRate, reporting: string): string | undefined {
  if (!CURRENCIES.has(currency)) return `‘${currency}’ is no currency. Write its three letters, for example gbp.`;
  if (currency === reporting) return 'That is the currency everything is reported in.';
  if (!/^\d{4}-\d{2}-\d{2}$/.test(day) || Number.isNaN(Date.parse(day))) return `‘${day}’ is no day. Write it like 2026-01-31.`;
  try {
    return ratio(rate).over > 0n ? undefined : 'A rate must be above 0.';
  } catch {
    return `‘${rate}’ is no number. Write it like 1.17, with up to twelve decimals.`;
  }
}

async function setRates(visit: AccountVisit): Promise<Response> {
  const { lantern, place } = visit;
  const { database } = lantern.kit;
  const key = [place.account, place.livemode];
  const [currencyGone = '', dayGone = ''] = field(visit, 'remove').split(' ');
  if (currencyGone !== '') {
    await database.query('delete from lantern.rates where account = $1 and livemode = $2 and currency = $3 and day = $4', [
      ...key,
      currencyGone,
      dayGone,
    ]);
  } else {
    const given = { currency: field(visit, 'currency').toLowerCase(), day: field(visit, 'day'), rate: field(visit, 'rate') };
    const [desk] = await database.query<{ currency: string | null }>(
      'select currency from lantern.desks where account = $1 and livemode = $2',
      key,
    );
    const refusal = refuseRate(given, desk?.currency ?? place.currency);
    if (refusal !== undefined) return problem(visit, { status: 422, title: 'No rate was set', text: refusal });
    await database.query(
      `insert into lantern.rates (account, livemode, currency, day, rate) values ($1, $2, $3, $4, $5)
       on conflict (account, livemode, currency, day) do update set rate = excluded.rate`,
      [...key, given.currency, given.day, given.rate],
    );
  }
  await recount(visit, {});
  return redirect(`${place.base}/settings#rates`);
}

export const reportingRoutes: readonly Route[] = [
  { method: 'POST', path: '/a/:account/:mode/settings/reporting', access: 'owner', run: setReporting },
  { method: 'POST', path: '/a/:account/:mode/settings/rates', access: 'owner', run: setRates },
];
