import { readdirSync } from 'node:fs';
import { listFilters, listNeeds, listPaths, loadContract, objectFields } from '@annex/contract';
import { describe, expect, it } from 'vitest';
import { leftOut } from '../left-out.ts';
import { mirroredObjects } from './index.ts';

const contract = loadContract();
const paths = listPaths(contract);

describe('the mirrored objects', () => {
  it('are some fifty, each with a file and a line of its own', () => {
    const files = readdirSync(import.meta.dirname).filter((name) => !['index.ts', 'objects.test.ts'].includes(name));
    expect(mirroredObjects.length).toBeGreaterThan(40);
    expect(files).toHaveLength(mirroredObjects.length);
    expect(new Set(mirroredObjects.map(({ object }) => object)).size).toBe(mirroredObjects.length);
    expect(new Set(mirroredObjects.map(({ table }) => table)).size).toBe(mirroredObjects.length);
  });

  it.each(mirroredObjects.map((one) => [one.object, one] as const))('%s is declared as the contract has it', (object, mirrored) => {
    const fields = objectFields(contract, object).map(({ name }) => name);
    expect(fields.length).toBeGreaterThan(2);
    if (!mirrored.single) {
      expect(paths.get(object)).toBe(mirrored.list);
      const operation = contract.match('GET', mirrored.list)!.op;
      const filters = listFilters(contract, operation);
      expect(filters.includes('created')).toBe(mirrored.by_created !== false);
      for (const name of Object.keys(mirrored.query ?? {})) expect(filters).toContain(name);
      expect(contract.match('GET', `${mirrored.list}/x_1`)?.op.names).toHaveLength(1);
    }
    for (const name of [...(mirrored.columns ?? []), ...(mirrored.expand ?? [])]) expect(fields).toContain(name.split('.')[0]);
    // Stripe expands no deeper, and `data` of the list comes before.
    for (const name of mirrored.expand ?? []) expect(name.split('.').length).toBeLessThanOrEqual(3);
    for (const type of mirrored.deleted_by ?? []) expect(contract.eventTypes.has(type)).toBe(true);
    for (const { field, path } of mirrored.lists ?? []) {
      expect(fields).toContain(field);
      expect(contract.match('GET', path.replace('{id}', 'x_1').replace(/\?.*/, ''))?.op.paging).toBe('list');
    }
  });

  it('are all that have a list of an account, but for those that are left out with a reason', () => {
    const known = new Set(mirroredObjects.map(({ object }) => object));
    const free = [...paths].filter(([, path]) => listNeeds(contract, contract.match('GET', path)!.op).length === 0);
    expect(Object.keys(leftOut).sort()).toEqual(free.flatMap(([object]) => (known.has(object) ? [] : [object])).sort());
  });

  it('are quiet where no event tells of a creation', () => {
    const told = (object: string): boolean =>
      [...contract.eventTypes].some(
        (type) => contract.eventPayload(type) === object && /\.(created|succeeded|attached|opened|updated)$/.test(type),
      );
    const untold = mirroredObjects.filter(({ object, quiet, single }) => !quiet && !single && !told(object)).map(({ object }) => object);
    expect(untold).toEqual([]);
  });

  it('leave no event of deletion out', () => {
    const declared = new Set(mirroredObjects.flatMap(({ deleted_by = [] }) => deleted_by));
    const known = new Set(mirroredObjects.map(({ object }) => object));
    const missing = [...contract.eventTypes].filter(
      (type) => type.endsWith('.deleted') && !declared.has(type) && known.has(contract.eventPayload(type) ?? ''),
    );
    // A canceled subscription stays: its event is only called so. A customer's source is a card or bank account, which is not mirrored.
    expect(missing.sort()).toEqual(['customer.source.deleted', 'customer.subscription.deleted']);
  });
});
