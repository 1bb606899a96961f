import type { Behaviour, Resources } from '../engine/index.ts';
import { account } from './account.ts';
import { event } from './event.ts';
import { webhookEndpoint } from './webhook-endpoint.ts';

/** The register: every resource that means more than being stored. */
const all: readonly Behaviour[] = [account, event, webhookEndpoint];

export const resources: Resources = {
  behaviours: new Map(all.map((behaviour) => [behaviour.object, behaviour])),
  subLists: [],
  consequences: [],
};
