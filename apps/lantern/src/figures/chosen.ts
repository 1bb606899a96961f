import { type Ledger, PRESETS, type Preset, presetOf } from '../ledger/index.ts';
import type { AccountVisit } from '../web/visit.ts';
import { ledgerCurrencies, ledgerFor } from './history.ts';

/** What a page of figures is asked for by its address: `?rules=stripe&currency=eur`. */
export interface Chosen {
  readonly preset: Preset;
  readonly currency: string;
  readonly currencies: readonly string[];
  readonly ledger: Ledger;
  /** `rules=…&currency=…`, for links that keep the choice. */
  readonly query: string;
}

export async function chosenLedger(visit: AccountVisit): Promise<Chosen> {
  const { lantern, place, url } = visit;
  const preset = presetOf(url.searchParams.get('rules') ?? '') ?? PRESETS[0]!;
  const currencies = await ledgerCurrencies(lantern.kit.database, place);
  const currency = currencies.find((one) => one === url.searchParams.get('currency')) ?? currencies[0] ?? place.currency;
  const ledger = await ledgerFor(lantern.kit, place, { preset: preset.id, rules: preset.rules, currency, nowMs: lantern.now() });
  return { preset, currency, currencies, ledger, query: `rules=${preset.id}&currency=${currency}` };
}
