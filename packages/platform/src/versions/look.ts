import type { Draft, StoreRead, StripeObject, World } from '../engine/index.ts';
import type { Look } from './change.ts';

const copy = (object: StripeObject): StripeObject => structuredClone(object);

/** What a draft holds, its own unwritten changes included. */
export function lookInto(draft: Draft): Look {
  return {
    get: (object, id) => {
      const found = draft.get(object, id);
      return found === undefined ? undefined : copy(found);
    },
    find: (object, field, value) => draft.find(object, [[field, value]]).map(copy),
  };
}

/** What is stored. */
export function lookAt(store: StoreRead, world: World): Look {
  const parsed = (text: string): StripeObject => JSON.parse(text) as StripeObject;
  return {
    get: (object, id) => {
      const row = store.row(world, object, id);
      return row === undefined || row.deleted ? undefined : parsed(row.text);
    },
    find: (object, field, value) =>
      store.page(world, object, { where: [[field, value]], limit: Number.POSITIVE_INFINITY }).rows.map((row) => parsed(row.text)),
  };
}
