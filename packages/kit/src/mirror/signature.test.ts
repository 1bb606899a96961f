import { createHmac } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { refuseSignature } from './signature.ts';

const body = new TextEncoder().encode('{"id": "evt_1"}');
const sign = (secret: string, at: number): string => createHmac('sha256', secret).update(`${at}.`).update(body).digest('hex');
const rule = { secrets: ['whsec_old', 'whsec_new'], toleranceSeconds: 300, nowMs: 1_000_000_000 };

describe('a webhook signature', () => {
  it.each([
    ['of either secret is right', `t=1000000,v1=${sign('whsec_new', 1_000_000)}`, undefined],
    ['may be one of several, with unknown schemes beside it', `t=1000000,v0=zz,v1=00,v1=${sign('whsec_old', 1_000_000)}`, undefined],
    ['of another secret is wrong', `t=1000000,v1=${sign('whsec_other', 1_000_000)}`, /does not match/],
    ['of another time is wrong', `t=1000001,v1=${sign('whsec_new', 1_000_000)}`, /does not match/],
    ['that is too old is refused', `t=999699,v1=${sign('whsec_new', 999_699)}`, /too old/],
    ['that comes from the future is refused', `t=1000301,v1=${sign('whsec_new', 1_000_301)}`, /too new/],
    ['without a time is refused', `v1=${sign('whsec_new', 1_000_000)}`, /no t=/],
    ['that is empty is refused', '', /no t=/],
    ['that is cut short is refused', `t=1000000,v1=${sign('whsec_new', 1_000_000).slice(0, 20)}`, /does not match/],
  ])('%s', (_title, header, expected) => {
    const refused = refuseSignature(body, header, rule);
    if (expected === undefined) expect(refused).toBeUndefined();
    else expect(refused).toMatch(expected);
  });

  it('that is missing is refused', () => {
    expect(refuseSignature(body, undefined, rule)).toMatch(/missing/);
  });
});
