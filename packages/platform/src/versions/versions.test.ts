import { decodeForm, loadContract, ParamError } from '@annex/contract';
import { describe, expect, test } from 'vitest';
import type { StripeObject } from '../engine/index.ts';
import type { Look, Row } from './change.ts';
import { CHANGES } from './changes/index.ts';
import { isBefore, isKnown, NAMED, NEWEST } from './known.ts';
import { OldVersion, oldVersion } from './version.ts';

const lookIn = (world: readonly StripeObject[]): Look => ({
  get: (object, id) => structuredClone(world.find((row) => row.object === object && row.id === id)),
  find: (object, field, value) =>
    world
      .filter((row) => row.object === object && field.split('.').reduce((at: unknown, key) => (at as StripeObject)?.[key], row) === value)
      .map((row) => structuredClone(row)),
});
const plain = (value: unknown): unknown => JSON.parse(JSON.stringify(value));
const rowsOf = CHANGES.flatMap((change) => change.rows.map((row) => ({ change, row, title: `${change.version}: ${row.title}` })));
const having = (part: keyof Row) => rowsOf.filter(({ row }) => row[part] !== undefined);

describe('the worked examples of the changes', () => {
  test('every change has one for each thing that it does', () => {
    for (const change of CHANGES) {
      const has = (part: keyof Row): boolean => change.rows.some((row) => row[part] !== undefined);
      expect([change.version, has('answer')]).toEqual([change.version, change.answers !== undefined]);
      expect([change.version, has('request') || has('refused')]).toEqual([change.version, change.params !== undefined]);
    }
  });

  test.each(having('answer'))('$title, answered', ({ change, row }) => {
    const old = new OldVersion([change]);
    const text = old.downgrade.text(JSON.stringify(row.answer!.now), lookIn(row.world ?? []));
    expect(JSON.parse(text)).toEqual(row.answer!.before);
  });

  test.each(having('request'))('$title, asked', ({ change, row }) => {
    const form = decodeForm(row.request!.form);
    new OldVersion([change]).upgrade([row.request!.op], { form, ids: [], look: lookIn(row.world ?? []) });
    expect(plain(form)).toEqual(row.request!.becomes);
  });

  test.each(having('refused'))('$title, with a name that came later', ({ change, row }) => {
    const ask = () =>
      new OldVersion([change]).upgrade([row.refused!.op], { form: decodeForm(row.refused!.form), ids: [], look: lookIn([]) });
    expect(ask).toThrow(ParamError);
    expect(ask).toThrow(`Received unknown parameter: ${row.refused!.param}`);
  });
});

describe('the registry', () => {
  test('is in order, newest first, of versions that exist', () => {
    const versions = CHANGES.map((change) => change.version);
    expect([...versions].sort().reverse()).toEqual(versions);
    for (const version of versions) expect(isKnown(version)).toBe(true);
  });

  test('the newest version has nothing to undo, and no parameter to bring up to date', () => {
    expect([NEWEST, NAMED.at(-1)]).toEqual([loadContract().api, NEWEST]);
    expect(oldVersion(NEWEST)).toBeUndefined();
  });

  test('versions between two changes share what they do not know', () => {
    expect(oldVersion('2025-07-30.basil')).toBe(oldVersion('2025-03-31.basil'));
    expect(oldVersion('2025-02-24.acacia')).not.toBe(oldVersion('2025-03-31.basil'));
    expect(isBefore('2025-02-24.acacia', '2025-03-31.basil')).toBe(true);
  });
});
