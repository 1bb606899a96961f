import { describe, expect, it } from 'vitest';
import { isInside } from './address.ts';
import { refuseUrl } from './urls.ts';

describe('addresses of a private network', () => {
  it.each([
    ...['127.0.0.1', '10.1.2.3', '192.168.0.10', '172.20.0.1', '169.254.169.254', '100.64.0.1', '0.0.0.0', '224.0.0.1', '255.255.255.255'],
    ...['::1', '::', 'fd00::1', 'fe80::1', '::ffff:10.0.0.1', 'not an address'],
  ])('%s is one', (address) => expect(isInside(address)).toBe(true));

  it.each(['1.1.1.1', '172.15.0.1', '172.32.0.1', '2606:4700::1111', '::ffff:8.8.8.8'])('%s is none', (address) =>
    expect(isInside(address)).toBe(false),
  );
});

describe('an address for alerts', () => {
  it.each([
    ['http://example.com/x', /https/],
    ['ftp://example.com', /https/],
    ['example.com', /complete address/],
    ['https://user:pw@example.com', /user name/],
    ['https://example.com/#x', /fragment/],
  ])('%s is refused with a reason', (url, reason) => expect(refuseUrl(url, false)).toMatch(reason));

  it('may be http only where everything runs on one machine', () => {
    expect(refuseUrl('http://127.0.0.1:9/x', true)).toBeUndefined();
    expect(refuseUrl('https://example.com/lantern?x=1', false)).toBeUndefined();
  });
});
