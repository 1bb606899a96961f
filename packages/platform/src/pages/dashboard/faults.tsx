import { type Context, Hono } from 'hono';
import type { FC } from 'hono/jsx';
import { StripeError } from '../../engine/index.ts';
import { KINDS } from '../../faults/kinds.ts';
import { readRecipe } from '../../faults/recipe.ts';
import { yaml as yamlLibrary } from '../../faults/yaml.ts';
import type { Platform } from '../../platform.ts';
import { CopyButton, Sentence } from '../bits.tsx';
import { Csrf, FormError } from '../layout.tsx';
import type { DashboardEnv } from '../place.ts';
import { shellPage } from '../shell.tsx';
import { field } from '../visit.ts';
import { InvariantsPanel } from './invariants.tsx';

const SAMPLE = `# Strikes by seeded chance: the same seed, the same order.
seed: 42
rules:
  - fault: duplicate
    share: 0.2
  - fault: reorder
    window: 5
    share: 0.3
  - fault: error
    when: after
    share: 0.03
`;

type State = Platform['faults']['state'];

/** The rules at work as the recipe that would make them again. */
const yamlOf = ({ seed, rules }: State): string =>
  rules.length === 0 ? SAMPLE : yamlLibrary().stringify({ seed, rules: rules.map(({ seen: _seen, hits: _hits, ...rule }) => rule) });

const words = (rule: State['rules'][number]): string =>
  Object.entries(rule)
    .filter(([name]) => !['fault', 'seen', 'hits'].includes(name))
    .map(([name, value]) => `${name} ${String(value)}`)
    .join(', ');

const AtWork: FC<{ state: State }> = ({ state }) => (
  <section class="panel" id="rules" data-live="*">
    {state.rules.length === 0 ? (
      <div class="empty">Nothing goes wrong at present.</div>
    ) : (
      <div class="scroll">
        <table>
          <thead>
            <tr>
              <th scope="col">Fault</th>
              <th scope="col">Where and how</th>
              <th scope="col" class="num">
                Asked
              </th>
              <th scope="col" class="num">
                Struck
              </th>
            </tr>
          </thead>
          <tbody>
            {state.rules.map((rule) => (
              <tr>
                <td>
                  <strong>{rule.fault}</strong>
                </td>
                <td>{words(rule) || 'always, everywhere'}</td>
                <td class="num">{rule.seen.toLocaleString('en')}</td>
                <td class="num">{rule.hits.toLocaleString('en')}</td>
              </tr>
            ))}
          </tbody>
        </table>
      </div>
    )}
  </section>
);

const Kinds: FC = () => (
  <section class="panel">
    <h2>What can go wrong</h2>
    <dl class="facts">
      {Object.entries(KINDS).map(([name, { sentence, params }]) => (
        <>
          <dt>
            <code>{name}</code>
          </dt>
          <dd>
            <Sentence text={sentence} />
            {Object.entries(params).map(([param, { sentence: meaning }]) => (
              <div class="quiet">
                <code>{param}</code>: <Sentence text={meaning} />
              </div>
            ))}
          </dd>
        </>
      ))}
    </dl>
    <p class="quiet">
      Every rule also takes <code>share</code> (0 to 1), <code>count</code>, <code>account</code> and <code>livemode</code>; rules about
      deliveries <code>endpoint</code> and <code>type</code>; rules about requests <code>operation</code> and <code>method</code>.
    </p>
  </section>
);

function show(platform: Platform, c: Context<DashboardEnv>, attempt?: { error: string; yaml: string }): Response | Promise<Response> {
  const { base } = c.get('place');
  const { state } = platform.faults;
  const yaml = attempt?.yaml ?? yamlOf(state);
  return shellPage(platform, c, {
    title: 'Faults',
    current: '/faults',
    lead: 'What networks and servers do on a bad day, on demand and in a fixed order. It counts for the whole platform, for all accounts.',
    ...(attempt !== undefined && { status: 400 as const }),
    children: (
      <>
        <FormError text={attempt?.error} />
        <AtWork state={state} />
        <InvariantsPanel platform={platform} />
        <form method="post" action={`${base}/faults`} class="panel stack">
          <Csrf token={c.get('visitor').csrf} />
          <label>
            Recipe
            <textarea name="yaml" rows={14} spellcheck={false} class="mono">
              {yaml}
            </textarea>
          </label>
          <div class="actions">
            <button type="submit" name="action" value="start" class="primary">
              {state.rules.length === 0 ? 'Start' : 'Start afresh'}
            </button>
            {state.rules.length > 0 && (
              <button type="submit" name="action" value="stop">
                Stop
              </button>
            )}
            <CopyButton text={yaml} label="Copy the recipe" />
          </div>
        </form>
        <Kinds />
      </>
    ),
  });
}

/** P9: faults on demand. */
export function faultRoutes(platform: Platform): Hono<DashboardEnv> {
  const app = new Hono<DashboardEnv>();
  app.get('/faults', (c) => show(platform, c));
  app.post('/faults', (c) => {
    const { base } = c.get('place');
    if (field(c, 'action') === 'stop') platform.faults.clear();
    else {
      const yaml = c.get('form').get('yaml');
      const text = typeof yaml === 'string' ? yaml : '';
      try {
        platform.faults.set(readRecipe({ yaml: text }));
      } catch (error) {
        if (!(error instanceof StripeError)) throw error;
        return show(platform, c, { error: error.message, yaml: text });
      }
    }
    return c.redirect(`${base}/faults`, 303);
  });
  return app;
}
