import { describe, expect, test } from 'vitest';
import { browserVerdict, findChromium } from './browser.ts';

const none = (): boolean => false;

describe('finding Chromium', () => {
  test('takes CHROMIUM_PATH before the usual places', () => {
    expect(findChromium({ CHROMIUM_PATH: '/opt/chromium' }, () => true)).toBe('/opt/chromium');
    expect(findChromium({}, (path) => path === '/usr/bin/google-chrome')).toBe('/usr/bin/google-chrome');
    expect(findChromium({ CHROMIUM_PATH: '/nowhere' }, (path) => path === '/usr/bin/chromium')).toBe('/usr/bin/chromium');
  });

  test('without one, tests are skipped and say why', () => {
    expect(browserVerdict({}, none)).toEqual({ run: false, why: expect.stringContaining('CHROMIUM_PATH') });
  });

  test('without one, continuous integration fails', () => {
    expect(() => browserVerdict({ CI: 'true' }, none)).toThrow(/must run in CI/);
  });
});
