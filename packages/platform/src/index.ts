import { timePart } from './clock/due.ts';
import type { Control } from './control/index.ts';
import { control, controlFor } from './control/part.ts';
import { SYSTEM } from './engine/index.ts';
import { oauth } from './oauth/part.ts';
import { pages } from './pages/part.ts';
import { assemble, type PartOf, type PlatformOptions, type RunningPlatform } from './platform.ts';
import { isSeed, noSeedSentence, sow } from './seeds/index.ts';
import { webhooks } from './webhooks/part.ts';
import { stripeListen } from './webhooks/stripe-listen.ts';

export type { Control } from './control/index.ts';
export type { PlatformOptions, RunningPlatform } from './platform.ts';

/** A platform that runs, with its control API in process. */
export interface AnnexPlatform extends RunningPlatform {
  readonly control: Control;
  /** What the seed put there when the platform started with nothing, in a sentence. */
  readonly sown: string | undefined;
}

/** What stands beside the API on the same origin. */
const PARTS: readonly PartOf[] = [webhooks, stripeListen, oauth, pages, control, timePart];

/** Starts a platform in this process: on port 0 unless told otherwise, forgetting everything unless `data` is given. */
export async function createPlatform(options: PlatformOptions = {}): Promise<AnnexPlatform> {
  const { seed } = options;
  if (seed !== undefined && !isSeed(seed)) throw new Error(noSeedSentence(seed));
  const platform = await assemble({ port: 0, ...options }, PARTS);
  const isEmpty = platform.store.kinds(SYSTEM).size === 0;
  const sown = seed !== undefined && isEmpty ? sow(platform, seed) : undefined;
  return Object.assign(platform, { control: controlFor(platform), sown });
}
