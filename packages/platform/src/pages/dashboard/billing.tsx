import { type Context, Hono } from 'hono';
import { NOBODY, StripeError, SYSTEM } from '../../engine/index.ts';
import type { Platform } from '../../platform.ts';
import {
  AFTER_RETRIES,
  type BillingSettings,
  billingSettings,
  changeSettings,
  EARLIEST_TOLD,
  LONGEST_WAIT,
  MOST_RETRIES,
} from '../../resources/billing-settings.ts';
import { Csrf } from '../layout.tsx';
import type { DashboardEnv } from '../place.ts';
import { shellPage } from '../shell.tsx';
import { field } from '../visit.ts';

const PATH = '/settings/billing';

const WORDS: Readonly<Record<BillingSettings['after_retries'], string>> = {
  cancel: 'Cancel the subscription',
  unpaid: 'Mark the subscription as unpaid',
  past_due: 'Leave the subscription past due',
};

/** What is wrong, in the words of the form and not of the control API, by its parameter. */
const WRONG: Readonly<Record<string, string>> = {
  retry_days: `Retries are up to ${MOST_RETRIES} whole numbers of days from 1 to ${LONGEST_WAIT}, with commas between them: 1, 3, 5, 7.`,
  upcoming_days: `Upcoming renewals are told a whole number of days before, from 0 (never) to ${EARLIEST_TOLD}.`,
};

interface Typed {
  readonly retries: string;
  readonly after: string;
  readonly upcoming: string;
}

const typedOf = (settings: BillingSettings): Typed => ({
  retries: settings.retry_days.join(', '),
  after: settings.after_retries,
  upcoming: String(settings.upcoming_days),
});

function show(platform: Platform, c: Context<DashboardEnv>, typed: Typed, error?: string): Response | Promise<Response> {
  const { base } = c.get('place');
  if (error !== undefined) c.status(400);
  return shellPage(platform, c, {
    title: 'Billing',
    current: PATH,
    lead: 'How subscriptions of this account are collected. Stripe has these settings in its dashboard alone; here the control API has them too.',
    children: (
      <form method="post" action={`${base}${PATH}`} class="panel stack">
        <Csrf token={c.get('visitor').csrf} />
        {error !== undefined && (
          <p class="notice bad" role="alert">
            {error}
          </p>
        )}
        {c.req.query('saved') !== undefined && error === undefined && (
          <p class="notice good" role="status">
            Saved. It holds for payments that fail, and periods that begin, from now on.
          </p>
        )}
        <label>
          Retries <span class="quiet">days between the tries after a failed payment, up to eight; empty for none</span>
          <input name="retries" value={typed.retries} placeholder="1, 3, 5, 7" />
        </label>
        <label>
          When the last try has failed
          <select name="after">
            {AFTER_RETRIES.map((behavior) => (
              <option value={behavior} selected={behavior === typed.after}>
                {WORDS[behavior]}
              </option>
            ))}
          </select>
        </label>
        <label>
          Upcoming renewals <span class="quiet">days before a renewal that invoice.upcoming is told; 0 for never</span>
          <input name="upcoming" type="number" min={0} max={EARLIEST_TOLD} required value={typed.upcoming} />
        </label>
        <button type="submit" class="primary">
          Save
        </button>
      </form>
    ),
  });
}

function save(platform: Platform, c: Context<DashboardEnv>): Response | Promise<Response> {
  const { world, base } = c.get('place');
  const typed = { retries: field(c, 'retries'), after: field(c, 'after'), upcoming: field(c, 'upcoming') };
  const draft = platform.engine.draft(SYSTEM, platform.clock.now(), NOBODY);
  const days = typed.retries.split(/[\s,]+/).filter((text) => text !== '');
  try {
    const after_retries = typed.after as BillingSettings['after_retries'];
    changeSettings(draft, world.account, { retry_days: days.map(Number), after_retries, upcoming_days: Number(typed.upcoming) });
  } catch (error) {
    if (error instanceof StripeError) return show(platform, c, typed, WRONG[error.refusal.param ?? ''] ?? error.message);
    throw error;
  }
  platform.commit(draft);
  return c.redirect(`${base}${PATH}?saved=1`, 303);
}

/** Retries, what follows them, and when renewals are told of. */
export function billingSettingsRoutes(platform: Platform): Hono<DashboardEnv> {
  const app = new Hono<DashboardEnv>();
  app.get(PATH, (c) => {
    const draft = platform.engine.draft(c.get('place').world, platform.clock.now(), NOBODY);
    return show(platform, c, typedOf(billingSettings(draft)));
  });
  app.post(PATH, (c) => save(platform, c));
  return app;
}
