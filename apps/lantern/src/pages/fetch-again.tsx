import { type FetchedAgain, isRefusal, type Refusal, type RefusalKind } from '@annex/kit';
import type { FC } from 'hono/jsx';
import { Differences } from '../design/differences.tsx';
import { Notice } from '../design/form.tsx';
import { durationText, objectText } from '../design/format.ts';
import { isReadObject, objectEvents, storedObject } from '../figures/objects.ts';
import { note } from '../web/noted.ts';
import { type AccountVisit, type Route, redirect } from '../web/visit.ts';
import { objectPage } from './objects.tsx';

/** What a fetch found, as a sentence. */
const FOUND: Readonly<Record<FetchedAgain['outcome'], { readonly kind: 'good' | 'warn'; readonly text: string }>> = {
  same: { kind: 'good', text: 'Fetched just now: nothing had changed.' },
  changed: { kind: 'warn', text: 'Fetched just now: it was different here, and is now as Stripe has it.' },
  found: { kind: 'warn', text: 'Fetched just now: it was missing here, and is now as Stripe has it.' },
  gone: { kind: 'warn', text: 'Stripe does not have it any more. It is marked as deleted here, too.' },
  unknown: { kind: 'warn', text: 'Stripe does not have it, and neither does the mirror.' },
  overtaken: { kind: 'warn', text: 'It is changing right now: news of it kept coming in, and is what you see. Try again in a moment.' },
};

const Found: FC<{ found: FetchedAgain }> = ({ found: { outcome, fields } }) => (
  <Notice kind={FOUND[outcome].kind}>
    <span data-fetched={outcome}>{FOUND[outcome].text}</span>
    {fields.length > 0 && <Differences fields={fields} />}
  </Notice>
);

const AGAIN = { status: 503, text: 'Stripe did not answer as it should. Try again in a moment.' };

/** Why Stripe did not give it, and what to do. */
const REFUSED: Readonly<Record<RefusalKind, { readonly status: number; readonly text: string }>> = {
  rate: { status: 429, text: 'Too many requests are being made for this account now.' },
  lock: { status: 503, text: 'Something else is changing it at Stripe right now. Try again in a moment.' },
  forbidden: {
    status: 502,
    text: 'Stripe does not let Lantern read it. An owner of the Stripe account can see under its connected apps what Lantern may read.',
  },
  revoked: { status: 502, text: 'Stripe says that Lantern may no longer act for this account. An owner can connect it again.' },
  key: { status: 502, text: 'Stripe does not accept Lantern’s own key. Whoever runs Lantern has to check it.' },
  missing: AGAIN,
  request: { status: 502, text: 'Stripe did not accept the question. Whoever runs Lantern finds it in the log.' },
  server: AGAIN,
  network: AGAIN,
};

/** Told by the answer, or by the pace that Lantern keeps to by itself. */
const waitText = ({ facts }: Refusal): string =>
  facts.kind !== 'rate'
    ? ''
    : facts.retryAfterMs === undefined
      ? ' Try again in a moment.'
      : ` Try again in ${durationText(Math.max(1_000, facts.retryAfterMs))}.`;

const Refused: FC<{ refusal: Refusal }> = ({ refusal }) => (
  <Notice kind="bad">
    <span data-fetched={refusal.facts.kind}>
      Not fetched, and nothing was changed. {REFUSED[refusal.facts.kind].text}
      {waitText(refusal)}
    </span>
    <span class="reason">Stripe: {refusal.message}</span>
  </Notice>
);

async function fetchAgain(visit: AccountVisit): Promise<Response> {
  const { lantern, place, params } = visit;
  const { object = '', id = '' } = params;
  const { kit } = lantern;
  const isKnown = (await storedObject(kit.database, place, object, id)) ?? (await objectEvents(kit.database, place, object, id))[0];
  // The page says that there is no such object; what Lantern does not read is not asked for either.
  if (!isReadObject(object) || isKnown === undefined) return objectPage(visit);
  const noted = (outcome: string) => note(kit.database, visit, 'fetched_again', { object: objectText(object).toLowerCase(), outcome });
  try {
    const found = await kit.fetchAgain(place, object, id);
    await noted(found.outcome);
    return objectPage(visit, { what: <Found found={found} />, status: 200 });
  } catch (error) {
    if (!isRefusal(error)) throw error;
    const { kind } = error.facts;
    lantern.log('warn', 'An object could not be fetched again.', { account: place.account, object, kind, error: error.message });
    await noted(`refused: ${kind}`);
    return objectPage(visit, { what: <Refused refusal={error} />, status: REFUSED[kind].status });
  }
}

const PATH = '/a/:account/:mode/objects/:object/:id/fetch';

export const fetchAgainRoutes: readonly Route[] = [
  { method: 'POST', path: PATH, access: 'member', run: fetchAgain },
  // Where a reload of the answer leads.
  {
    method: 'GET',
    path: PATH,
    access: 'member',
    run: ({ place, params }) => redirect(`${place.base}/objects/${params.object}/${encodeURIComponent(params.id ?? '')}`),
  },
];
