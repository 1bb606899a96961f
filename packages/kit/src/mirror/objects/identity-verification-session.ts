import type { MirroredObject } from '../mirrored-object.ts';

export const identityVerificationSession: MirroredObject = {
  object: 'identity.verification_session',
  table: 'identity_verification_sessions',
  list: '/v1/identity/verification_sessions',
  columns: ['status'],
  priority: 2,
  usual: false,
};
