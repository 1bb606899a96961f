import type { MirroredObject } from '../mirrored-object.ts';

export const entitlementsFeature: MirroredObject = {
  object: 'entitlements.feature',
  table: 'entitlements_features',
  list: '/v1/entitlements/features',
  by_created: false,
  quiet: true,
  priority: 2,
};
