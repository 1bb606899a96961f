import type Stripe from 'stripe';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { tables } from './event-tables/index.ts';
import type { EventRow, Told } from './event-tables/row.ts';
import { type Shop, StagedShop } from './event-tables/shop.ts';
import { type ExtensionWorld, extensionWorld } from './extension-world.ts';

// What each row means, and how to add one: event-tables/row.ts.
let world: ExtensionWorld;
beforeAll(async () => {
  world = await extensionWorld({ unlimitedClocks: true });
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

async function perform(row: EventRow, shop: StagedShop, given: unknown): Promise<string | undefined> {
  try {
    await row.when(shop, given);
    return undefined;
  } catch (error) {
    const { rawType, code = rawType, decline_code: declined } = error as Stripe.errors.StripeCardError;
    if (code === undefined) throw error;
    return row.refused === declined ? declined : code;
  }
}

describe.each(Object.entries(tables))('%s tells what its table says:', (_object, rows) => {
  test.each(rows)('$operation', async (row) => {
    const shop = new StagedShop(world);
    const given = await row.given(shop);
    const heard = row.heardBy?.(shop, given) ?? shop;
    const before = (await heard.events()).length;
    expect(await perform(row, shop, given)).toBe(row.refused);
    const told = await eventsAfter(heard, before, row.tells.length);
    expect(told.map((event, index) => asTold(event, row.tells[index]))).toEqual(row.tells.map(sorted));
  });
});
