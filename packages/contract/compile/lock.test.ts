import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { beforeAll, describe, expect, test } from 'vitest';
import { overrides } from '../overrides.ts';
import { fold } from './fold.ts';
import { difference, lockOf, refusals } from './lock.ts';
import { type Program, readProgram } from './program.ts';

let program: Program;
beforeAll(() => {
  program = readProgram(join(dirname(createRequire(import.meta.url).resolve('stripe')), '..'));
});

const refused = (changed: Program, hand = overrides): string[] => {
  const before = lockOf(fold(program, overrides).table);
  return refusals({ program: changed, table: fold(changed, hand).table, overrides: hand, before });
};

describe('the compiled contract', () => {
  test('is accepted as it is, with the counts that the SDK has', () => {
    expect(refused(program)).toEqual([]);
    expect(lockOf(fold(program, overrides).table).counts).toMatchObject({ operations: 650, objects: 204, events: 275 });
  });

  test('is refused where a call of the SDK was not read', () => {
    expect(refused({ ...program, callSites: program.callSites + 1 })[0]).toContain('calls of _makeRequest');
  });

  test('is refused with a name that could not be resolved', () => {
    expect(refused({ ...program, problems: [...program.problems, 'unresolved Nope in x.d.ts'] })).toEqual(['unresolved Nope in x.d.ts']);
  });

  test('is refused with an operation without an answer', () => {
    const [first, ...rest] = program.operations;
    expect(refused({ ...program, operations: [{ ...first!, result: undefined }, ...rest] })[0]).toMatch(/has no answer$/);
  });

  test('is refused where events are missing that can be enabled', () => {
    const events = program.events.filter((event) => event.type !== 'customer.created');
    expect(refused({ ...program, events })).toEqual(['the event customer.created can be enabled and has no type']);
  });

  test('is refused where an override names nothing', () => {
    expect(refused(program, { ...overrides, idPrefix: { ...overrides.idPrefix, nope: 'no_' } })).toEqual([
      "overrides.idPrefix['nope'] names no object of the contract",
    ]);
    expect(refused(program, { ...overrides, includable: ['price.nope'] })).toEqual([
      "overrides: 'price.nope' names no field of the contract",
    ]);
  });

  test('is refused where a fiftieth of it has gone', () => {
    const operations = program.operations.slice(0, 600);
    expect(refused({ ...program, operations, callSites: 601 }).some((line) => line.startsWith('operations fell from 650'))).toBe(true);
  });

  test('differs from another one line by line', () => {
    const before = lockOf(fold(program, overrides).table);
    const operations = program.operations.filter((op) => op.path !== '/v1/coupons');
    const lines = difference(before, lockOf(fold({ ...program, operations }, overrides).table));
    expect(lines).toEqual(expect.arrayContaining(['- GET /v1/coupons', '- POST /v1/coupons']));
  });
});
