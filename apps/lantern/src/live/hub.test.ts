import type { Change, Kit } from '@annex/kit';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { openHub } from './hub.ts';

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

function opened() {
  let change: (change: Change) => void = () => {};
  const kit = {
    subscribe: (listener: typeof change) => {
      change = listener;
      return () => {};
    },
  } as unknown as Kit;
  const hub = openHub(kit, (one) => one.kind === 'objects' && one.object === 'subscription');
  return { hub, change: (object: string) => change({ kind: 'objects', account: 'acct_1', livemode: false, object }) };
}

it('the first change is told at once, and those of the quiet time after it together', () => {
  const { hub, change } = opened();
  let told = 0;
  hub.listen('acct_1', false, () => told++);
  for (let n = 0; n < 5; n++) change('charge');
  expect(told).toBe(1);
  vi.advanceTimersByTime(79);
  expect(told).toBe(1);
  vi.advanceTimersByTime(1);
  expect(told).toBe(2);
  vi.advanceTimersByTime(10_000);
  expect(told).toBe(2);
});

it('a change that books must follow first is told by whoever makes them', () => {
  const { hub, change } = opened();
  let told = 0;
  hub.listen('acct_1', false, () => told++);
  change('subscription');
  vi.advanceTimersByTime(10_000);
  expect(told).toBe(0);
  hub.tell('acct_1', false);
  expect(told).toBe(1);
});

it('the more pages are open, the longer they are quiet, but never longer than two seconds', () => {
  const quietWith = (pages: number): number => {
    const { hub } = opened();
    let told = 0;
    for (let n = 0; n < pages; n++) hub.listen('acct_1', false, () => told++);
    hub.tell('acct_1', false);
    hub.tell('acct_1', false);
    for (let ms = 0; ; ms += 10) {
      if (told > pages) return ms;
      vi.advanceTimersByTime(10);
    }
  };
  expect([1, 5, 20, 1_000].map(quietWith)).toEqual([80, 150, 600, 2_000]);
});
