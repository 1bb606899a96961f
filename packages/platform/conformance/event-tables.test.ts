import type Stripe from 'stripe';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { tables } from './event-tables/index.ts';
import type { EventRow, Told } from './event-tables/row.ts';
import { Shop } from './event-tables/shop.ts';
import { type TestPlatform, testPlatform } from './world.ts';

// What each row means, and how to add one: event-tables/row.ts.
let world: TestPlatform;
beforeAll(async () => {
  world = await testPlatform({ unlimitedClocks: true });
});
afterAll(() => world.platform.close());

/** An event as its row would write it: bare without `previous_attributes`, with their keys alone where the row names keys. */
function asTold(event: Stripe.Event, row: Told | undefined): Told {
  if (event.data.previous_attributes === undefined) return event.type;
  // When it was last changed is another second in some runs only.
  const { updated: _at, ...previous } = event.data.previous_attributes as Record<string, unknown>;
  return [event.type, Array.isArray(row?.[1]) ? Object.keys(previous).sort() : previous];
}

const sorted = (told: Told): Told => (Array.isArray(told[1]) ? [told[0]!, [...told[1]].sort()] : told);

/** At least `count` events, given two seconds for those that come after the answer; fewer where they do not come. */
async function eventsAfter(shop: Shop, before: number, count: number): Promise<Stripe.Event[]> {
  const end = performance.now() + 2000;
  let events = (await shop.events()).slice(before);
  while (events.length < count && performance.now() < end) events = (await shop.events()).slice(before);
  return events;
}

async function perform(row: EventRow, shop: Shop, given: unknown): Promise<string | undefined> {
  try {
    await row.when(shop, given);
    return undefined;
  } catch (error) {
    const { code, decline_code: declined } = error as Stripe.errors.StripeCardError;
    if (code === undefined) throw error;
    return row.refused === declined ? declined : code;
  }
}

describe.each(Object.entries(tables))('%s tells what its table says:', (_object, rows) => {
  test.each(rows)('$operation', async (row) => {
    const shop = new Shop(world.client());
    const given = await row.given(shop);
    const before = (await shop.events()).length;
    expect(await perform(row, shop, given)).toBe(row.refused);
    const told = await eventsAfter(shop, before, row.tells.length);
    expect(told.map((event, index) => asTold(event, row.tells[index]))).toEqual(row.tells.map(sorted));
  });
});
