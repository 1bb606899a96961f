import { expect, it } from 'vitest';
import { sourceClock } from './source-clock.ts';

const later = new Date(Date.now() + 30 * 86_400_000).toUTCString();

it.each([
  ['of a local platform moves the clock', 'http://127.0.0.1:12111', 'http://127.0.0.1:12111/v1/account', later, 30],
  ['of Stripe moves nothing', 'https://api.stripe.com', 'https://api.stripe.com/v1/account', later, 0],
  ['of another origin moves nothing', 'http://127.0.0.1:12111', 'http://127.0.0.1:9/oauth/token', later, 0],
  ['that cannot be read moves nothing', 'http://127.0.0.1:12111', 'http://127.0.0.1:12111/v1/account', 'soon', 0],
])('a Date header %s', (_, base, url, date, days) => {
  const clock = sourceClock(base);
  clock.hear(url, Date.now(), date);
  expect(Math.round((clock.now() - Date.now()) / 86_400_000)).toBe(days);
});

it('an answer that was asked for before another one does not move the clock back', () => {
  const [base, begun] = ['http://127.0.0.1:12111', Date.now()];
  const clock = sourceClock(base);
  clock.hear(base, begun, later);
  clock.hear(base, begun - 1, new Date(begun).toUTCString());
  expect(Math.round((clock.now() - begun) / 86_400_000)).toBe(30);
});
