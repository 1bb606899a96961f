import { expect, it } from 'vitest';
import { wallClock } from './digest.ts';

it('Monday morning is Monday morning where the account is', () => {
  const sunday = Date.parse('2026-11-22T23:30:00Z');
  expect(wallClock(sunday, 'UTC')).toEqual({ day: '2026-11-22', weekday: 'Sun', hour: 23 });
  expect(wallClock(sunday, 'Asia/Tokyo')).toEqual({ day: '2026-11-23', weekday: 'Mon', hour: 8 });
  expect(wallClock(Date.parse('2026-11-23T07:30:00Z'), 'Europe/Berlin')).toEqual({ day: '2026-11-23', weekday: 'Mon', hour: 8 });
});
