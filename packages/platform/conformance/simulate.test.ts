import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { beforeAll, describe, expect, test } from 'vitest';
import { SeededIds } from '../src/accounts/keys.ts';
import { createPlatform } from '../src/index.ts';
import { type Business, readBusiness } from '../src/simulate/business.ts';
import { type Ledger, ledgerOf } from '../src/simulate/ledger.ts';
import { live } from '../src/simulate/live.ts';
import { type Scenario, scenarioOf } from '../src/simulate/scenario.ts';

const KEY = 'sk_test_simulated';
const TODAY = Date.UTC(2026, 10, 27) / 1000;
const FILES = join(import.meta.dirname, '..', '..', '..', 'examples', 'businesses');
const papercrane = readFileSync(join(FILES, 'saas.yaml'), 'utf8');

/** A year and a half in which everything happens often. */
const LIVELY = papercrane
  .replace(/^years: .*$/m, 'years: 1.5')
  .replace(/first_month: \d+/, 'first_month: 3')
  .replace(/^ {2}(pause|dispute|refund): [\d.]+/gm, '  $1: 0.04')
  .replace(/^ {2}(card_fails|upgrade|downgrade|seats|churn): [\d.]+/gm, '  $1: 0.08');

async function lived(business: Business): Promise<{ listings: string; subscriptions: Record<string, unknown>[] }> {
  await using platform = await createPlatform({ ids: new SeededIds('simulate') });
  await live(business, scenarioOf(business), { place: { url: platform.url, key: KEY } });
  const listed = async (path: string): Promise<string> => {
    const pages: string[] = [];
    for (let after = ''; ; ) {
      const answer = await fetch(`${platform.url}${path}${path.includes('?') ? '&' : '?'}limit=100${after}`, {
        headers: { Authorization: `Bearer ${KEY}`, 'X-Stripe-Client-User-Agent': '{}' },
      });
      const text = await answer.text();
      pages.push(text.replaceAll(platform.url, ''));
      const page = JSON.parse(text) as { has_more: boolean; data: { id: string }[] };
      if (!page.has_more) return pages.join('\n');
      after = `&starting_after=${page.data.at(-1)!.id}`;
    }
  };
  const kinds = ['customers', 'subscriptions?status=all', 'invoices', 'charges', 'refunds', 'disputes', 'balance_transactions', 'events'];
  const listings: string[] = [];
  for (const kind of kinds) listings.push(await listed(`/v1/${kind}`));
  const subscriptions = listings[1]!.split('\n').flatMap((page) => (JSON.parse(page) as { data: Record<string, unknown>[] }).data);
  return { listings: listings.join('\n'), subscriptions };
}

const seeded = (seed: number): Business => readBusiness(LIVELY.replace(/^seed: .*$/m, `seed: ${seed}`), TODAY);
const endings = (scenario: Scenario) =>
  new Set(scenario.customers.flatMap(({ stays }) => stays.map(({ periods }) => periods.at(-1)!.state)));
/** Of the first seed whose customers end in every state that there is. */
const business = seeded(Array.from({ length: 500 }, (_, n) => n).find((n) => endings(scenarioOf(seeded(n))).size === 5)!);
let life: ReturnType<typeof lived>;
beforeAll(() => {
  life = lived(business);
  return life;
}, 120_000);

