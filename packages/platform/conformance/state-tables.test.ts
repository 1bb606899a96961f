import { fieldsOf, loadContract } from '@annex/contract';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { resources } from '../src/resources/index.ts';
import { Shop } from './event-tables/shop.ts';
import { tables } from './state-tables/index.ts';
import type { StateTable } from './state-tables/row.ts';
import { inventKey, type TestPlatform, testPlatform } from './world.ts';

// What a table means, and how to add one: state-tables/row.ts.
const contract = loadContract();
let world: TestPlatform;
beforeAll(async () => {
  world = await testPlatform({ unlimitedClocks: true });
});
afterAll(() => world.platform.close());

/** The values that the contract gives a field; those of the table where it leaves the field open. */
function statusesOf({ object, field = 'status', statuses }: StateTable): readonly string[] {
  if (statuses !== undefined) return statuses;
  const found = fieldsOf(contract.node(contract.objects.get(object)!)).find((each) => each.name === field);
  const node = found === undefined ? 'any' : contract.node(found.node);
  if (typeof node === 'string' || node[0] !== 'e') throw new Error(`${object}.${field} has no values in the contract; name them`);
  return node[2].map(String);
}

/** The actions that a machine does not allow from a status. */
function forbidden(object: string, status: string): string[] {
  const moves = resources.behaviours.get(object)?.machine?.moves ?? {};
  return Object.entries(moves).flatMap(([action, move]) => (move.from.includes('*') || move.from.includes(status) ? [] : [action]));
}

describe.each(tables)('$object', (table) => {
  const { object, path, field = 'status', reached } = table;
  test('names every status of the contract and no other', () => {
    expect(Object.keys(reached).sort()).toEqual([...statusesOf(table)].sort());
  });

  test.each(Object.entries(reached).filter(([, how]) => typeof how !== 'string'))(
    'reaches %s, and refuses every action that is wrong there without a trace',
    async (status, reach) => {
      const key = inventKey();
      const shop = new Shop(world.client(key));
      const id = await (reach as (shop: Shop) => Promise<string>)(shop);
      const look = async (): Promise<Record<string, unknown>> =>
        (await world.raw(`${path}/${id}`, { key })).json() as Promise<Record<string, unknown>>;
      const before = await look();
      expect(before[field]).toBe(status);
      const told = (await shop.events()).length;
      for (const action of forbidden(object, status)) {
        const body = new URLSearchParams(table.params?.[action]);
        const answer = await world.raw(`${path}/${id}/${action}`, { method: 'POST', key, body });
        expect([action, answer.status]).toEqual([action, 400]);
      }
      expect(await look()).toEqual(before);
      expect((await shop.events()).length).toBe(told);
    },
  );
});
