import { type Behaviour, type Draft, noSuch, refuse, type StripeObject } from '../engine/index.ts';

/** Events can be listed and retrieved for 30 days (api-and-events 2.2). */
const KEPT_SECONDS = 30 * 86_400;

const since = (draft: Draft): number => draft.now - KEPT_SECONDS;

const eitherTypeOrTypes = () => refuse({ status: 400, message: 'You may only specify one of these parameters: type, types.' });

/** An event as an extension reads it with `Stripe-Account`: with the account that it happened on. */
function retrieved(draft: Draft, event: StripeObject): StripeObject {
  if (event.created < since(draft)) throw noSuch('event', event.id, { param: 'id', inPath: true });
  if (draft.actor.application === null) return event;
  const { id, object, ...rest } = event;
  return { id, object, account: draft.world.account, ...rest };
}

export const event: Behaviour = {
  object: 'event',
  grade: 'lived',
  filters: {
    type: { pattern: /\.\*$/, holds: (row, value) => String(row.type).startsWith(String(value).slice(0, -1)) },
    types: (row, value) => (value as readonly string[]).includes(row.type),
    // Nothing left to deliver, or something: an endpoint that was given up has not acknowledged either.
    delivery_success: (row, value) => (row.pending_webhooks === 0) === value,
  },
  listedSince: since,
  listed: (params) => {
    if (params.type !== undefined && params.types !== undefined) throw eitherTypeOrTypes();
    return {};
  },
  retrieved,
};
