import { expect, test } from 'vitest';
import { hostAllowed } from './allowed-host.ts';

test.each([
  ['http://localhost:4010/hook', ['localhost'], true],
  ['http://localhost:4010/hook', ['localhost:4010'], true],
  ['http://localhost:4011/hook', ['localhost:4010'], false],
  ['http://localhost@evil.example/hook', ['localhost'], false],
  ['http://evil.example/localhost', ['localhost'], false],
  ['https://hooks.app.example/x', ['*.app.example'], true],
  ['https://app.example.evil/x', ['*.app.example'], false],
  ['https://notapp.example/x', ['app.example'], false],
  ['https://LOCALHOST/x', ['localhost'], true],
  ['no url', ['localhost'], false],
  ['https://anywhere.example/', undefined, true],
])('%s with %j: %s', (url, allowed, expected) => {
  expect(hostAllowed(url, allowed)).toBe(expected);
});
