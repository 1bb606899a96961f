import type { Part, Platform } from '../platform.ts';
import { Deliverer } from './deliver.ts';
import { retryEvent } from './retry-event.ts';
import { Routes } from './route.ts';

/** Webhooks: who is told of an event is decided when it is stored; the telling happens afterwards. */
export function webhooks(platform: Platform): Part {
  const { store, clock } = platform;
  const routes = new Routes(store, (account) => platform.versions.of(account));
  const deliverer = new Deliverer(platform);
  store.onCommit((change) => {
    routes.changed(change);
    deliverer.changed(change);
  });
  store.onReplaced(() => {
    routes.forget();
    deliverer.begin();
  });
  clock.onMoved(() => deliverer.clockMoved());
  deliverer.begin();
  return { route: (event) => routes.route(event), operations: [retryEvent(platform)], close: () => deliverer.close() };
}
