import type { FC } from 'hono/jsx';
import { Csrf } from '../design/form.tsx';
import { changeDesk, type Desk, deskOf, fromPlain, markAllStale, type PlainRules, presetWith, toPlain } from '../figures/desk.ts';
import { PRESETS, presetOf, type Rules } from '../ledger/index.ts';
import { note } from '../web/noted.ts';
import { type AccountVisit, field, type Route, redirect } from '../web/visit.ts';

const Presets: FC<{ visit: AccountVisit; desk: Desk }> = ({ visit, desk }) => (
  <form method="post" action={`${visit.place.base}/settings/rules`} class="presets">
    <Csrf visit={visit} />
    {PRESETS.map(({ id, name, sentence }) => (
      <button type="submit" name="preset" value={id} aria-pressed={id === desk.preset?.id ? 'true' : 'false'}>
        <strong>{name}</strong>
        <span class="quiet">{sentence}</span>
      </button>
    ))}
  </form>
);

interface Option {
  readonly value: string;
  readonly label: string;
}

const Choice: FC<{ name: string; label: string; current: string; options: readonly Option[]; hint?: string }> = ({
  name,
  label,
  current,
  options,
  hint,
}) => (
  <p class="field">
    <label for={name}>{label}</label>
    <select id={name} name={name}>
      {options.map(({ value, label: text }) => (
        <option value={value} selected={value === current}>
          {text}
        </option>
      ))}
    </select>
    {hint !== undefined && <span class="hint">{hint}</span>}
  </p>
);

/** Every rule with its choices, as a person would say them. */
const CHOICES: readonly {
  readonly name: Exclude<keyof PlainRules, 'discounts' | 'pastDueDays'>;
  readonly label: string;
  readonly options: readonly Option[];
}[] = [
  {
    ...{ name: 'cancellation', label: 'A cancellation counts' },
    options: [
      { value: 'at_end', label: 'when the subscription ends' },
      { value: 'at_request', label: 'when it is asked for' },
    ],
  },
  {
    ...{ name: 'paused', label: 'A paused subscription' },
    options: [
      { value: 'zero', label: 'counts nothing' },
      { value: 'count', label: 'goes on counting' },
    ],
  },
  {
    ...{ name: 'metered', label: 'What is billed by usage' },
    options: [
      { value: 'none', label: 'counts nothing' },
      { value: 'invoiced', label: 'counts what its last invoice came to' },
    ],
  },
  {
    ...{ name: 'free', label: 'Somebody who comes down to nothing' },
    options: [
      { value: 'churn', label: 'is gone (churn)' },
      { value: 'contraction', label: 'has come down (contraction)' },
    ],
  },
  {
    ...{ name: 'sameMonth', label: 'Somebody new and gone within one month' },
    options: [
      { value: 'show', label: 'is in both columns' },
      { value: 'hide', label: 'is in none' },
    ],
  },
  {
    ...{ name: 'churnRate', label: 'Customer churn is a share of' },
    options: [
      { value: 'of_start', label: 'the customers there when the month began' },
      { value: 'of_start_and_new', label: 'those there 30 days before its end, and the new ones since' },
    ],
  },
];

const DISCOUNTS = [
  { value: 'forever', label: 'that last for ever' },
  { value: 'repeating', label: 'that last for some months' },
  { value: 'once', label: 'that are given once' },
] as const;

const Own: FC<{ visit: AccountVisit; rules: Rules }> = ({ visit, rules }) => {
  const plain = toPlain(rules);
  return (
    <form method="post" action={`${visit.place.base}/settings/rules`} class="card">
      <Csrf visit={visit} />
      <fieldset>
        <legend>Discounts that are subtracted</legend>
        {DISCOUNTS.map(({ value, label }) => (
          <p class="choice">
            <label>
              <input type="checkbox" name="discounts" value={value} checked={plain.discounts.includes(value)} /> {label}
            </label>
          </p>
        ))}
      </fieldset>
      <p class="field">
        <label for="pastDueDays">Days after which a past-due subscription no longer counts</label>
        <input id="pastDueDays" name="pastDueDays" type="number" min="0" max="365" value={String(plain.pastDueDays ?? 0)} />
        <span class="hint">0: only when Stripe moves it.</span>
      </p>
      {CHOICES.map(({ name, label, options }) => (
        <Choice name={name} label={label} current={plain[name]} options={options} />
      ))}
      <p>
        <button type="submit" class="primary">
          Count like this
        </button>
      </p>
    </form>
  );
};

export const RulesSection: FC<{ visit: AccountVisit; desk: Desk }> = ({ visit, desk }) => (
  <section aria-labelledby="rules">
    <h2 id="rules">Rules</h2>
    <p class="quiet">
      How MRR is counted. Everything is derived, so a change takes effect at once, for the past too. Now:{' '}
      <strong data-rules={desk.preset?.id ?? 'own'}>{desk.preset?.name ?? 'your own'}</strong>.
    </p>
    {visit.role === 'owner' && (
      <>
        <Presets visit={visit} desk={desk} />
        <details>
          <summary>Every rule by itself</summary>
          <Own visit={visit} rules={desk.rules} />
        </details>
      </>
    )}
  </section>
);

/** The rules that a form asks for: a preset, or each by itself. */
function askedRules(visit: AccountVisit): Rules {
  const preset = presetOf(field(visit, 'preset'));
  if (preset !== undefined) return preset.rules;
  const given = Object.fromEntries(CHOICES.map(({ name }) => [name, field(visit, name)]));
  const days = Math.floor(Number(field(visit, 'pastDueDays')) || 0);
  return fromPlain({
    ...given,
    discounts: visit.form.getAll('discounts'),
    pastDueDays: days > 0 && days <= 365 ? days : null,
  } as Partial<PlainRules>);
}

/** How long a page waits for the books to be made again before it is shown with a notice. */
const PATIENCE_MS = 2_000;

/** Changes how the account is counted, and waits a moment for the figures to follow. */
export async function recount(
  visit: AccountVisit,
  change: Partial<{ rules: Rules; currency: string | null; timeZone: string | null }>,
): Promise<void> {
  const { lantern, place } = visit;
  await lantern.kit.database.transaction(async (tx) => {
    const [stored] = await tx.query<{ currency: string | null; time_zone: string | null }>(
      'select currency, time_zone from lantern.desks where account = $1 and livemode = $2',
      [place.account, place.livemode],
    );
    const { rules } = await deskOf(tx, place);
    const next = { rules, currency: stored?.currency ?? null, timeZone: stored?.time_zone ?? null, ...change };
    await changeDesk(tx, place, next);
    // Rules are another look at books that are kept; days, currencies and rates are in every row of them.
    if (change.rules === undefined) await markAllStale(tx, place);
    await note(tx, visit, 'counting_changed', {
      rules: presetWith(next.rules)?.name ?? 'own',
      currency: next.currency,
      time_zone: next.timeZone,
    });
  });
  await Promise.race([lantern.books.catchUp(place), new Promise((done) => setTimeout(done, PATIENCE_MS))]);
}

async function setRules(visit: AccountVisit): Promise<Response> {
  await recount(visit, { rules: askedRules(visit) });
  return redirect(`${visit.place.base}/settings`);
}

export const rulesRoutes: readonly Route[] = [{ method: 'POST', path: '/a/:account/:mode/settings/rules', access: 'owner', run: setRules }];
