import type { Behaviour, Resources } from '../engine/index.ts';

/** The register: every resource that means more than being stored. */
const all: readonly Behaviour[] = [];

export const resources: Resources = {
  behaviours: new Map(all.map((behaviour) => [behaviour.object, behaviour])),
  subLists: [],
  consequences: [],
};
