import type { MirroredObject } from '../mirrored-object.ts';

export const radarEarlyFraudWarning: MirroredObject = {
  object: 'radar.early_fraud_warning',
  table: 'radar_early_fraud_warnings',
  list: '/v1/radar/early_fraud_warnings',
  columns: ['charge'],
  priority: 2,
};
