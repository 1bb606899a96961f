import { createHmac, timingSafeEqual } from 'node:crypto';

/**
 * Is this body signed with one of our secrets, and recently? Several secrets at once, because each endpoint has its own and a secret
 * is rolled by accepting two for a while. The header is `t=<seconds>,v1=<hex>[,v1=…]`; what is signed is `<t>.<raw body>`.
 * Returns why not, in a sentence, or undefined when it is.
 */
export function refuseSignature(
  body: Uint8Array,
  header: string | undefined,
  rule: { secrets: readonly string[]; toleranceSeconds: number; nowMs: number },
): string | undefined {
  if (header === undefined) return 'The Stripe-Signature header is missing.';
  const parts = header.split(',').map((part) => part.trim().split('=', 2) as [string, string?]);
  const time = parts.find(([name]) => name === 't')?.[1];
  const given = parts.filter(([name]) => name === 'v1').map(([, value]) => Buffer.from(value ?? '', 'hex'));
  if (time === undefined || !/^\d{1,12}$/.test(time) || given.length === 0) return 'The Stripe-Signature header has no t= and v1= parts.';
  const right = rule.secrets.some((secret) => {
    const wanted = createHmac('sha256', secret).update(`${time}.`).update(body).digest();
    return given.some((one) => one.length === wanted.length && timingSafeEqual(one, wanted));
  });
  if (!right) return 'The signature does not match any signing secret of this endpoint.';
  if (Math.abs(rule.nowMs / 1_000 - Number(time)) > rule.toleranceSeconds)
    return 'The signature is too old or too new: its time is outside the tolerance.';
  return undefined;
}
