import type { Platform } from '../platform.ts';
import { checkInput } from './input.ts';
import type { AnyRoute, Controlled, ControlRoute, ShortRoute } from './route.ts';
import { accountRoutes } from './routes/accounts.ts';
import { billingRoutes } from './routes/billing.ts';
import { clockRoutes } from './routes/clock.ts';
import { settingRoutes } from './routes/extension-settings.ts';
import { extensionRoutes } from './routes/extensions.ts';
import { faultRoutes } from './routes/faults.ts';
import { invariantRoutes } from './routes/invariants.ts';
import { invoicingRoutes } from './routes/invoicing.ts';
import { stateRoutes } from './routes/state.ts';
import { webhookRoutes } from './routes/webhooks.ts';

export interface ListedRoute {
  readonly name: string;
  readonly method: string;
  readonly path: string;
  readonly sentence: string;
}

const help: ControlRoute<Record<never, never>, { data: ListedRoute[] }> = {
  method: 'GET',
  path: '',
  sentence: 'Lists what the control API has.',
  shape: {},
  answers: '`{data: [{name, method, path, sentence}]}`',
  run: () => ({
    data: (Object.entries(routes) as [string, AnyRoute][]).map(([name, { method, path, sentence }]) => ({
      name,
      method,
      path: `/_annex${path}`,
      sentence,
    })),
  }),
};

/** Everything the control API does, by name. */
export const routes = {
  help,
  ...stateRoutes,
  ...accountRoutes,
  ...billingRoutes,
  ...extensionRoutes,
  ...settingRoutes,
  ...invoicingRoutes,
  ...webhookRoutes,
  ...clockRoutes,
  ...faultRoutes,
  ...invariantRoutes,
};

type Routes = typeof routes;
type Given<Input> = Partial<Input> extends Input ? [input?: Input] : [input: Input];
type Called<Route> =
  Route extends ControlRoute<infer Input, infer Output>
    ? (...input: Given<Input> | (Route extends ShortRoute<Input, Output> ? [only: string] : never)) => Promise<Output>
    : never;

/** The control API in process: `await platform.control.reset()`. */
export type Control = { readonly [Name in keyof Routes]: Called<Routes[Name]> };

export function controlOf(platform: Platform): Control {
  const controlled: Controlled = { platform, snapshots: new Map() };
  const control: Record<string, (input?: unknown) => Promise<unknown>> = {};
  for (const [name, route] of Object.entries(routes) as [string, AnyRoute][]) {
    control[name] = async (input = {}) => {
      const given = typeof input === 'string' && route.short !== undefined ? { [route.short]: input } : input;
      return route.run(controlled, checkInput(route, given as Record<string, unknown>));
    };
  }
  return control as unknown as Control;
}
