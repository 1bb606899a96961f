import { createHmac } from 'node:crypto';

/** `t=…,v1=…`: one v1 per secret that is valid now, so that a receiver may change its secret at leisure (api-and-events 2.5). */
export function signatureHeader(body: string, secrets: readonly string[], seconds: number): string {
  const parts = secrets.map((secret) => `v1=${createHmac('sha256', secret).update(`${seconds}.`).update(body).digest('hex')}`);
  return [`t=${seconds}`, ...parts].join(',');
}
