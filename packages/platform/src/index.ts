import { readFileSync } from 'node:fs';
import { timePart } from './clock/part.ts';
import type { Control } from './control/index.ts';
import { control, controlFor } from './control/part.ts';
import { SYSTEM } from './engine/index.ts';
import { faultsPart } from './faults/part.ts';
import { type Recipe, readRecipe } from './faults/recipe.ts';
import { oauth } from './oauth/part.ts';
import { paymentPages } from './pages/hosted/payment-pages.ts';
import { pages } from './pages/part.ts';
import { assemble, type PartOf, type PlatformOptions, type RunningPlatform } from './platform.ts';
import { isSeed, noSeedSentence, sow } from './seeds/index.ts';
import { webhooks } from './webhooks/part.ts';
import { stripeListen } from './webhooks/stripe-listen.ts';

export type { Control } from './control/index.ts';
export type { PlatformOptions, RunningPlatform } from './platform.ts';
export * as simulate from './simulate/index.ts';

/** A platform that runs, with its control API in process. */
export interface AnnexPlatform extends RunningPlatform {
  readonly control: Control;
  /** What the seed put there when the platform started with nothing, in a sentence. */
  readonly sown: string | undefined;
}

/** What stands beside the API on the same origin. */
const PARTS: readonly PartOf[] = [webhooks, stripeListen, faultsPart, oauth, pages, paymentPages, control, timePart];

/** JSON is YAML too. Throws a sentence where the file cannot be read or is no recipe. */
function recipeFile(file: string): Recipe {
  try {
    return readRecipe({ yaml: readFileSync(file, 'utf8') });
  } catch (error) {
    throw new Error(`The recipe ${file} cannot be used: ${(error as Error).message}`);
  }
}

/** Starts a platform in this process: on port 0 unless told otherwise, forgetting everything unless `data` is given. */
export async function createPlatform(options: PlatformOptions = {}): Promise<AnnexPlatform> {
  const { seed } = options;
  if (seed !== undefined && !isSeed(seed)) throw new Error(noSeedSentence(seed));
  const recipe = options.faults === undefined ? undefined : recipeFile(options.faults);
  const platform = await assemble({ port: 0, ...options }, PARTS);
  if (recipe !== undefined) platform.faults.set(recipe);
  const isEmpty = platform.store.kinds(SYSTEM).size === 0;
  const sown = seed !== undefined && isEmpty ? sow(platform, seed) : undefined;
  return Object.assign(platform, { control: controlFor(platform), sown });
}
