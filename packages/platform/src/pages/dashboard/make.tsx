import { type Context, Hono } from 'hono';
import type { FC } from 'hono/jsx';
import type { LogEntry } from '../../http/log.ts';
import type { Platform } from '../../platform.ts';
import { Csrf } from '../layout.tsx';
import type { DashboardEnv } from '../place.ts';
import { Kitchen, RECIPES, type Recipe, type RecipeField, Spoiled } from '../recipes.ts';
import { shellPage } from '../shell.tsx';
import { Ref, type Seen } from '../values.tsx';
import { field } from '../visit.ts';

const Control: FC<{ field: RecipeField; id: string }> = ({ field: { name, value, options }, id }) =>
  options === undefined ? (
    <input
      id={id}
      name={name}
      value={value ?? ''}
      {...(name === 'amount' && { inputmode: 'decimal' as const, pattern: '[0-9]+([.,][0-9]+)?', size: 8, required: true })}
    />
  ) : (
    <select id={id} name={name}>
      {options.map(([option, text]) => (
        <option value={option}>{text}</option>
      ))}
    </select>
  );

const RecipeForm: FC<{ recipe: Recipe; base: string; csrf: string; isFirst: boolean }> = ({ recipe, base, csrf, isFirst }) => (
  <section class="panel" aria-labelledby={`recipe-${recipe.name}`}>
    <h2 id={`recipe-${recipe.name}`}>{recipe.label}</h2>
    <p class="quiet">{recipe.sentence}</p>
    <form method="post" action={`${base}/make`} class="line">
      <Csrf token={csrf} />
      {recipe.fields.map((field) => (
        <label for={`${recipe.name}-${field.name}`}>
          {field.label}
          <Control field={field} id={`${recipe.name}-${field.name}`} />
        </label>
      ))}
      <button type="submit" name="recipe" value={recipe.name} class={isFirst ? 'primary' : undefined}>
        Make it happen
        <span class="sr">: {recipe.label}</span>
      </button>
    </form>
  </section>
);

/** The requests of the last recipe, from the log. */
const Done: FC<{ seen: Seen; requests: readonly LogEntry[]; refusal: string | undefined }> = ({ seen, requests, refusal }) => {
  if (requests.length === 0 && refusal === undefined) return null;
  return (
    <section class={`notice ${refusal === undefined ? 'good' : 'bad'}`} role="status">
      <p>
        <strong>{refusal === undefined ? 'It has happened.' : refusal}</strong> {requests.length}{' '}
        {requests.length === 1 ? 'request' : 'requests'}:
      </p>
      <ul class="plain">
        {requests.map((entry) => {
          const made = /"id":\s*"([a-z]+_\w+)"/.exec(entry.answer)?.[1];
          return (
            <li>
              <a href={`${seen.base}/logs/${entry.id}`}>
                <code>
                  {entry.method} {entry.path}
                </code>
              </a>{' '}
              {entry.status}
              {made !== undefined && entry.status < 400 && (
                <>
                  {' '}
                  · <Ref seen={seen} id={made} />
                </>
              )}
              <span class="quiet">
                {' '}
                · {entry.events.length} {entry.events.length === 1 ? 'event' : 'events'}
              </span>
            </li>
          );
        })}
      </ul>
    </section>
  );
};

function show(platform: Platform, c: Context<DashboardEnv>): Response | Promise<Response> {
  const { world, base } = c.get('place');
  const ids = new Set((c.req.query('did') ?? '').split(',').filter((id) => id !== ''));
  const requests = platform.log
    .entries()
    .filter((entry) => ids.has(entry.id) && entry.account === world.account)
    .reverse();
  const refusal = c.req.query('refusal');
  return shellPage(platform, c, {
    title: 'Make something happen',
    current: '/make',
    lead: 'Each button sends real API requests with the key of this account. Events and webhooks follow as they would from anywhere else.',
    children: (
      <>
        <Done seen={{ platform, world, base }} requests={requests} refusal={refusal} />
        {RECIPES.slice(0, 1).map((recipe) => (
          <RecipeForm recipe={recipe} base={base} csrf={c.get('visitor').csrf} isFirst />
        ))}
        <div class="columns">
          {RECIPES.slice(1).map((recipe) => (
            <RecipeForm recipe={recipe} base={base} csrf={c.get('visitor').csrf} isFirst={false} />
          ))}
        </div>
      </>
    ),
  });
}

function make(platform: Platform, c: Context<DashboardEnv>): Response | Promise<Response> {
  const { world, base } = c.get('place');
  const recipe = RECIPES.find((candidate) => candidate.name === field(c, 'recipe'));
  if (recipe === undefined) return show(platform, c);
  const kitchen = new Kitchen(platform, world);
  const result = new URLSearchParams();
  try {
    recipe.run(kitchen, Object.fromEntries(recipe.fields.map(({ name }) => [name, field(c, name)])));
  } catch (error) {
    if (!(error instanceof Spoiled)) throw error;
    result.set('refusal', error.message);
  }
  result.set('did', kitchen.requests.join(','));
  return c.redirect(`${base}/make?${result}`, 303);
}

export function makeRoutes(platform: Platform): Hono<DashboardEnv> {
  const app = new Hono<DashboardEnv>();
  app.get('/make', (c) => show(platform, c));
  app.post('/make', (c) => make(platform, c));
  return app;
}
