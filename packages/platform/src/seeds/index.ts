import type { Platform } from '../platform.ts';
import { demo } from './demo/index.ts';

/** A seed puts a beginning into a platform and answers a sentence that says what is there now. */
export type Seed = (platform: Platform) => string;

export const seeds = { demo: demo as Seed };

export type SeedName = keyof typeof seeds;

export const isSeed = (name: string): name is SeedName => Object.hasOwn(seeds, name);

export const noSeedSentence = (name: string): string => `There is no seed '${name}'. Choose from: ${Object.keys(seeds).join(', ')}.`;

export const sow = (platform: Platform, name: SeedName): string => seeds[name](platform);
