import type { FC } from 'hono/jsx';
import type { AccountVisit } from '../web/visit.ts';
import { Notice } from './form.tsx';
import { dateText } from './format.ts';

const DAY_MS = 86_400_000;
/** So long before the end of the trial it is said on every page. */
const TRIAL_NOTICE_DAYS = 5;

/** Days that are left, in words: `1 day`, `12 days`. */
export const daysLeft = (untilMs: number, nowMs: number): string => {
  const days = Math.max(0, Math.ceil((untilMs - nowMs) / DAY_MS));
  return days === 1 ? '1 day' : `${days} days`;
};

/** On every page of an account: only what somebody has to do about its subscription. */
export const Standing: FC<{ visit: AccountVisit }> = ({ visit }) => {
  const { entitlement, place } = visit;
  const { reason, until_ms: until, judged_ms: judged } = entitlement;
  if (place.state !== 'connected') return null;
  const link = <a href={`${place.base}/billing`}>Billing</a>;
  if (reason === 'past_due' && until !== null)
    return (
      <Notice kind="warn">
        <span data-standing="past_due">
          The last payment for Lantern failed. Figures stay open until {dateText(until, place.timeZone)}: see {link}.
        </span>
      </Notice>
    );
  if (reason === 'trial' && until !== null && until - judged < TRIAL_NOTICE_DAYS * DAY_MS)
    return (
      <Notice>
        <span data-standing="trial">
          The free trial ends in {daysLeft(until, judged)}. Choose a plan under {link}.
        </span>
      </Notice>
    );
  if (!entitlement.granted)
    return (
      <Notice kind="bad">
        <span data-standing={reason}>
          The figures are locked. {entitlement.sentence} See {link}.
        </span>
      </Notice>
    );
  return null;
};