describe('a business in a file', () => {
  test('with the same seed lives the same life: same ids, same bytes', async () => {
    const [one, other] = [await life, await lived(business)];
    expect(one.listings.length).toBeGreaterThan(100_000);
    expect(one.listings === other.listings).toBe(true);
  }, 120_000);

  test('ends as its ledger says, which was made without the platform', async () => {
    const scenario = scenarioOf(business);
    const decided: Ledger = ledgerOf(business, scenario);
    const { listings, subscriptions } = await life;
    const customers = listings
      .split('\n')
      .flatMap((page) => (JSON.parse(page) as { data: { object: string; id: string; metadata: Record<string, string> }[] }).data);
    const idOf = new Map(customers.filter(({ object }) => object === 'customer').map(({ id, metadata }) => [metadata.simulated, id]));
    // biome-ignore lint/suspicious/noExplicitAny: subscriptions as they came
    const shown = (subscription: any) => ({
      state: subscription.status === 'canceled' ? 'left' : subscription.pause_collection === null ? subscription.status : 'paused',
      plan: subscription.items.data[0].price.lookup_key,
      quantity: subscription.items.data[0].quantity,
      ended: subscription.ended_at,
    });
    for (const { key, subscriptions: stays } of decided.customers) {
      const theirs = subscriptions.filter(({ customer }) => customer === idOf.get(key)).reverse();
      const expected = stays.map(({ periods }) => {
        const { state, plan, quantity, at } = periods.at(-1)!;
        return { state, plan, quantity, ended: state === 'left' ? at : null };
      });
      expect(theirs.map(shown), key).toEqual(expected);
    }
  });

  test.each([
    ['plans: 3', "'plans' is 3, but must be a list"],
    ['plans: []', "'plans' is []; give one plan at least."],
    ['plans: [{key: a, amount: 1.5, currency: usd}]', "'plans[0].amount' is 1.5; give whole minor units (2900 is 29.00)."],
    ['plans: [{key: a, amount: 100, currency: dollars}]', `'plans[0].currency' is "dollars"; give three letters such as usd.`],
    ['plans: [{key: a, amount: 100, currency: usd, colour: red}]', "'colour' is no member of plans[0]. It takes: key,"],
    ['plans: [{key: a, amount: 1, currency: usd}]\nbehaviour: {churn: 3}', "'behaviour.churn' is 3; give a share from 0 to 1."],
    ['plans: [{key: a, amount: 1, currency: usd}]\nfrom: yesterday', `'from' is "yesterday"; give a day such as 2022-01-03.`],
    ['plans: [{key: a, amount: 1, currency: usd}]\nyears: 0', "'years' is 0; give from a twelfth (one month) to 50."],
    ['plans: [{key: a, amount: 1, currency: usd, interval: week}]', `'plans[0].interval' is "week", but must be one of: month, year.`],
    ['plans: [{key: a, amount: 1, currency: usd}]\nfrom: 2024-02-31', `'from' is "2024-02-31"; give a day such as`],
    ['plans: [{key: a, amount: 1, currency: usd}]\ngrowth: {first_month: 9000000}', 'a business has 100000 at most; give less.'],
    ['plans: [', 'It is no YAML:'],
  ])('%j is refused with the field, the value and the remedy', (text, sentence) => {
    expect(() => readBusiness(`name: X\n${text}`, TODAY)).toThrow(sentence);
  });

  test('decides nothing twice at one instant for a customer, and never goes back in time, whatever its numbers', () => {
    const chance = fc.double({ min: 0, max: 1, noNaN: true });
    const names = ['churn', 'at_once', 'returns', 'upgrade', 'downgrade', 'seats', 'pause', 'card_fails', 'recovers'];
    const behaviour = fc.record(Object.fromEntries(names.map((name) => [name, chance])));
    fc.assert(
      fc.property(fc.nat(9999), behaviour, (seed, given) => {
        const plans =
          '[{key: a, amount: 1000, currency: usd, seats: 5}, {key: b, amount: 2000, currency: usd}, {key: c, amount: 9000, currency: usd, interval: year}]';
        const text = `name: X\nseed: ${seed}\nyears: 2\ntrial: {share: 0.5}\ngrowth: {first_month: 1}\nplans: ${plans}\nbehaviour: ${JSON.stringify(given)}`;
        const { acts, customers, to } = scenarioOf(readBusiness(text, TODAY));
        expect(acts.every(({ at }, n) => at < to && (n === 0 || at >= acts[n - 1]!.at))).toBe(true);
        for (const { stays } of customers)
          for (const { periods } of stays)
            for (const [n, { at }] of periods.entries()) expect(n === 0 || at > periods[n - 1]!.at).toBe(true);
      }),
      { numRuns: 40 },
    );
  });
});
